"""Whatever environment or template a report is of, its page is valid HTML."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.commands.report.run import Wish, run
from stacks.build import write
from stacks.synthesis import synthesise
from tests.browser.making import AS_OF
from tests.browser.templates import NAMES
from tests.sampling import examples
from tests.stacks.strategies import valid

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from stacks.settings import Environment
    from tests.browser.validating import Validator

TEXTS = st.sampled_from(NAMES) | st.text(min_size=1, max_size=60)
NAMED: dict[str, tuple[str, dict[str, Any]]] = {
    "AWS::Lambda::Function": ("FunctionName", {"Runtime": "python3.13", "Handler": "a.b"}),
    "AWS::IAM::Role": ("RoleName", {}),
    "AWS::RDS::DBInstance": (
        "DBInstanceIdentifier",
        {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20"},
    ),
    "AWS::EC2::SecurityGroup": ("GroupDescription", {}),
    "AWS::ApiGatewayV2::Api": ("Name", {"ProtocolType": "HTTP"}),
    "AWS::Logs::LogGroup": ("LogGroupName", {}),
    "AWS::CloudWatch::Alarm": ("AlarmName", {"MetricName": "Errors", "Namespace": "AWS/Lambda"}),
    "AWS::S3::Bucket": ("BucketName", {}),
    "AWS::SQS::Queue": ("QueueName", {}),
    "AWS::SNS::Topic": ("DisplayName", {}),
    "AWS::DynamoDB::Table": ("TableName", {"BillingMode": "PAY_PER_REQUEST"}),
    "Custom::Thing": ("Label", {}),
}
"""Types, what names each of them on a page, and what a bill has to know of it."""


@st.composite
def _resource(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    name, properties = NAMED[kind]
    return {"Type": kind, "Properties": properties | {name: draw(TEXTS), "Description": draw(TEXTS)}}


@st.composite
def templates(draw: st.DrawFn) -> dict[str, Any]:
    """A template of resources that are called anything."""
    types = st.sampled_from(sorted(NAMED))
    kinds = draw(st.dictionaries(st.from_regex(r"[A-Za-z0-9]{1,60}", fullmatch=True), types))
    resources = {logical_id: draw(_resource(kind)) for logical_id, kind in kinds.items()}
    outputs = {"Anything": {"Description": draw(TEXTS), "Value": draw(TEXTS)}}
    return {"Description": draw(TEXTS), "Resources": resources, "Outputs": outputs}


@settings(max_examples=examples(few=5, soak=50))
@given(environment=valid())
def test_the_report_of_any_environment_is_valid(
    environment: Environment, validator: Validator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("environment")
    write(synthesise(environment), folder)

    assert [] == validator.faults(reported(folder / environment.name, folder))


@settings(max_examples=examples(few=10, soak=100))
@given(template=templates())
def test_the_report_of_any_template_is_valid(
    template: dict[str, Any], validator: Validator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("template") / "drawn.json"
    path.write_text(json.dumps(template), encoding="utf-8")

    assert [] == validator.faults(reported(path, path.parent))


def reported(target: Path, folder: Path) -> Path:
    """The page of a folder or a file, made in this process."""
    output = folder / "made"
    assert 0 == run(Wish(word=str(target), output=output, as_of=date.fromisoformat(AS_OF)))
    return output / "index.html"

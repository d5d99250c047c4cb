"""`miyabi report reported --live` of what was made by hand: no stack is there, and ids are found by names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import pytest

from ops.deploying.smoke import HEALTH, Health
from ops.doctor.asking import Reply
from ops.doctor.diagnosing import diagnose
from ops.doctor.evidence.whole import Evidence
from ops.doctor.reading import Reading
from ops.live import Live
from report.system.markdown import to_markdown
from report.system.model import Source
from report.system.reporting import report_of
from scripts.commands.report.asking import asked
from scripts.commands.report.gathering import given
from stacks.loading import load_environment
from tests.ops.doctor.healthy import GATEWAY_500
from tests.sampling import examples
from tests.twin.aws.cloudformation.test_adopting import DATABASE, make_by_hand
from twin.aws import keeping
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT: Final = "211234825975"
REPORTED: Final = load_environment("reported")


@pytest.fixture
def aws() -> Iterator[Aws]:
    """The account of the document, with what it says is there."""
    account = Aws(ACCOUNT, "us-east-1")
    make_by_hand(account)
    yield account
    keeping.forget(ACCOUNT)


@pytest.mark.skipif(not examples(0, 1), reason="an account that is made for it alone, for `make soak`")
def test_every_id_that_the_document_had_is_found_and_the_cause_is_proved(aws: Aws) -> None:
    def reply(address: str) -> Reply:
        return Reply(address + HEALTH, datetime.now(UTC), 0.0, 500, {}, GATEWAY_500)

    def ask(address: str) -> Health:
        return Health(address + HEALTH, 500, GATEWAY_500)

    diagnosis = diagnose(Evidence(Reading(REPORTED, aws.client), ask=reply, patience=0.0))
    live = Live(REPORTED, aws.client)
    report = report_of(asked(given("reported", date(2026, 11, 26)), live, diagnosis, Source.ACCOUNT, ask=ask))
    markdown = to_markdown(report)
    [api] = aws.client("apigatewayv2").get_apis()["Items"]
    [instance] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"]
    [group] = [one["VpcSecurityGroupId"] for one in instance["VpcSecurityGroups"]]
    unknown = {
        fact.name for one in report.components for fact in one.facts for value in fact.values if value.source
    }

    assert "faulty" == report.state.word
    assert "**API-001** API Gateway has no permission to invoke the function (root cause)" in markdown
    assert f"- **ID**: `{api['ApiId']}`" in markdown
    assert f"- **Endpoint**: `{api['ApiEndpoint']}`" in markdown
    assert f"- **Endpoint**: `{instance['Endpoint']['Address']}:5432`" in markdown
    assert f"- **ID**: `{group}`" in markdown
    assert f"- **VPC**: `{instance['DBSubnetGroup']['VpcId']}`" in markdown
    assert set() == unknown

"""Every rule about whole templates notices its own mutations, and nothing else does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cfn.registry import cfn_lint_data
from stacks.invariants.templates import LAYOUT_ADDS, TAGS
from stacks.synthesis import PLAIN_DEPLOY_BYTES
from stacks.writing import dumps
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found
from tests.stacks.systems import synthesis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
LONG_LINE = "x" * 1000


def _written(stack: str, path: str, wrong: Sequence[Any], *rules: str, environment: str = "staging") -> None:
    spoils(MUTATIONS, stack, path, wrong, *rules, environment=environment)


for stack, tags in {
    "network": "Vpc/Tags",
    "database": "ApiLoginASecret/Tags",
    "service": "HttpApi/Tags",
    "edge": "Distribution/Tags",
    "observability": "Budget/ResourceTags",
}.items():
    _written(stack, tags, [REMOVED, UNKNOWN, [], {"Project": "Miyabi Society"}], "MIYABI.TEMPLATE.1")
_written("service", "HttpApi/Tags/Owner", [REMOVED, UNKNOWN, "somebody"], "MIYABI.TEMPLATE.1")
_written(
    "observability",
    "BackupPlan/BackupPlanTags/CostCentre",
    [REMOVED],
    "MIYABI.TEMPLATE.1",
    environment="production",
)
_written("service", "ApiFunction/Description", ["Runs as 123456789012"], "MIYABI.TEMPLATE.4")
_written(
    "service",
    "ApiAlias/Description",
    ["arn:aws:lambda:us-east-1::live", "arn:aws-cn:lambda"],
    "MIYABI.TEMPLATE.4",
)
for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
    _written("edge", f"!FrontendBucket/{policy}", [REMOVED, "Delete"], "MIYABI.TEMPLATE.8")
    _written("observability", f"!BackupVault/{policy}", [REMOVED, "Delete"], "MIYABI.TEMPLATE.8")
_written("edge", "FrontendBucket/BucketName", ["frontend", UNKNOWN], "MIYABI.NAME.1")
_written("service", "LoginFunction/FunctionName", ["login"], "MIYABI.NAME.1")
_written("service", "LoginLogGroup/LogGroupName", ["/aws/lambda/login"], "MIYABI.NAME.1")
_written("observability", "Budget/Budget/BudgetName", ["monthly"], "MIYABI.NAME.1")
_written(
    "observability",
    "Dashboard/DashboardName",
    [REMOVED, UNKNOWN, "miyabi", "miyabi-stagingx"],
    "MIYABI.NAME.2",
)
_written("edge", "PageRouter/Name", [REMOVED, "pages"], "MIYABI.NAME.2")
_written("edge", "FrontendAccess/OriginAccessControlConfig/Name", [REMOVED, "frontend"], "MIYABI.NAME.2")


@breaks(MUTATIONS, "MIYABI.TEMPLATE.1")
def add_a_type_of_which_nobody_knows_whether_it_takes_tags(templates: Templates) -> None:
    templates["service"]["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue"}


@breaks(MUTATIONS, "MIYABI.TEMPLATE.2")
def leave_a_parameter_undescribed(templates: Templates) -> None:
    del templates["service"]["Parameters"]["ApiLogin"]["Description"]


@breaks(MUTATIONS, "MIYABI.TEMPLATE.2")
def leave_an_output_undescribed(templates: Templates) -> None:
    templates["service"]["Outputs"]["ApiEndpoint"]["Description"] = " "


@breaks(MUTATIONS, "MIYABI.TEMPLATE.2")
def leave_a_template_undescribed(templates: Templates) -> None:
    del templates["service"]["Description"]


@breaks(MUTATIONS, "MIYABI.TEMPLATE.3", "MIYABI.LAMBDA.17")
def ask_for_what_nobody_has_written(templates: Templates) -> None:
    templates["service"]["Parameters"]["ArtifactKey"]["Default"] = "/miyabi/staging/artefact/key"


@breaks(MUTATIONS, "MIYABI.TEMPLATE.3", "MIYABI.LAMBDA.17")
def ask_for_another_systems_package(templates: Templates) -> None:
    templates["service"]["Parameters"]["ArtifactKey"]["Default"] = "/miyabi/other/artifact/key"


@breaks(MUTATIONS, "MIYABI.TEMPLATE.3")
def ask_for_what_is_written_later(templates: Templates) -> None:
    templates["edge"] = templates.pop("edge")


@breaks(MUTATIONS)
def measure_storage_in_bytes(templates: Templates) -> None:
    templates["service"]["Metadata"] = {"Threshold": 161061273600, "Text": "0.15 of 1073741824000"}


@breaks(MUTATIONS, "MIYABI.TEMPLATE.5")
def write_a_template_one_byte_too_long(templates: Templates) -> None:
    _lengthen(templates, PLAIN_DEPLOY_BYTES + 1)


@breaks(MUTATIONS)
def write_a_template_as_long_as_may_be(templates: Templates) -> None:
    _lengthen(templates, PLAIN_DEPLOY_BYTES)


@breaks(MUTATIONS, "MIYABI.TEMPLATE.5")
def write_too_many_resources(templates: Templates) -> None:
    resources = templates["edge"]["Resources"]
    for number in range(501 - len(resources)):
        resources[f"A{number}"] = {"Type": "AWS::Lambda::Alias"}


@breaks(MUTATIONS, "MIYABI.TEMPLATE.6")
def ask_for_what_nothing_uses(templates: Templates) -> None:
    templates["edge"]["Parameters"]["Colour"] = {"Type": "String", "Description": "Colour of the frontend"}


@breaks(MUTATIONS)
def ask_for_what_a_condition_uses(templates: Templates) -> None:
    templates["edge"]["Parameters"]["Colour"] = {"Type": "String", "Description": "Colour", "Default": "red"}
    templates["edge"]["Conditions"] = {"IsRed": {"Fn::Equals": [{"Ref": "Colour"}, "red"]}}


@breaks(MUTATIONS, "MIYABI.TEMPLATE.7")
def leave_a_role_over(templates: Templates) -> None:
    resources = templates["service"]["Resources"]
    resources["SpareRole"] = resources["LoginRole"]


@breaks(MUTATIONS)
def use_a_role_by_waiting_for_it(templates: Templates) -> None:
    leave_a_role_over(templates)
    templates["service"]["Resources"]["LoginFunction"]["DependsOn"] = "SpareRole"


def _lengthen(templates: Templates, size: int) -> None:
    """Make the edge's template as long as that, in bytes."""
    body = templates["edge"]
    body["Metadata"] = {"Lines": [LONG_LINE] * 20, "Rest": ""}
    body["Metadata"]["Rest"] = "é" * ((size - _size(body)) // 2)
    body["Metadata"]["Rest"] += "x" * (size - _size(body))


def _size(body: dict[str, Any]) -> int:
    return len(dumps(body).encode())


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_where_a_type_keeps_its_tags_is_as_the_registry_says() -> None:
    """The registry's schemas ship with cfn-lint."""
    assert {kind: _tag_property(kind) for kind in TAGS} == TAGS


def _tag_property(kind: str) -> str | None:
    schemas = cfn_lint_data() / "schemas"
    names = json.loads((schemas / "providers/us-east-1.json").read_text())
    schema = json.loads((schemas / f"resources/{names[kind]}.json").read_text())
    place = schema.get("tagging", {}).get("tagProperty")
    return place.removeprefix("/properties/") if place else None


@pytest.mark.parametrize("environment", ["reported", "staging", "production"])
def test_the_layout_adds_less_to_a_template_than_is_allowed_for(environment: str) -> None:
    """A template is measured only if one line of it comes near the limit."""
    for stack, body in synthesis(environment).templates.items():
        assert len(synthesis(environment).texts[stack]) < LAYOUT_ADDS * len(json.dumps(body))

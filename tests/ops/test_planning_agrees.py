"""A plan agrees with what CloudFormation's change sets foretell, and with what they then do."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st

from cfn import Deployment, Template
from cfn.diff import Kind, compare
from ops.live import Live
from ops.planning.live import plan_live
from ops.wanted import Wanted
from stacks.loading import load_environment
from tests.twin.aws.cloudformation.small import events, execute, given, status, template
from tests.twin.aws.cloudformation.test_foretelling import WORD, happened, templates
from twin.aws import kept_services
from twin.aws.cloudformation.service import cloudformation_of
from twin.aws.deploying import Written, prepare, update

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.diff import ResourceChange
    from ops.planning import Plan
    from twin.aws.clients import Aws

    Document = dict[str, Any]

GOLDEN = Path(__file__).parents[1] / "golden"
REPORTED, PRODUCTION = Written(GOLDEN / "reported"), Written(GOLDEN / "production")
ACCOUNT = "211234825975"
NUMBERS = itertools.count()
LIVE = {one["stack"] for one in REPORTED.stacks}
DECIDED = {"Database"}
"""What AWS calls conditional, and the plan knows from AWS's pages."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """An account of production's own number."""
    cloud = cloudformation_of(ACCOUNT, "us-east-1")
    yield cloud.aws
    cloud.stacks.clear()
    kept_services.forget(ACCOUNT)


def foretold(aws: Aws, **call: Any) -> dict[str, Document]:
    """The changes of a change set that is made so, by logical id."""
    cloudformation = aws.client("cloudformation")
    named = {"StackName": call["StackName"], "ChangeSetName": "changes"}
    cloudformation.create_change_set(**call, ChangeSetName="changes")
    pages = cloudformation.get_paginator("describe_change_set").paginate(**named)
    found = [change["ResourceChange"] for page in pages for change in page["Changes"]]
    return {change["LogicalResourceId"]: change for change in found}


def agree(one: ResourceChange | None, change: Document | None, *, decided: bool = False) -> bool:
    """Whether what the plan says of a resource is what the change set does.

    Of values that may turn out to be the old ones the change set tells more, every attribute of a resource
    that changes; and it knows the ids of what is there already, where the plan is not sure.
    """
    unsure = one is not None and not any(change.is_sure for change in one.changes)
    if change is None:
        return one is None or one.kind is Kind.UNTOUCHED or (unsure and bool(one.changes))
    if change["Action"] != "Modify":
        kinds = {"Add": {Kind.ADDED}, "Remove": {Kind.REMOVED, Kind.RETAINED}}[change["Action"]]
        left = {"Retain": Kind.RETAINED, "Delete": Kind.REMOVED, "Snapshot": Kind.REMOVED, None: Kind.ADDED}
        return one is not None and one.kind in kinds and one.kind is left[change.get("PolicyAction")]
    if one is None:
        return all(hangs_on_what_stays(detail) for detail in change["Details"])
    careful = {Kind.MAY_BE_REPLACED} if any(not each.is_sure for each in one.changes) else set()
    allowed = {
        "True": {Kind.REPLACED, *careful},
        "Conditional": {Kind.REPLACED, Kind.MAY_BE_REPLACED, *({Kind.CHANGED} if decided else ())},
        "False": {Kind.CHANGED, *careful},
    }
    return one.kind in allowed[change["Replacement"]]


def hangs_on_what_stays(detail: Document) -> bool:
    """Whether a value refers to an attribute, or to a resource of which the plan knows that it stays."""
    source, entity = detail["ChangeSource"], detail.get("CausingEntity", "")
    return source == "ResourceAttribute" or (source == "ResourceReference" and entity in DECIDED)


def refuse_disagreement(found: Mapping[str, ResourceChange], changes: Mapping[str, Document]) -> None:
    for logical_id in found.keys() | changes.keys():
        pair = found.get(logical_id), changes.get(logical_id)
        assert agree(*pair, decided=logical_id in DECIDED), (logical_id, *pair)


def planned(plan: Plan) -> dict[str, ResourceChange]:
    return {one.logical_id: one for one in plan.resources}


@pytest.fixture(scope="module")
def became(aws: Aws) -> dict[str, tuple[dict[str, ResourceChange], dict[str, Document]]]:
    """Production, which was reported; for each stack what the plan and the change set said of it."""
    live, wanted = Live(load_environment("production"), aws.client), Wanted.of_folder(PRODUCTION.folder)
    prepare(aws, PRODUCTION)
    for stack in REPORTED.stacks:
        aws.client("cloudformation").create_stack(**update(aws, REPORTED, stack))
    said = {}
    for stack in PRODUCTION.stacks:
        call = update(aws, PRODUCTION, stack)
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in call["Parameters"]}
        found = plan_live(live, wanted, {stack["stack"]: parameters}, only=[stack["stack"]])
        kind = "UPDATE" if stack["stack"] in LIVE else "CREATE"
        said[stack["stack"]] = planned(found), foretold(aws, **call, ChangeSetType=kind)
        execute(aws, StackName=stack["name"])
        assert f"{kind}_COMPLETE" == status(aws, stack["name"])
    assert [] == list(plan_live(live, wanted).resources)
    return said


@pytest.mark.parametrize("stack", [one["stack"] for one in PRODUCTION.stacks])
def test_reported_is_planned_as_it_becomes_production(
    became: dict[str, tuple[dict[str, ResourceChange], dict[str, Document]]], stack: str
) -> None:
    assert became[stack][0]
    refuse_disagreement(*became[stack])


EDITS: list[tuple[str, str, Document]] = [
    ("database", "Database", {"StorageType": "gp2", "BackupRetentionPeriod": 0}),
    ("database", "DatabaseParameterGroup", {"Description": "another"}),
    ("network", "ApiSecurityGroup", {"GroupDescription": "another"}),
    ("service", "ApiVersion", {"Description": "another"}),
    ("service", "HttpApi", {"Name": "another"}),
    ("observability", "AlarmTopic", {"TopicName": "another"}),
]
"""Stack, logical id and other properties."""


@pytest.mark.usefixtures("became")
@pytest.mark.parametrize(("stack", "logical_id", "properties"), EDITS, ids=lambda value: str(value)[:24])
def test_an_edit_of_production_is_planned_as_its_change_set_has_it(
    aws: Aws, stack: str, logical_id: str, properties: Document
) -> None:
    [entry] = [one for one in PRODUCTION.stacks if one["stack"] == stack]
    body = json.loads(PRODUCTION.text(entry))
    body["Resources"][logical_id]["Properties"] |= properties
    text = json.dumps(body)
    files = {path.name: path.read_text(encoding="utf-8") for path in PRODUCTION.folder.glob("*.json")}
    wanted = Wanted.of({**files, entry["file"]: text})
    live = Live(load_environment("production"), aws.client)

    found = planned(plan_live(live, wanted, only=[stack]))
    call = update(aws, PRODUCTION, entry) | {"TemplateBody": text}
    changes = foretold(aws, **call)
    aws.client("cloudformation").delete_change_set(StackName=entry["name"], ChangeSetName="changes")

    assert logical_id in found
    refuse_disagreement(found, changes)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@over(before=templates(), after=templates(), word=st.sampled_from(["one", "two"]))
def test_any_small_templates_are_planned_as_they_are_brought_about(
    aws: Aws, before: Document, after: Document, word: str
) -> None:
    name = f"planned-{next(NUMBERS)}"
    texts = [template(body, Parameters=WORD) for body in (before, after)]
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=texts[0])
    old, new = (
        Deployment(
            "d",
            [Template.parse("s", text)],
            "us-east-1",
            ACCOUNT,
            parameters={"s": {"Word": value}},
            stack_prefix=f"{name}-",
        )
        for text, value in zip(texts, ("one", word), strict=True)
    )
    found = {one.logical_id: one for one in compare(old, new).resources}
    changes = foretold(aws, StackName=name, TemplateBody=texts[1], Parameters=given(Word=word))
    refuse_disagreement(found, changes)
    if changes:
        execute(aws, StackName=name)
        assert "UPDATE_COMPLETE" == status(aws, name), events(aws, name)
    for logical_id in ("A", "B", "C"):
        seen = (
            {(one, why) for place, one, why in events(aws, name) if place == logical_id} if changes else set()
        )
        assert happened(seen) in expected(found.get(logical_id)), (logical_id, found.get(logical_id), seen)


def expected(one: ResourceChange | None) -> set[str]:
    """What may happen to a resource by the plan."""
    if one is None or one.kind is Kind.UNTOUCHED:
        return {"nothing"}
    left = "Retain" if one.fate and one.fate.name == "RETAINED" else "Delete"
    ends = {
        Kind.ADDED: {"Add"},
        Kind.REMOVED: {"Delete"},
        Kind.RETAINED: {"Retain"},
        Kind.REPLACED: {f"ReplaceAnd{left}"},
        Kind.MAY_BE_REPLACED: {f"ReplaceAnd{left}", "Modify", "nothing"},
        Kind.CHANGED: {"Modify"},
    }[one.kind]
    properties = [change for change in one.changes if change.steps[0] == "Properties"]
    is_sure = any(change.is_sure for change in properties)
    return ends if is_sure or one.kind is not Kind.CHANGED else ends | {"nothing"}

"""Changes: what a change set tells of each resource."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import (
    API,
    GUIDE,
    STACK,
    change_set,
    create,
    given,
    group,
    parameter,
    tags,
    template,
    topic,
)

if TYPE_CHECKING:
    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
WORD = {"Word": {"Type": "String", "Default": "one"}}
SECRET = {"Word": {"Type": "String", "Default": "one", "NoEcho": True}}
STATIC = ("Static", "DirectModification", None)
UNSURE = ("Dynamic", "DirectModification", None)


@dataclass(frozen=True, slots=True)
class Row:
    """Two templates, and the change set from the one to the other."""

    told: str
    before: Document
    after: Document
    changes: list[tuple[Any, ...]]
    """Action, logical id, Replacement and PolicyAction."""
    details: list[tuple[Any, ...]] = field(default_factory=list)
    """Attribute, name, RequiresRecreation, Evaluation, ChangeSource and CausingEntity of the last change."""
    source: str = API + "API_ResourceChange.html"
    parameters: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """For the names of tests."""
        return self.told


ROWS = (
    Row(
        "a resource that was not there is added",
        {"A": topic()},
        {"A": topic(), "B": topic()},
        [("Add", "B", None, None)],
    ),
    Row(
        "a resource that is left out is removed",
        {"A": topic(), "B": topic()},
        {"A": topic()},
        [("Remove", "B", None, "Delete")],
    ),
    Row(
        "a resource that is left out and kept",
        {"A": topic(), "B": {**topic(), "DeletionPolicy": "Retain"}},
        {"A": topic()},
        [("Remove", "B", None, "Retain")],
        source=GUIDE + "aws-attribute-deletionpolicy.html",
    ),
    Row(
        "a property that can be changed in place",
        {"A": parameter("x")},
        {"A": parameter("y")},
        [("Modify", "A", "False", None)],
        [("Properties", "Value", "Never", *STATIC)],
    ),
    Row(
        "a property whose change makes another resource",
        {"A": topic(TopicName="x")},
        {"A": topic(TopicName="y")},
        [("Modify", "A", "True", "ReplaceAndDelete")],
        [("Properties", "TopicName", "Always", *STATIC)],
    ),
    Row(
        "a replaced resource that is kept",
        {"A": {**topic(TopicName="x"), "UpdateReplacePolicy": "Retain"}},
        {"A": {**topic(TopicName="y"), "UpdateReplacePolicy": "Retain"}},
        [("Modify", "A", "True", "ReplaceAndRetain")],
        [("Properties", "TopicName", "Always", *STATIC)],
        source=GUIDE + "aws-attribute-updatereplacepolicy.html",
    ),
    Row(
        "a parameter with another value",
        {"A": parameter({"Ref": "Word"})},
        {"A": parameter({"Ref": "Word"})},
        [("Modify", "A", "False", None)],
        [
            ("Properties", "Value", "Never", "Static", "ParameterReference", "Word"),
            ("Properties", "Value", "Never", *UNSURE),
        ],
        source=API + "API_ResourceChangeDetail.html",
        parameters={"Word": "two"},
    ),
    Row(
        "another expression and a parameter with another value",
        {"A": parameter({"Ref": "Word"})},
        {"A": parameter({"Fn::Sub": "${Word}!"})},
        [("Modify", "A", "False", None)],
        [
            ("Properties", "Value", "Never", "Static", "ParameterReference", "Word"),
            ("Properties", "Value", "Never", *STATIC),
        ],
        source=API + "API_ResourceChangeDetail.html",
        parameters={"Word": "two"},
    ),
    Row(
        "a reference to a resource that is replaced",
        {"A": topic(TopicName="x"), "B": parameter({"Ref": "A"})},
        {"A": topic(TopicName="y"), "B": parameter({"Ref": "A"})},
        [("Modify", "A", "True", "ReplaceAndDelete"), ("Modify", "B", "False", None)],
        [("Properties", "Value", "Never", "Static", "ResourceReference", "A")],
        source=GUIDE + "change-sets-samples.html",
    ),
    Row(
        "an attribute of a resource that is replaced",
        {"A": topic(TopicName="x"), "B": group(LogGroupName={"Fn::GetAtt": ["A", "TopicName"]})},
        {"A": topic(TopicName="y"), "B": group(LogGroupName={"Fn::GetAtt": ["A", "TopicName"]})},
        [("Modify", "A", "True", "ReplaceAndDelete"), ("Modify", "B", "Conditional", None)],
        [("Properties", "LogGroupName", "Always", "Dynamic", "ResourceAttribute", "A.TopicName")],
        source=API + "API_ResourceChange.html",
    ),
    Row(
        "an attribute of a resource that changes",
        {"A": topic(DisplayName="x"), "B": parameter({"Fn::Sub": "${A.TopicName}!"})},
        {"A": topic(DisplayName="y"), "B": parameter({"Fn::Sub": "${A.TopicName}!"})},
        [("Modify", "A", "False", None), ("Modify", "B", "False", None)],
        [("Properties", "Value", "Never", "Dynamic", "ResourceAttribute", "A.TopicName")],
        source=API + "API_ResourceChangeDetail.html",
    ),
    Row(
        "a reference to a resource that changes in place stays",
        {"A": topic(DisplayName="x"), "B": parameter({"Ref": "A"})},
        {"A": topic(DisplayName="y"), "B": parameter({"Ref": "A"})},
        [("Modify", "A", "False", None)],
        [("Properties", "DisplayName", "Never", *STATIC)],
        source=API + "API_ResourceChangeDetail.html",
    ),
    Row(
        "what is not a property",
        {"A": topic()},
        {"A": {**topic(), "DeletionPolicy": "Retain", "Metadata": {"Why": "it is kept"}}},
        [("Modify", "A", "False", None)],
        [("Metadata", None, "Never", *STATIC), ("DeletionPolicy", None, "Never", *STATIC)],
        source=API + "API_ResourceTargetDefinition.html",
    ),
    Row(
        "a tag",
        {"A": topic(Tags=tags(Owner="x"))},
        {"A": topic(Tags=tags(Owner="y"))},
        [("Modify", "A", "False", None)],
        [("Tags", None, "Never", *STATIC)],
        source=API + "API_ResourceTargetDefinition.html",
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_change_set_tells_what_will_happen(aws: Aws, row: Row) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=template(row.before, Parameters=WORD))

    body = template(row.after, Parameters=WORD)
    cloudformation.create_change_set(
        StackName=STACK, ChangeSetName="changes", TemplateBody=body, Parameters=given(**row.parameters)
    )
    found = cloudformation.describe_change_set(StackName=STACK, ChangeSetName="changes")["Changes"]

    changes = [change["ResourceChange"] for change in found]
    assert row.changes == [
        tuple(change.get(key) for key in ("Action", "LogicalResourceId", "Replacement", "PolicyAction"))
        for change in changes
    ]
    assert row.details == [told_detail(detail) for detail in changes[-1]["Details"]]


def told_detail(detail: Document) -> tuple[Any, ...]:
    """A detail in the form of a row's."""
    target = detail["Target"]
    assert set(target) <= {"Attribute", "Name", "RequiresRecreation"}
    return (
        target["Attribute"],
        target.get("Name"),
        target["RequiresRecreation"],
        detail["Evaluation"],
        detail["ChangeSource"],
        detail.get("CausingEntity"),
    )


def test_values_are_told_if_they_are_asked_for(aws: Aws) -> None:
    create(aws, {"A": topic(TopicName="x"), "B": parameter({"Ref": "A"}, Tags={"a": "1"})})
    found = change_set(aws, {"A": topic(TopicName="y"), "B": parameter({"Ref": "A"}, Tags={"a": "2"})})

    told = found["Changes"][1]["ResourceChange"]
    arn = aws.arn("sns", "x")
    assert [
        ("/Properties/Tags/a", "1", "2", "Modify"),
        ("/Properties/Value", arn, UNKNOWN, "Modify"),
    ] == [
        tuple(detail["Target"][key] for key in ("Path", "BeforeValue", "AfterValue", "AttributeChangeType"))
        for detail in told["Details"]
    ]
    contexts = json.loads(told["BeforeContext"]), json.loads(told["AfterContext"])
    assert [
        {"Properties": {"Type": "String", "Value": arn, "Tags": {"a": "1"}}},
        {"Properties": {"Type": "String", "Value": UNKNOWN, "Tags": {"a": "2"}}},
    ] == list(contexts)


def test_a_change_set_shows_no_secret(aws: Aws) -> None:
    """Neither the value of a NoEcho parameter nor what a dynamic reference stands for."""
    aws.client("secretsmanager").create_secret(Name="s", SecretString="hush-hush")
    cloudformation = aws.client("cloudformation")
    reference = "{{resolve:secretsmanager:s}}"
    text = template({"A": parameter({"Fn::Sub": f"${{Word}} {reference}"})}, Parameters=SECRET)
    cloudformation.create_stack(StackName=STACK, TemplateBody=text, Parameters=given(Word="old-word"))
    found = change_set(aws, TemplateBody=text, Parameters=given(Word="new-word"))

    told = json.dumps(found, default=str)
    assert not any(secret in told for secret in ("old-word", "new-word", "hush-hush"))
    [change] = found["Changes"]
    assert f"**** {reference}" == change["ResourceChange"]["Details"][0]["Target"]["AfterValue"]

"""What a change set foretells is what its execution does, for any pair of small templates."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st

from tests.twin.aws.cloudformation.small import (
    change_set,
    events,
    execute,
    given,
    group,
    parameter,
    status,
    tags,
    template,
    topic,
)

if TYPE_CHECKING:
    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

SAME = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
REPLACED = "Requested update requires the creation of a new physical resource; hence creating one."
WORD = {"Word": {"Type": "String", "Default": "one"}}
STACKS = itertools.count()


def named(name: str) -> Document:
    """A name that no other example's stack gives."""
    return {"Fn::Sub": f"${{AWS::StackName}}-{name}"}


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value or none at all."""
    return st.none() | values


@st.composite
def templates(draw: st.DrawFn) -> Document:
    """A parameter, a topic and a log group that may need each other; the topic is always there."""
    source = {"Ref": "Word"}
    resources = {}
    if draw(st.booleans()):
        name = draw(optional(st.sampled_from([named("a1"), named("a2")])))
        resources["A"] = with_given(parameter(draw(st.sampled_from(["x", source]))), Name=name)
        source = draw(st.sampled_from([source, {"Ref": "A"}, {"Fn::GetAtt": ["A", "Value"]}]))
    resources["B"] = with_given(
        topic(),
        TopicName=draw(optional(st.sampled_from([named("b1"), named("b2")]))),
        DisplayName=draw(optional(st.sampled_from(["d", source]))),
    )
    if draw(st.booleans()):
        names = [named("c"), {"Fn::GetAtt": ["B", "TopicName"]}, {"Fn::Join": ["-", [named("c"), source]]}]
        resources["C"] = with_given(
            group(RetentionInDays=draw(st.sampled_from([7, 14]))),
            LogGroupName=draw(optional(st.sampled_from(names))),
        )
    policies = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return {key: body | (policies if draw(st.booleans()) else {}) for key, body in resources.items()}


def with_given(resource: Document, **properties: Any) -> Document:
    """A resource with those of the properties that have a value."""
    resource["Properties"] |= {name: value for name, value in properties.items() if value is not None}
    return resource


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@over(before=templates(), after=templates(), word=st.sampled_from(["one", "two"]), tagged=st.booleans())
def test_what_was_foretold_is_what_happens(
    aws: Aws,
    before: Document,
    after: Document,
    word: str,
    tagged: bool,  # noqa: FBT001  (hypothesis gives it by name)
) -> None:
    name = f"example-{next(STACKS)}"
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=template(before, Parameters=WORD))
    found = change_set(
        aws,
        StackName=name,
        TemplateBody=template(after, Parameters=WORD),
        Parameters=given(Word=word),
        Tags=tags(Owner="me") if tagged else [],
    )
    if found["Status"] == "FAILED":
        assert SAME == found["StatusReason"]
        return
    execute(aws, StackName=name)
    assert "UPDATE_COMPLETE" == status(aws, name), events(aws, name)
    changes = [change["ResourceChange"] for change in found["Changes"]]
    foretold = {change["LogicalResourceId"]: change for change in changes}
    for logical_id in ("A", "B", "C"):
        seen = {(word, reason) for one, word, reason in events(aws, name) if one == logical_id}
        assert happened(seen) in expected(foretold.get(logical_id)), (logical_id, foretold, seen)


def happened(seen: set[tuple[str, str | None]]) -> str:
    """What a resource's events tell, in one word or two."""
    words = {name for name, _ in seen}
    left = "Delete" if "DELETE_COMPLETE" in words else "Retain" if "DELETE_SKIPPED" in words else ""
    if ("UPDATE_IN_PROGRESS", REPLACED) in seen:
        return f"ReplaceAnd{left}"
    if "UPDATE_COMPLETE" in words:
        return "Modify"
    return "Add" if "CREATE_COMPLETE" in words else left or "nothing"


def expected(change: Document | None) -> set[str]:
    """What may happen by a change set; what is Dynamic may come to nothing."""
    if change is None:
        return {"nothing"}
    if change["Action"] != "Modify":
        return {change.get("PolicyAction", "Add")}
    details = change["Details"]
    sure = any(
        detail["Evaluation"] == "Static" and detail["Target"]["Attribute"] in ("Properties", "Tags")
        for detail in details
    )
    allowed = set() if sure else {"nothing"}
    if change["Replacement"] == "True":
        return {change["PolicyAction"]}
    if change["Replacement"] == "Conditional":
        allowed |= {"ReplaceAndDelete", "ReplaceAndRetain"}
    return allowed | {"Modify"}

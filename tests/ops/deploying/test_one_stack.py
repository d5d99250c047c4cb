"""One stack on the local AWS: made, changed, left alone, refused, and followed through a failure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ops.change_sets import ChangeSetRefused, ParameterMissing, execute, propose
from ops.deploying import one_stack
from ops.deploying.errors import NotShown, StackFailed, StackUnusable
from ops.deploying.one_stack import Shown, bring, protect
from ops.live import Live
from ops.stack import Event, describe, held
from ops.wanted import Declared, WantedStack, as_deployed
from stacks.loading import load_environment

if TYPE_CHECKING:
    from twin.aws.clients import Aws

    Document = dict[str, Any]

STAGING = load_environment("staging")
NOTHING_SHOWN = Shown(frozenset())
TAKEN: Document = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "mine", "DisplayName": "a"}}


def parameter(value: str, name: str = "/one", **attributes: Any) -> Document:
    """A resource that can be changed in place, and is replaced when its name changes."""
    properties = {"Name": name, "Type": "String", "Value": value}
    return {"Type": "AWS::SSM::Parameter", "Properties": properties, **attributes}


def stack(**resources: Document) -> WantedStack:
    """A stack of those resources, without anything else."""
    return WantedStack(
        stack="network",
        name="miyabi-staging-network",
        text=json.dumps({"Resources": resources}),
        parameters=(),
        capabilities=(),
        tags={"Component": "network"},
        policy=None,
        termination_protection=False,
    )


def no_pause(_: float) -> None:
    """Go on at once: the local AWS has done what it is asked when it answers."""


def value(aws: Aws, name: str = "/one") -> str:
    """What an SSM parameter holds."""
    found: str = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return found


def change_sets(aws: Aws) -> list[Any]:
    """Change sets that are left of the stack."""
    found: list[Any] = aws.client("cloudformation").list_change_sets(StackName="miyabi-staging-network")[
        "Summaries"
    ]
    return found


@pytest.fixture
def live(aws: Aws) -> Live:
    """Staging in an account that has nothing yet."""
    return Live(STAGING, aws.client)


def test_a_stack_is_made_then_changed_then_left_alone(live: Live, aws: Aws) -> None:
    first = bring(live, stack(One=parameter("a")), pause=no_pause)
    second = bring(live, stack(One=parameter("b"), Two=parameter("c", "/two")), pause=no_pause)
    third = bring(live, stack(One=parameter("b"), Two=parameter("c", "/two")), pause=no_pause)

    assert [(1, "CREATE_COMPLETE"), (2, "UPDATE_COMPLETE"), (0, "UPDATE_COMPLETE")] == [
        (one.changes, one.stack.status) for one in (first, second, third)
    ]
    assert ("b", "c") == (value(aws), value(aws, "/two"))
    assert {"One": "/one", "Two": "/two"} == {
        name: one.physical_id for name, one in held(live, "miyabi-staging-network").items()
    }
    assert [] == change_sets(aws), "none is left to be executed by mistake"
    assert {"Component": "network"} == third.stack.tags


def test_what_the_plan_has_not_shown_is_not_done(live: Live, aws: Aws) -> None:
    bring(live, stack(One=parameter("a"), Two=parameter("c", "/two")), pause=no_pause)
    graver = stack(One=parameter("a", "/renamed"))

    with pytest.raises(NotShown, match="would replace or remove One, Two, which the plan did not show"):
        bring(live, graver, shown=NOTHING_SHOWN, pause=no_pause)
    assert "c" == value(aws, "/two")
    assert [] == change_sets(aws)

    brought = bring(live, graver, shown=Shown(frozenset({"One", "Two"})), pause=no_pause)

    assert "UPDATE_COMPLETE" == brought.stack.status
    assert "a" == value(aws, "/renamed")


def test_a_failed_change_is_followed_back_and_its_first_failure_named(live: Live, aws: Aws) -> None:
    aws.client("sns").create_topic(Name="mine", Attributes={"DisplayName": "theirs"})
    bring(live, stack(One=parameter("a")), pause=no_pause)
    seen: list[Event] = []
    failing = stack(One=parameter("b"), Topic=TAKEN)
    change_set = propose(live, failing, describe(live, failing.name), pause=no_pause)
    assert change_set is not None
    executed = execute(live, change_set, seen.append, pause=no_pause)
    with pytest.raises(StackFailed) as failed:
        bring(live, failing, pause=no_pause)

    assert "UPDATE_ROLLBACK_COMPLETE" == executed.stack.status
    assert not executed.succeeded
    assert ["Topic"] == [event.logical_id for event in executed.failures]
    assert list(executed.events) == seen
    assert sorted(event.at for event in seen) == [event.at for event in seen], "oldest first"
    assert "ended in UPDATE_ROLLBACK_COMPLETE: Topic: " in str(failed.value)
    assert "a" == value(aws)


def test_what_goes_on_in_a_stack_is_followed_to_its_end_first(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = bring(live, stack(One=parameter("a")), pause=no_pause).stack
    monkeypatch.setattr(one_stack, "describe", lambda *_: replace(now, status="UPDATE_IN_PROGRESS"))

    assert 1 == bring(live, stack(One=parameter("b")), pause=no_pause).changes


def test_a_first_creation_that_failed_says_what_to_do(live: Live, aws: Aws) -> None:
    aws.client("sns").create_topic(Name="mine", Attributes={"DisplayName": "theirs"})
    failing = stack(Topic=TAKEN)
    with pytest.raises(StackFailed):
        bring(live, failing, pause=no_pause)

    with pytest.raises(
        StackUnusable, match="is in ROLLBACK_COMPLETE and takes no change; its first creation"
    ):
        bring(live, failing, pause=no_pause)


def test_what_cloudformation_refuses_leaves_nothing_behind(live: Live, aws: Aws) -> None:
    wrong = stack(One={"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Vale": "a"}})

    with pytest.raises(ChangeSetRefused, match=r"refuses the change of stack miyabi-staging-network: .*Vale"):
        bring(live, wrong, pause=no_pause)

    assert [] == aws.client("cloudformation").describe_stacks()["Stacks"]
    assert "CREATE_COMPLETE" == bring(live, stack(One=parameter("a")), pause=no_pause).stack.status


def test_a_parameter_keeps_its_value_until_another_is_given(live: Live, aws: Aws) -> None:
    body = {
        "Parameters": {"Word": {"Type": "String"}},
        "Resources": {"One": parameter("x")},
    }
    body["Resources"]["One"]["Properties"]["Value"] = {"Ref": "Word"}
    wanted = replace(
        stack(), text=json.dumps(body), parameters=(Declared("Word", "String", None, "what it says"),)
    )

    with pytest.raises(
        ParameterMissing, match=r"its parameter Word \(what it says\); give it as --parameter"
    ):
        bring(live, wanted, pause=no_pause)
    bring(live, wanted, {"Word": "a"}, pause=no_pause)
    unchanged = bring(live, wanted, pause=no_pause)
    now = describe(live, wanted.name)
    assert now is not None
    bring(live, as_deployed(live, now), {"Word": "b"}, pause=no_pause)

    assert 0 == unchanged.changes
    assert "b" == value(aws)


def test_policy_and_termination_protection_are_as_wanted_in_the_end(live: Live, aws: Aws) -> None:
    guard = {"Effect": "Deny", "Action": "Update:Delete", "Principal": "*", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    guarded = replace(
        stack(One=parameter("a")), policy={"Statement": [allow, guard]}, termination_protection=True
    )
    bring(live, guarded, pause=no_pause)
    cloudformation = aws.client("cloudformation")
    with pytest.raises(ClientError, match=r"TerminationProtection"):
        cloudformation.delete_stack(StackName=guarded.name)
    with pytest.raises(StackFailed, match=r"[Aa]ction denied by stack policy"):
        bring(live, stack(Two=parameter("a", "/two")), pause=no_pause)

    now = describe(live, guarded.name)
    assert now is not None
    protect(live, stack(One=parameter("a")), now)
    bring(live, stack(Two=parameter("a", "/two")), pause=no_pause)

    assert ["Two"] == list(held(live, guarded.name))

"""An operation is followed from its beginning to its end, also where AWS tells of it late."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ops.change_sets import ChangeSetRefused, propose
from ops.errors import Unreached
from ops.live import Live
from ops.rolling_back import continue_rollback
from ops.stack import PATIENCE, UNSEEN, Event, follow, last_event, remedy
from ops.wanted import WantedStack
from stacks.loading import load_environment
from tests.ops.preflight.told import Told, refusal

if TYPE_CHECKING:
    from twin.aws.clients import Aws

    Document = dict[str, Any]

NAME = "miyabi-staging-network"
ID = f"arn:aws:cloudformation:us-east-1:123456789012:stack/{NAME}/1"
STAGING = load_environment("staging")
WRONG = '{"Resources": {"One": {"Type": "AWS::SSM::Parameter", "Properties": {"Vale": "a"}}}}'


class Late:
    """CloudFormation, which tells of a stack by `rounds`: its status, and what has happened."""

    def __init__(self, *rounds: tuple[str, str]) -> None:
        self.rounds, self.asked = rounds, 0

    def live(self) -> Live:
        """Staging there."""
        return Live(STAGING, Told(lambda _: None, self.answers()))

    def answers(self) -> dict[str, Any]:
        """What it tells, by operation."""
        return {
            "cloudformation:describe_stacks": lambda _: self.stack(),
            "cloudformation:describe_stack_events": lambda _: self._events(),
        }

    def _round(self) -> tuple[str, str]:
        return self.rounds[min(self.asked, len(self.rounds) - 1)]

    def stack(self) -> Document:
        """What DescribeStacks tells."""
        return {"Stacks": [{"StackName": NAME, "StackId": ID, "StackStatus": self._round()[0]}]}

    def _events(self) -> Document:
        """Each word is a status of the stack itself, oldest first; one of a resource has a colon in front."""
        words = self._round()[1].split()
        self.asked += 1
        return {"StackEvents": [_event(number, word) for number, word in enumerate(words)][::-1]}


def _event(number: int, word: str) -> Document:
    is_resource = word.startswith(":")
    return {
        "EventId": str(number),
        "Timestamp": datetime(2026, 11, 26, tzinfo=UTC),
        "StackName": NAME,
        "StackId": ID,
        "LogicalResourceId": "One" if is_resource else NAME,
        "PhysicalResourceId": "/one" if is_resource else ID,
        "ResourceType": "AWS::SSM::Parameter" if is_resource else "AWS::CloudFormation::Stack",
        "ResourceStatus": word.removeprefix(":"),
    }


def followed(late: Late, after: str | None) -> tuple[str, list[str]]:
    """The status at the end, and those that were told."""
    seen: list[Event] = []
    stack = follow(late.live(), ID, seen.append, after=after, pause=lambda _: None)
    return stack.status, [event.status for event in seen]


def test_a_stack_that_is_told_as_it_was_before_has_not_ended() -> None:
    before = "CREATE_IN_PROGRESS CREATE_COMPLETE"
    late = Late(
        ("CREATE_COMPLETE", before),
        ("CREATE_COMPLETE", f"{before} UPDATE_IN_PROGRESS"),
        ("UPDATE_IN_PROGRESS", f"{before} UPDATE_IN_PROGRESS :UPDATE_FAILED"),
        ("UPDATE_ROLLBACK_COMPLETE", f"{before} UPDATE_IN_PROGRESS :UPDATE_FAILED UPDATE_ROLLBACK_COMPLETE"),
    )

    assert (
        "UPDATE_ROLLBACK_COMPLETE",
        ["UPDATE_IN_PROGRESS", "UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE"],
    ) == followed(late, "1")


def test_a_name_that_was_reserved_is_no_end_of_a_creation() -> None:
    late = Late(
        ("REVIEW_IN_PROGRESS", "REVIEW_IN_PROGRESS"),
        ("CREATE_COMPLETE", "REVIEW_IN_PROGRESS CREATE_IN_PROGRESS CREATE_COMPLETE"),
    )

    assert ("CREATE_COMPLETE", ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]) == followed(late, "0")
    late.asked = 0
    assert "CREATE_COMPLETE" == followed(late, "")[0]


def test_an_operation_of_which_nothing_is_ever_seen_is_not_waited_for_without_end() -> None:
    late = Late(("CREATE_COMPLETE", "CREATE_IN_PROGRESS CREATE_COMPLETE"))

    assert ("CREATE_COMPLETE", []) == followed(late, "1")
    assert UNSEEN + 1 == late.asked


def test_of_an_operation_that_is_met_half_way_its_own_events_are_told() -> None:
    older = "CREATE_IN_PROGRESS :CREATE_FAILED CREATE_COMPLETE"
    now = f"{older} UPDATE_IN_PROGRESS :UPDATE_COMPLETE"
    late = Late(("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", now), ("UPDATE_COMPLETE", f"{now} UPDATE_COMPLETE"))

    assert ("UPDATE_COMPLETE", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_COMPLETE"]) == followed(
        late, None
    )


@pytest.mark.parametrize("lost", [PATIENCE, PATIENCE + 1])
def test_a_connection_that_is_lost_meanwhile_is_waited_for_and_not_for_ever(lost: int) -> None:
    late, numbers = Late(("CREATE_COMPLETE", "CREATE_IN_PROGRESS CREATE_COMPLETE")), count()

    def losing(_: Document) -> Any:
        return EndpointConnectionError(endpoint_url="any") if next(numbers) < lost else late.stack()

    live = Live(STAGING, Told(lambda _: None, {**late.answers(), "cloudformation:describe_stacks": losing}))
    if lost > PATIENCE:
        with pytest.raises(Unreached):
            follow(live, ID, lambda _: None, pause=lambda _: None)
    else:
        assert "CREATE_COMPLETE" == follow(live, ID, lambda _: None, pause=lambda _: None).status


def test_a_rollback_leaves_out_what_is_named() -> None:
    before = "UPDATE_IN_PROGRESS UPDATE_ROLLBACK_FAILED"
    after = f"{before} UPDATE_ROLLBACK_IN_PROGRESS UPDATE_ROLLBACK_COMPLETE"
    late = Late(("UPDATE_ROLLBACK_FAILED", before), ("UPDATE_ROLLBACK_COMPLETE", after))
    asked: list[Document] = []
    go_on = {"cloudformation:continue_update_rollback": asked.append}
    live = Live(STAGING, Told(lambda _: None, {**late.answers(), **go_on}))

    assert "UPDATE_ROLLBACK_COMPLETE" == continue_rollback(live, NAME, ["One"], pause=lambda _: None).status
    assert [{"StackName": ID, "ResourcesToSkip": ["One"]}] == asked


def test_all_pages_of_a_change_set_are_read() -> None:
    def page(arguments: Document) -> Document:
        name, more = ("Two", {}) if "NextToken" in arguments else ("One", {"NextToken": "more"})
        changes = [{"ResourceChange": {"LogicalResourceId": name}}]
        return {"Status": "CREATE_COMPLETE", "StackId": ID, "ChangeSetId": "set", "Changes": changes, **more}

    answers = {
        "cloudformation:create_change_set": {"Id": "set"},
        "cloudformation:describe_change_set": page,
        "ssm:get_parameter": refusal("GetParameter", "ParameterNotFound"),
    }
    made = propose(Live(STAGING, Told(lambda _: None, answers)), wanted("{}"), None)

    assert made is not None
    assert ["One", "Two"] == [change["LogicalResourceId"] for change in made.changes]


def test_the_last_event_is_the_newest_one() -> None:
    assert "1" == last_event(Late(("CREATE_COMPLETE", "CREATE_IN_PROGRESS CREATE_COMPLETE")).live(), ID)


def test_what_a_service_repeats_of_a_request_is_not_told() -> None:
    event = _event(1, ":CREATE_FAILED") | {
        "ResourceStatusReason": "the environment variables you have provided exceeded the 4KB limit. "
        'String measured: {"JWT_SECRET": "unmistakable"} near postgresql://admin:unmistakable@host/db'
    }
    pages = {"cloudformation:describe_stack_events": {"StackEvents": [event]}}
    stack = Late(("CREATE_COMPLETE", "")).stack()
    live = Live(STAGING, Told(lambda _: None, {**pages, "cloudformation:describe_stacks": stack}))
    seen: list[Event] = []
    follow(live, ID, seen.append, after="", pause=lambda _: None)

    assert "unmistakable" not in seen[0].reason
    assert "exceeded the 4KB limit. String measured: ***" in seen[0].reason


def test_a_remedy_names_the_very_command() -> None:
    assert "`miyabi deploy staging --abandon network`" in remedy("ROLLBACK_COMPLETE", "staging", NAME)
    assert "its events tell why" in remedy("ANYTHING_NEW", "staging", NAME)


def wanted(text: str) -> WantedStack:
    """A stack of that template."""
    return WantedStack("network", NAME, text, (), (), {}, None, termination_protection=False)


def test_without_the_right_to_ask_for_validation_the_reason_is_told_and_nothing_left(aws: Aws) -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "DescribeEvents")
    live = Live(STAGING, Told(aws.client, {"cloudformation:describe_events": refused}))

    with pytest.raises(ChangeSetRefused, match=f"refuses the change of stack {NAME}: .+"):
        propose(live, wanted(WRONG), None, pause=lambda _: None)
    assert [] == aws.client("cloudformation").describe_stacks()["Stacks"]


def test_a_change_set_may_be_asked_for_twice_when_its_answer_is_lost(aws: Aws) -> None:
    tokens: list[str] = []
    make = aws.client("cloudformation").create_change_set

    def made(arguments: Document) -> Any:
        tokens.append(arguments.get("ClientToken", ""))
        return make(**arguments)

    live = Live(STAGING, Told(aws.client, {"cloudformation:create_change_set": made}))
    text = WRONG.replace('"Vale"', '"Type": "String", "Value"')
    propose(live, wanted(text), None, pause=lambda _: None)

    assert [True] == [len(token) > 1 for token in tokens]

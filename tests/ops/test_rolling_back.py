"""A stack that a failure left unusable is helped, and no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ops.errors import NotDeployed
from ops.live import Live
from ops.rolling_back import NothingToMend, abandon, continue_rollback
from ops.stack import Event, describe
from stacks.loading import load_environment

if TYPE_CHECKING:
    from twin.aws.clients import Aws

    Document = dict[str, Any]

NAME = "miyabi-staging-service"
TAKEN = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/taken"}}


def text(**resources: Document) -> str:
    """A template of those resources."""
    return json.dumps({"Resources": resources})


def parameter(value: str, name: str) -> Document:
    """A parameter in SSM."""
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Name": name, "Type": "String", "Value": value}}


@pytest.fixture
def live(aws: Aws) -> Live:
    """Staging in an account in which a name is taken."""
    aws.client("logs").create_log_group(logGroupName="/taken")
    return Live(load_environment("staging"), aws.client)


def test_a_first_creation_that_failed_is_abandoned(live: Live, aws: Aws) -> None:
    aws.client("cloudformation").create_stack(StackName=NAME, TemplateBody=text(Group=TAKEN))
    seen: list[Event] = []
    gone = abandon(live, NAME, seen.append)

    assert "DELETE_COMPLETE" == gone.status
    assert "DELETE_COMPLETE" == seen[-1].status
    assert describe(live, NAME) is None


def test_a_stack_that_is_well_is_left_alone(live: Live, aws: Aws) -> None:
    aws.client("cloudformation").create_stack(StackName=NAME, TemplateBody=text(One=parameter("a", "/one")))

    with pytest.raises(NothingToMend, match="is in CREATE_COMPLETE; this is for one in ROLLBACK_COMPLETE"):
        abandon(live, NAME)
    with pytest.raises(
        NothingToMend, match="this is for one in UPDATE_ROLLBACK_FAILED, and nothing was done"
    ):
        continue_rollback(live, NAME)
    with pytest.raises(NotDeployed):
        abandon(live, "miyabi-staging-edge")
    assert "a" == aws.client("ssm").get_parameter(Name="/one")["Parameter"]["Value"]


def test_a_rollback_that_failed_is_gone_on_with(
    live: Live, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudformation = aws.client("cloudformation")
    before = text(One=parameter("a", "/one"))
    after = text(One=parameter("b", "/one"), Group={**TAKEN, "DependsOn": "One"})
    cloudformation.create_stack(StackName=NAME, TemplateBody=before)
    fail_to_go_back(monkeypatch)
    cloudformation.update_stack(StackName=NAME, TemplateBody=after)
    stuck = describe(live, NAME)
    monkeypatch.undo()
    seen: list[Event] = []

    mended = continue_rollback(live, NAME, watch=seen.append)

    assert stuck is not None
    assert "UPDATE_ROLLBACK_FAILED" == stuck.status
    assert "UPDATE_ROLLBACK_COMPLETE" == mended.status
    assert "UPDATE_ROLLBACK_COMPLETE" == seen[-1].status
    assert "a" == aws.client("ssm").get_parameter(Name="/one")["Parameter"]["Value"]


def fail_to_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SSM refuse the value `a`, as it would while something else is wrong."""
    from twin.aws import clients
    from twin.aws.dispatch import dispatch

    def refusing(account: str, method: str, url: str, headers: Any, body: Any) -> Any:
        if b"PutParameter" in str(headers).encode() and b'"Value": "a"' in bytes(body or b""):
            return 400, {}, b'{"__type": "InternalServerError", "message": "not now"}'
        return dispatch(account, method, url, headers, body)

    monkeypatch.setattr(clients, "dispatch", refusing)

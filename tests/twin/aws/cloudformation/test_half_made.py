"""Handlers that fail half-way: what they have made by then is cleared away, or told to be left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import events, parameter, status, template
from twin.aws import handlers
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Identifier, Properties, Request

TYPE = "AWS::SSM::Parameter"
HANDLER = handlers._handlers("ssm")[TYPE]


def begins_and_fails(request: Request) -> Identifier:
    """Makes the parameter, and does not get on from there."""
    request.begin(**HANDLER.create(request))
    raise HandlerError("GeneralServiceException", "the second step failed")


def tells_another_value(aws: Aws, identifier: Identifier) -> Properties:
    """A service that has not taken the value."""
    return {**HANDLER.read(aws, identifier), "Value": "its own"}


def refuses_deletion(*_: Any) -> None:
    """A service that keeps what it has."""
    raise HandlerError("ResourceConflict", "it is in use")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a handler with other functions into the table."""

    def put(**functions: Any) -> None:
        table = handlers._handlers("ssm")
        monkeypatch.setitem(table, TYPE, replace(HANDLER, **functions))

    return put


def make(aws: Aws) -> None:
    """Make a stack of one parameter."""
    aws.client("cloudformation").create_stack(
        StackName="small", TemplateBody=template({"A": parameter(Name="/a")})
    )


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        ({"create": begins_and_fails}, "the second step failed"),
        ({"read": tells_another_value}, f"the local AWS did not take /Value of {TYPE}: it holds its own"),
    ],
)
def test_what_a_handler_has_begun_is_cleared_away(
    aws: Aws, fake: Any, functions: dict[str, Any], said: str
) -> None:
    fake(**functions)
    make(aws)

    reasons = [reason for _, state, reason in events(aws) if state == "CREATE_FAILED"]
    assert ["ROLLBACK_COMPLETE", True] == [status(aws), said in str(reasons)]
    assert [] == aws.client("ssm").describe_parameters()["Parameters"]


def test_a_rollback_that_can_not_delete_says_so(aws: Aws, fake: Any) -> None:
    """troubleshooting.html: ROLLBACK_FAILED; the stack keeps what is left, and can be deleted later."""
    cloudformation = aws.client("cloudformation")
    fake(delete=refuses_deletion)
    body = template({"A": parameter(Name="/a"), "B": parameter(Name="aws")})
    cloudformation.create_stack(StackName="small", TemplateBody=body)
    [told] = cloudformation.describe_stacks(StackName="small")["Stacks"]
    assert ("ROLLBACK_FAILED", "The following resource(s) failed to delete: [A]. ") == (
        told["StackStatus"],
        told["StackStatusReason"],
    )
    assert ["/a"] == [one["Name"] for one in aws.client("ssm").describe_parameters()["Parameters"]]

    fake(delete=HANDLER.delete)
    cloudformation.delete_stack(StackName="small")
    assert [] == cloudformation.describe_stacks()["Stacks"]
    assert [] == aws.client("ssm").describe_parameters()["Parameters"]

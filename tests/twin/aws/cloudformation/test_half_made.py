"""Handlers that fail half-way: what they have made by then is cleared away, or told to be left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cfn.schema import Difference
from tests.twin.aws.cloudformation.small import (
    events,
    given,
    parameter,
    refusal,
    resource_reasons,
    status,
    template,
)
from twin.aws import handlers
from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.working import held_differences
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


def is_mistaken(*_: Any) -> Any:
    """A handler with a mistake of our own in it."""
    table: dict[str, str] = {}
    return table["hush-hush"]


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


@pytest.mark.parametrize("value", ["{{resolve:secretsmanager:s}}", {"Ref": "P"}])
def test_what_stands_where_a_secret_should_is_not_told(aws: Aws, fake: Any, value: Any) -> None:
    """It may be the secret of yesterday."""
    aws.client("secretsmanager").create_secret(Name="s", SecretString="of-today")
    fake(read=tells_another_value)
    body = template({"A": parameter(value)}, Parameters={"P": {"Type": "String", "NoEcho": True}})
    aws.client("cloudformation").create_stack(
        StackName="small", TemplateBody=body, Parameters=given(P="hush-hush")
    )

    [reason] = resource_reasons(aws, "CREATE_FAILED")
    assert f"the local AWS did not take /Value of {TYPE}: it holds ****" in reason


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


@pytest.mark.parametrize(("retained", "left"), [(None, []), ("A", ["/a"])], ids=["later", "never"])
def test_what_can_not_be_cleared_away_is_the_stacks_until_it_can(
    aws: Aws, fake: Any, retained: str | None, left: list[str]
) -> None:
    """troubleshooting.html: what is left of a failed creation is told, and goes with the stack."""
    cloudformation, ssm = aws.client("cloudformation"), aws.client("ssm")
    fake(create=begins_and_fails, delete=refuses_deletion)
    make(aws)
    assert "ROLLBACK_FAILED" == status(aws)
    assert [("A", "CREATE_FAILED"), ("A", "DELETE_FAILED")] == [
        (logical_id, state) for logical_id, state, _ in events(aws) if state.endswith("FAILED")
    ][:2]
    assert "the second step failed" in resource_reasons(aws, "CREATE_FAILED")[0]

    cloudformation.delete_stack(StackName="small")
    assert "DELETE_FAILED" == status(aws)
    if retained is None:
        fake()
    cloudformation.delete_stack(StackName="small", RetainResources=[retained] if retained else [])
    assert [] == cloudformation.describe_stacks()["Stacks"]
    assert left == [one["Name"] for one in ssm.describe_parameters()["Parameters"]]


@pytest.mark.parametrize("function", ["create", "read"])
def test_a_mistake_of_our_own_brings_the_stack_to_rest(aws: Aws, fake: Any, function: str) -> None:
    """The registry's contract, "Handler error codes": InternalFailure; a secret in it is not shown."""
    fake(**{function: is_mistaken})
    body = template({"A": parameter({"Ref": "P"})}, Parameters={"P": {"Type": "String", "NoEcho": True}})
    aws.client("cloudformation").create_stack(
        StackName="small", TemplateBody=body, Parameters=given(P="hush-hush")
    )

    [reason] = resource_reasons(aws, "CREATE_FAILED")
    assert "ROLLBACK_COMPLETE" == status(aws)
    assert "KeyError in test_half_made.py, line " in reason
    assert "HandlerErrorCode: InternalFailure" in reason
    assert "hush-hush" not in reason
    assert [] == aws.client("ssm").describe_parameters()["Parameters"]


def test_a_service_that_does_not_answer_fails_an_import_and_a_look_for_drift(aws: Aws, fake: Any) -> None:
    cloudformation = aws.client("cloudformation")
    aws.client("ssm").put_parameter(Name="/there", Value="v", Type="String")
    kept = {**parameter(Name="/there"), "DeletionPolicy": "Retain"}
    one = {"ResourceType": TYPE, "LogicalResourceId": "A", "ResourceIdentifier": {"Name": "/there"}}
    cloudformation.create_change_set(
        StackName="small",
        ChangeSetName="c",
        ChangeSetType="IMPORT",
        ResourcesToImport=[one],
        TemplateBody=template({"A": kept}),
    )
    fake(read=is_mistaken)
    cloudformation.execute_change_set(StackName="small", ChangeSetName="c")
    assert "IMPORT_ROLLBACK_COMPLETE" == status(aws)
    assert "KeyError" in resource_reasons(aws, "IMPORT_FAILED")[0]

    fake()
    cloudformation.create_stack(StackName="other", TemplateBody=template({"A": parameter()}))
    fake(read=is_mistaken)
    code, sentence = refusal(lambda: cloudformation.detect_stack_drift(StackName="other"))
    assert ("ValidationError", True) == (code, sentence.startswith("A can't be looked at: Resource handler"))


def gives_the_former(_: Request) -> Identifier:
    """A service that takes a name that is there for the resource that is meant."""
    return {"Name": "/a"}


def begins_with_the_former(request: Request) -> Identifier:
    """The same, of whose resource the handler then wants more."""
    request.begin(Name="/a")
    raise HandlerError("GeneralServiceException", "Rename /a and update the stack again.")


@pytest.mark.parametrize("function", [gives_the_former, begins_with_the_former])
def test_what_a_service_takes_for_the_resource_itself_does_not_replace_it(
    aws: Aws, fake: Any, function: Any
) -> None:
    """troubleshooting.html: a custom-named resource; deleting "the old one" would delete the only one."""
    make(aws)
    aws.client("ssm").put_parameter(Name="/b", Value="another", Type="String")
    fake(create=function)
    cloudformation = aws.client("cloudformation")
    cloudformation.update_stack(StackName="small", TemplateBody=template({"A": parameter(Name="/b")}))

    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)
    assert "Rename /a and update the stack again." in resource_reasons(aws, "UPDATE_FAILED")[0]
    assert {"/a", "/b"} == {one["Name"] for one in aws.client("ssm").describe_parameters()["Parameters"]}


def test_an_update_that_upsets_another_property_is_taken_back_or_says_that_it_can_not_be(
    aws: Aws, fake: Any
) -> None:
    """What had drifted may stay so, but no update of ours may make it drift."""

    def upsets(request: Request, _: Identifier) -> None:
        request.client("ssm").put_parameter(Name="/a", Value="its own", Description="d", Overwrite=True)

    make(aws)
    cloudformation = aws.client("cloudformation")
    changed = template({"A": parameter(Name="/a", Description="d")})
    fake(update=upsets)
    cloudformation.update_stack(StackName="small", TemplateBody=changed)
    assert "UPDATE_ROLLBACK_FAILED" == status(aws)
    told = resource_reasons(aws, "UPDATE_FAILED")
    assert 2 == len([reason for reason in told if "did not take /Value" in reason])

    fake()
    cloudformation.continue_update_rollback(StackName="small")
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)


def test_what_no_api_tells_is_not_missed_but_what_it_tells_otherwise_is_seen() -> None:
    schema, handler = required_schema(TYPE, "us-east-1"), replace(HANDLER, not_held={"Value": "a test"})

    assert [] == held_differences(schema, handler, {"Value": "v"}, {})
    assert [Difference("/Value", "NOT_EQUAL", "v", "w")] == held_differences(
        schema, handler, {"Value": "v"}, {"Value": "w"}
    )

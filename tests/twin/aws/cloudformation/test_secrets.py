"""What is secret stays so: in representations, in refusals, and after its parameter has another value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import STACK, given, group, parameter, refusal, status, template
from twin.aws.cloudformation.dynamic_references import DynamicReferences
from twin.aws.cloudformation.masking import masked
from twin.aws.cloudformation.service import cloudformation_of
from twin.aws.handler import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws

SECRET = {"P": {"Type": "String", "NoEcho": True}}
OLD, NEW = "hush-hush", "low-voice"


def all_events(aws: Aws) -> str:
    """Everything that was ever told of the stack's resources."""
    return str(aws.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"])


@pytest.mark.parametrize("quoted", [str, repr, json.dumps])
def test_a_secret_is_hidden_however_it_is_quoted(quoted: Callable[[str], str]) -> None:
    for secret in ("hush", "two\nlines", "back\\slash", 'a "b" c', "it's", "naïve"):
        assert "****" == masked(quoted(secret), {secret}).strip("\"'")


def test_no_representation_tells_a_secret(aws: Aws) -> None:
    """A traceback or a log may have one of anything."""
    cloudformation = aws.client("cloudformation")
    aws.client("secretsmanager").create_secret(Name="s", SecretString=NEW)
    resources = {"A": parameter({"Ref": "P"}), "B": parameter("{{resolve:secretsmanager:s}}")}
    body = template(resources, Parameters=SECRET)
    cloudformation.create_stack(StackName=STACK, TemplateBody=body, Parameters=given(P=OLD))
    references = DynamicReferences(aws)
    assert NEW == references.resolved("{{resolve:secretsmanager:s}}")

    stack = cloudformation_of(aws.account, aws.region).stack(STACK)
    request = Request(aws, "A", STACK, {"Value": OLD}, {"Value": NEW})
    for shown in map(repr, (stack, stack.goal, [*stack.held.values()], references, request)):
        assert [] == [secret for secret in (OLD, NEW) if secret in shown]


def test_a_refusal_does_not_tell_a_secret(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    body = template({"A": parameter(Type={"Ref": "P"})}, Parameters=SECRET)
    call: dict[str, Any] = {"StackName": STACK, "TemplateBody": body, "Parameters": given(P=OLD)}

    _, sentence = refusal(lambda: cloudformation.create_stack(**call))
    made = cloudformation.create_change_set(**call, ChangeSetName="c", ChangeSetType="CREATE")
    told = cloudformation.describe_events(ChangeSetName=made["Id"])["OperationEvents"]

    assert "#/Type: **** is not a valid enum value" in sentence
    assert ["#/Type: **** is not a valid enum value"] == [one["ValidationStatusReason"] for one in told]


def test_what_stands_at_the_path_of_a_secret_parameter_is_hidden(aws: Aws) -> None:
    aws.client("ssm").put_parameter(Name="/stored", Value=OLD, Type="String")
    stored = {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "NoEcho": True, "Default": "/stored"}}
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=template({"A": group()}, Parameters=stored))

    [stack] = cloudformation.describe_stacks()["Stacks"]
    assert [{"ParameterKey": "P", "ParameterValue": "****", "ResolvedValue": "****"}] == stack["Parameters"]


def test_a_secret_stays_hidden_after_two_failed_updates(aws: Aws) -> None:
    """It is neither in what the stack was last well with nor in what it is brought to, but in a resource."""
    cloudformation = aws.client("cloudformation")

    def body(*names: str) -> str:
        failing = {name: parameter(Name=f"aws{name}", Value="v") for name in names}
        return template({"A": parameter({"Ref": "P"}), "B": group(), **failing}, Parameters=SECRET)

    cloudformation.create_stack(StackName=STACK, TemplateBody=body(), Parameters=given(P="first-value"))
    for value, text in ((OLD, body("Z")), (NEW, template({"B": group()}, Parameters=SECRET))):
        cloudformation.update_stack(
            StackName=STACK, TemplateBody=text, Parameters=given(P=value), DisableRollback=True
        )

    assert "UPDATE_COMPLETE" == status(aws)
    assert "DELETE_COMPLETE" in all_events(aws)
    assert [] == [secret for secret in ("first-value", OLD, NEW) if secret in all_events(aws)]

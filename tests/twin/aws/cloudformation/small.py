"""Small templates, and what the tests of change sets, imports, drift and stack policies do with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws

    Document = dict[str, Any]

STACK = "small"
GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
API = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/"


def parameter(value: Any = "v", **others: Any) -> Document:
    """An SSM parameter."""
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value, **others}}


def topic(**properties: Any) -> Document:
    """An SNS topic."""
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def group(**properties: Any) -> Document:
    """A log group."""
    return {"Type": "AWS::Logs::LogGroup", "Properties": properties}


def template(resources: Document, **sections: Any) -> str:
    """The text of a template."""
    return json.dumps({"Resources": resources, **sections})


def tags(**pairs: str) -> list[dict[str, str]]:
    """Tags of a call."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def given(**values: str) -> list[dict[str, str]]:
    """Parameters of a call."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def create(aws: Aws, resources: Document, **call: Any) -> None:
    """Make the stack."""
    aws.client("cloudformation").create_stack(StackName=STACK, TemplateBody=template(resources), **call)
    assert status(aws) == "CREATE_COMPLETE"


def change_set(aws: Aws, resources: Document | None = None, **call: Any) -> Document:
    """Make a change set of the stack, an UPDATE unless the call says otherwise; gives it with values."""
    cloudformation = aws.client("cloudformation")
    body = {} if resources is None else {"TemplateBody": template(resources)}
    made = cloudformation.create_change_set(
        **{"StackName": STACK, "ChangeSetName": "changes", **body, **call}
    )
    return described(aws, made["Id"])


def described(aws: Aws, change_set_id: str) -> Document:
    """A change set, with values."""
    found: Document = aws.client("cloudformation").describe_change_set(
        ChangeSetName=change_set_id, IncludePropertyValues=True
    )
    return found


def execute(aws: Aws, **call: Any) -> None:
    """Execute the stack's change set."""
    aws.client("cloudformation").execute_change_set(
        **{"StackName": STACK, "ChangeSetName": "changes", **call}
    )


def status(aws: Aws, name: str = STACK) -> str:
    """The stack's status."""
    [stack] = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    found: str = stack["StackStatus"]
    return found


def events(aws: Aws, name: str = STACK) -> list[tuple[str, str, str | None]]:
    """Logical id, status and reason of each event of the stack's last operation, oldest first."""
    found = aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    last = found[0]["OperationId"]
    return [
        (event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason"))
        for event in reversed(found)
        if event["OperationId"] == last
    ]


def resource_reasons(aws: Aws, state: str, name: str = STACK) -> list[str]:
    """Reasons of a status in the stack's last operation, oldest first."""
    return [str(reason) for _, found, reason in events(aws, name) if found == state]


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    """Code and message of the error that a call ends in."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]

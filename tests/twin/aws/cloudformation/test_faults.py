"""Whatever call to a service fails once: the stack ends well, and has what the services have."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.cloudformation.small import group, parameter, template, topic
from twin.aws.dispatch import dispatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

LISTS = (
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("secretsmanager", "list_secrets", "SecretList", "ARN"),
)
"""Service, operation, where its answer has the items, and what names one, as Ref does."""
FIRST = {
    "Alone": parameter("a"),
    "Group": group(RetentionInDays=7),
    "Parameter": parameter({"Ref": "Topic"}),
    "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "s"}},
    "Topic": topic(TopicName="first", Tags=[{"Key": "k", "Value": "v"}]),
}
SECOND = {
    "Alone": parameter("b"),
    "Group": group(RetentionInDays=14),
    "Parameter": parameter({"Ref": "Topic"}, Description="d"),
    "Topic": topic(TopicName="second"),
    "Another": parameter("x"),
}
"""One of each is changed, replaced, changed by what it needs, removed, and added."""


@dataclass(slots=True)
class Fault:
    """The one call that fails, by its number."""

    number: int
    seen: int = 0

    @property
    def has_struck(self) -> bool:
        """Whether there were that many calls."""
        return self.seen > self.number


@contextmanager
def fault(number: int) -> Iterator[Fault]:
    """Let the call of this number, of those that handlers make, fail."""
    injected = Fault(number)

    def failing(account: str, method: str, url: str, headers: Any, body: Any) -> Any:
        if "//cloudformation." not in url:
            injected.seen += 1
            if injected.seen == number + 1:
                raise ClientError({"Error": {"Code": "InternalFailure", "Message": "injected"}}, url)
        return dispatch(account, method, url, headers, body)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("twin.aws.clients.dispatch", failing)
        yield injected


def there(aws: Aws) -> set[str]:
    """Names of all that the services have."""
    return {
        item[named]
        for service, operation, key, named in LISTS
        for item in getattr(aws.client(service), operation)()[key]
    }


def held(aws: Aws) -> set[str]:
    """Physical ids of all that the stack says it has."""
    found = aws.client("cloudformation").describe_stack_resources(StackName="s")["StackResources"]
    gone = ("CREATE_FAILED", "DELETE_COMPLETE")
    return {row["PhysicalResourceId"] for row in found if row["ResourceStatus"] not in gone}


def ended(aws: Aws) -> str:
    """The status of the newest stack, whether it is still there or not."""
    status: str = aws.client("cloudformation").list_stacks()["StackSummaries"][0]["StackStatus"]
    return status


def left_behind(aws: Aws) -> set[str]:
    """What the clean-up of the last operation could not delete, as its events tell."""
    found = aws.client("cloudformation").describe_stack_events(StackName="s")["StackEvents"]
    last = [event for event in found if event["OperationId"] == found[0]["OperationId"]]
    return {event["PhysicalResourceId"] for event in last if event["ResourceStatus"] == "DELETE_FAILED"}


def is_in_sync(aws: Aws) -> bool:
    """Whether the services' resources are as the stack has them."""
    cloudformation = aws.client("cloudformation")
    found = cloudformation.detect_stack_drift(StackName="s")["StackDriftDetectionId"]
    told = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=found)
    return bool(told["StackDriftStatus"] == "IN_SYNC")


def test_a_creation_survives_each_fault(aws: Aws) -> None:
    """stack-failure-options.html: what has been made is deleted again."""
    cloudformation = aws.client("cloudformation")
    for number in count():
        with fault(number) as injected:
            cloudformation.create_stack(StackName="s", TemplateBody=template(FIRST))
        if not injected.has_struck:
            break
        assert ("ROLLBACK_COMPLETE", set(), set()) == (ended(aws), held(aws), there(aws)), number
        cloudformation.delete_stack(StackName="s")

    assert ("CREATE_COMPLETE", len(FIRST)) == (ended(aws), len(there(aws)))
    assert number >= 2 * len(FIRST)


def test_an_update_survives_each_fault(aws: Aws) -> None:
    """stack-failure-options.html; a fault of the clean-up is told, and leaves the resource behind."""
    cloudformation = aws.client("cloudformation")
    outcomes = set()
    for number in count():
        cloudformation.create_stack(StackName="s", TemplateBody=template(FIRST))
        with fault(number) as injected:
            cloudformation.update_stack(StackName="s", TemplateBody=template(SECOND))
        if not injected.has_struck:
            break
        behind = left_behind(aws)
        outcomes.add((ended(aws), bool(behind)))
        assert held(aws) | behind == there(aws), number
        assert is_in_sync(aws), number
        cloudformation.delete_stack(StackName="s")
        sweep(aws, behind)

    assert outcomes == {
        ("UPDATE_ROLLBACK_COMPLETE", False),
        ("UPDATE_COMPLETE", True),
    }


def sweep(aws: Aws, behind: set[str]) -> None:
    """Take away what a clean-up has left, as an operator would."""
    for name in behind:
        if ":sns:" in name:
            aws.client("sns").delete_topic(TopicArn=name)
        else:
            aws.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert set() == there(aws)


def test_a_deletion_survives_each_fault(aws: Aws) -> None:
    """cfn-console-delete-stack.html: a stack that could not be deleted can be deleted again."""
    cloudformation = aws.client("cloudformation")
    for number in count():
        cloudformation.create_stack(StackName="s", TemplateBody=template(FIRST))
        with fault(number) as injected:
            cloudformation.delete_stack(StackName="s")
        if not injected.has_struck:
            break
        assert "DELETE_FAILED" == ended(aws), number
        assert held(aws) == there(aws), number
        assert len(held(aws)) == 1
        cloudformation.delete_stack(StackName="s")
        assert ("DELETE_COMPLETE", set()) == (ended(aws), there(aws)), number

    assert ("DELETE_COMPLETE", set()) == (ended(aws), there(aws))
    assert number >= len(FIRST)

"""Change sets and drift in the shapes of CloudFormation's API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.describing import without_nothing
from twin.aws.cloudformation.parameters import told_parameters
from twin.aws.cloudformation.validation import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cfn.schema import Difference
    from twin.aws.cloudformation.change_set import ChangeSet
    from twin.aws.cloudformation.changes import Change, Detail
    from twin.aws.cloudformation.describing import Shape
    from twin.aws.cloudformation.state import Detection, Held, Stack


def summary(stack: Stack, found: ChangeSet) -> Shape:
    """A ChangeSetSummary."""
    return without_nothing(
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "ChangeSetId": found.id,
            "ChangeSetName": found.name,
            "ExecutionStatus": found.execution,
            "Status": found.status,
            "StatusReason": found.reason,
            "CreationTime": found.created,
            "Description": found.description,
            "IncludeNestedStacks": False,
        }
    )


def change_set(stack: Stack, found: ChangeSet, changes: Sequence[Change], *, with_values: bool) -> Shape:
    """The answer of DescribeChangeSet with some of the change set's changes."""
    goal = found.goal
    return summary(stack, found) | without_nothing(
        {
            "Parameters": told_parameters(goal.template, goal.given, goal.settled) or None,
            "NotificationARNs": list(goal.notification_arns),
            "RollbackConfiguration": goal.monitoring,
            "Capabilities": list(goal.capabilities),
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(goal.tags.items())] or None,
            "OnStackFailure": found.on_stack_failure,
            "Changes": [
                {"Type": "Resource", "ResourceChange": change(one, with_values=with_values)}
                for one in changes
            ],
        }
    )


def change(found: Change, *, with_values: bool) -> Shape:
    """A ResourceChange."""
    details = [detail(one, with_values=with_values) for one in found.details]
    shape = {
        "PolicyAction": found.policy_action,
        "Action": found.action,
        "LogicalResourceId": found.logical_id,
        "PhysicalResourceId": found.physical_id,
        "ResourceType": found.type,
        "Replacement": found.replacement,
        "Scope": found.scope,
        "Details": [one for place, one in enumerate(details) if one not in details[:place]],
        "BeforeContext": found.before if with_values else None,
        "AfterContext": found.after if with_values else None,
    }
    return without_nothing(shape)


def detail(found: Detail, *, with_values: bool) -> Shape:
    """A ResourceChangeDetail, with where and how the value changes if that was asked for."""
    target = {
        "Attribute": found.attribute,
        "Name": found.name,
        "RequiresRecreation": found.recreation,
    }
    if with_values:
        target |= {
            "Path": found.path,
            "BeforeValue": found.before,
            "AfterValue": found.after,
            "AttributeChangeType": found.kind,
        }
    return without_nothing(
        {
            "Target": without_nothing(target),
            "Evaluation": found.evaluation,
            "ChangeSource": found.source,
            "CausingEntity": found.entity,
        }
    )


def validation_events(stack: Stack, found: ChangeSet) -> list[Shape]:
    """OperationEvents of a change set's making: what pre-deployment validation refused."""
    return [
        {
            "EventId": f"{found.operation}-{position}",
            "StackId": stack.id,
            "OperationId": found.operation,
            "OperationType": "CREATE_CHANGESET",
            "OperationStatus": "FAILED",
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": problem.logical_id,
            "PhysicalResourceId": "",
            "ResourceType": problem.type,
            "Timestamp": found.created,
            "ValidationFailureMode": "FAIL",
            "ValidationName": PROPERTIES,
            "ValidationStatus": "FAILED",
            "ValidationStatusReason": problem.reason,
            "ValidationPath": problem.path,
        }
        for position, problem in enumerate(found.problems)
    ]


def detection(stack: Stack, found: Detection) -> Shape:
    """The answer of DescribeStackDriftDetectionStatus."""
    return {
        "StackId": stack.id,
        "StackDriftDetectionId": found.id,
        "StackDriftStatus": found.status,
        "DetectionStatus": "DETECTION_COMPLETE",
        "DriftedStackResourceCount": found.drifted,
        "Timestamp": found.at,
    }


def resource_drift(stack: Stack, held: Held) -> Shape:
    """A StackResourceDrift of a resource that was looked at."""
    drift = held.drift
    assert drift is not None, held.logical_id  # noqa: S101  (the caller has looked at it)
    shape = {
        "StackId": stack.id,
        "LogicalResourceId": held.logical_id,
        "PhysicalResourceId": held.physical_id,
        "ResourceType": held.type,
        "ExpectedProperties": json.dumps(drift.expected, sort_keys=True),
        "ActualProperties": None,
        "PropertyDifferences": [difference(one) for one in drift.differences],
        "StackResourceDriftStatus": drift.status,
        "Timestamp": drift.at,
    }
    if drift.status != "DELETED":
        shape["ActualProperties"] = json.dumps(drift.actual, sort_keys=True)
    return without_nothing(shape)


def difference(found: Difference) -> Shape:
    """A PropertyDifference."""
    return {
        "PropertyPath": found.path,
        "ExpectedValue": _text(found.wanted),
        "ActualValue": _text(found.found),
        "DifferenceType": found.kind,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)

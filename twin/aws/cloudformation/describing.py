"""Stacks, resources and events in the shapes of CloudFormation's API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.change_set import last_executed
from twin.aws.cloudformation.parameters import told_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.cloudformation.state import Event, Held, Stack

    Shape = dict[str, Any]

GONE = frozenset({"CREATE_FAILED", "DELETE_COMPLETE", "DELETE_SKIPPED"})
"""Last statuses of resources that a stack does not have, or has no more."""
ENDED = frozenset(
    {
        "CREATE_FAILED",
        "DELETE_COMPLETE",
        "DELETE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_FAILED",
    }
)
"""Statuses of a stack in which it tells of such resources as well."""


def stack(found: Stack) -> Shape:
    """A Stack of DescribeStacks."""
    shape = {
        "StackId": found.id,
        "StackName": found.name,
        "CreationTime": found.created,
        "LastUpdatedTime": found.updated,
        "DeletionTime": found.deleted,
        "StackStatus": found.status,
        "StackStatusReason": found.reason,
        "EnableTerminationProtection": found.protected,
        "DriftInformation": drift(found.drift),
        "ChangeSetId": _change_set(found),
        "Outputs": [output(name, told) for name, told in found.outputs.items()],
        "RollbackConfiguration": {},
        "NotificationARNs": [],
        "DisableRollback": False,
        "Tags": [],
    }
    return without_nothing({**shape, **_of_goal(found)})


def summary(found: Stack) -> Shape:
    """A StackSummary of ListStacks."""
    goal = found.shown
    return without_nothing(
        {
            "StackId": found.id,
            "StackName": found.name,
            "TemplateDescription": goal.template.body.get("Description") if goal else None,
            "CreationTime": found.created,
            "LastUpdatedTime": found.updated,
            "DeletionTime": found.deleted,
            "StackStatus": found.status,
            "StackStatusReason": found.reason,
            "DriftInformation": drift(found.drift),
        }
    )


def output(name: str, told: Shape) -> Shape:
    """An Output of a stack."""
    return without_nothing(
        {
            "OutputKey": name,
            "OutputValue": told["Value"],
            "Description": told.get("Description"),
            "ExportName": told.get("Export"),
        }
    )


def event(found: Stack, told: Event) -> Shape:
    """A StackEvent."""
    return without_nothing(
        {
            "StackId": found.id,
            "StackName": found.name,
            "EventId": told.id,
            "OperationId": told.operation,
            "LogicalResourceId": told.logical_id,
            "PhysicalResourceId": told.physical_id,
            "ResourceType": told.type,
            "Timestamp": told.at,
            "ResourceStatus": told.status,
            "ResourceStatusReason": told.reason,
            "ResourceProperties": told.properties,
            "ClientRequestToken": told.token,
        }
    )


def resources(found: Stack) -> list[Shape]:
    """StackResources of a stack, by logical id; of a failure or a deletion, those that are gone as well."""
    rows = {held.logical_id: _row(held) for held in list(found.held.values())}
    if found.status in ENDED:
        rows = {**dict(_gone(found)), **rows}
    about = {"StackName": found.name, "StackId": found.id}
    return [{**about, **rows[logical_id]} for logical_id in sorted(rows)]


def resource_summary(row: Shape) -> Shape:
    """A StackResourceSummary of a StackResource."""
    told = {name: value for name, value in row.items() if name not in ("StackId", "StackName", "Timestamp")}
    return {**told, "LastUpdatedTimestamp": row["Timestamp"]}


def resource_detail(found: Stack, row: Shape) -> Shape:
    """A StackResourceDetail of a StackResource."""
    held = found.held.get(row["LogicalResourceId"])
    told = {name: value for name, value in row.items() if name != "Timestamp"}
    metadata = json.dumps(held.metadata) if held and held.metadata else None
    return without_nothing({**told, "LastUpdatedTimestamp": row["Timestamp"], "Metadata": metadata})


def drift(found: tuple[str, Any] | None) -> Shape:
    """DriftInformation of a stack."""
    if found is None:
        return {"StackDriftStatus": "NOT_CHECKED"}
    return {"StackDriftStatus": found[0], "LastCheckTimestamp": found[1]}


def without_nothing(shape: Shape) -> Shape:
    """A shape without what there is nothing to say of."""
    return {name: value for name, value in shape.items() if value is not None}


def _of_goal(found: Stack) -> Shape:
    goal = found.shown
    if goal is None:
        return {}
    return {
        "Description": goal.template.body.get("Description"),
        "Parameters": told_parameters(goal.template, goal.given, goal.settled),
        "Capabilities": list(goal.capabilities),
        "NotificationARNs": list(goal.notification_arns),
        "RoleARN": goal.role_arn,
        "TimeoutInMinutes": goal.timeout,
        "RollbackConfiguration": goal.monitoring,
        "DeploymentConfig": goal.deployment or None,
        "DisableRollback": goal.disable_rollback,
        "RetainExceptOnCreate": goal.retain_except_on_create or None,
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(goal.tags.items())],
    }


def _change_set(found: Stack) -> str | None:
    """The change set that the stack was last brought on its way by."""
    executed = last_executed(found)
    return executed.id if executed else None


def _row(held: Held) -> Shape:
    """What a StackResource says of the resource itself."""
    told: Shape = {"StackResourceDriftStatus": held.drift.status if held.drift else "NOT_CHECKED"}
    if held.drift:
        told["LastCheckTimestamp"] = held.drift.at
    return without_nothing(
        {
            "LogicalResourceId": held.logical_id,
            "PhysicalResourceId": held.physical_id,
            "ResourceType": held.type,
            "Timestamp": held.updated,
            "ResourceStatus": held.status,
            "ResourceStatusReason": held.reason,
            "DriftInformation": told,
        }
    )


def _gone(found: Stack) -> Iterator[tuple[str, Shape]]:
    """Rows, by logical id, of what a stack's events tell to be gone."""
    last = {told.logical_id: told for told in found.events if told.physical_id != found.id}
    for logical_id, told in last.items():
        if told.status in GONE:
            yield (
                logical_id,
                without_nothing(
                    {
                        "LogicalResourceId": logical_id,
                        "PhysicalResourceId": told.physical_id,
                        "ResourceType": told.type,
                        "Timestamp": told.at,
                        "ResourceStatus": told.status,
                        "ResourceStatusReason": told.reason,
                        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
                    }
                ),
            )

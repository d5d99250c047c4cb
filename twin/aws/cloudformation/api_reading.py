"""CloudFormation's API for looking at stacks, their resources, events and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation import describing
from twin.aws.cloudformation.change_sets import find_change_set
from twin.aws.cloudformation.describing import without_nothing
from twin.aws.cloudformation.describing_changes import validation_events
from twin.aws.cloudformation.describing_events import operation_events
from twin.aws.cloudformation.errors import InvalidRequest, StackMissing
from twin.aws.cloudformation.paging import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Stack

    Arguments = dict[str, Any]

MOST = 100
"""Rows of one answer, as AWS has it for most lists."""
LIMITS = {"StackLimit": 2000, "StackOutputsLimit": 200, "ConcurrentResourcesLimit": 2500}
"""Quotas of an account; "CloudFormation quotas", User Guide."""


def describe_stacks(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeStacks: one, a deleted one by its id, or all that are there."""
    if "StackName" in call:
        return {"Stacks": [describing.stack(cloud.stack(call["StackName"]))]}
    there = [describing.stack(stack) for stack in _newest_first(cloud) if stack.is_there]
    return _paged("Stacks", there, call)


def list_stacks(cloud: CloudFormation, call: Arguments) -> Arguments:
    """ListStacks: deleted ones too."""
    wanted = call.get("StackStatusFilter")
    found = [
        describing.summary(stack) for stack in _newest_first(cloud) if not wanted or stack.status in wanted
    ]
    return _paged("StackSummaries", found, call)


def describe_stack_events(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeStackEvents: the newest first."""
    stack = _told_otherwise(cloud, call["StackName"], "Stack [{}] does not exist")
    return _paged("StackEvents", [describing.event(stack, one) for one in reversed(stack.events)], call)


def describe_events(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeEvents: of a stack, of one of its operations, or of a change set's making; newest first."""
    operation = call.get("OperationId")
    if "ChangeSetName" in call:
        stack, change_set = find_change_set(cloud, call["ChangeSetName"], call.get("StackName"))
        rows = validation_events(stack, change_set)[::-1]
    elif "StackName" in call:
        stack = cloud.stack(call["StackName"])
        rows = _events_of(stack)
    elif operation:
        rows = [row for stack in cloud.all_stacks for row in _events_of(stack)]
    else:
        raise InvalidRequest("One of ChangeSetName, OperationId or StackName must be specified as input.")
    only_failed = call.get("Filters", {}).get("FailedEvents")
    found = [
        row
        for row in reversed(rows)
        if operation in (None, row["OperationId"]) and (not only_failed or row["EventType"].endswith("ERROR"))
    ]
    return _paged("OperationEvents", found, call)


def describe_stack_resource(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeStackResource."""
    name, logical_id = call["StackName"], call["LogicalResourceId"]
    stack = _told_otherwise(cloud, name, "Stack '{}' does not exist")
    for row in describing.resources(stack):
        if row["LogicalResourceId"] == logical_id:
            return {"StackResourceDetail": describing.resource_detail(stack, row)}
    raise InvalidRequest(f"Resource {logical_id} does not exist for stack {name}")


def describe_stack_resources(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeStackResources: of a stack, or of the one that has a resource of this physical id."""
    stack = _named_or_owner(cloud, call)
    wanted = call.get("LogicalResourceId")
    rows = describing.resources(stack)
    return {"StackResources": [row for row in rows if wanted in (None, row["LogicalResourceId"])][:MOST]}


def list_stack_resources(cloud: CloudFormation, call: Arguments) -> Arguments:
    """ListStackResources."""
    rows = describing.resources(cloud.stack(call["StackName"]))
    return _paged("StackResourceSummaries", [describing.resource_summary(row) for row in rows], call)


def list_exports(cloud: CloudFormation, call: Arguments) -> Arguments:
    """ListExports."""
    found = [
        {"ExportingStackId": stack.id, "Name": name, "Value": value}
        for name, (stack, value) in sorted(cloud.exports().items())
    ]
    return _paged("Exports", found, call)


def list_imports(cloud: CloudFormation, call: Arguments) -> Arguments:
    """ListImports."""
    name = call["ExportName"]
    found = cloud.importers(name)
    if not found:
        raise InvalidRequest(f"Export '{name}' is not imported by any stack.")
    return _paged("Imports", found, call)


def describe_account_limits(_: CloudFormation, call: Arguments) -> Arguments:
    """DescribeAccountLimits."""
    return _paged("AccountLimits", [{"Name": name, "Value": value} for name, value in LIMITS.items()], call)


ACTIONS: dict[str, Callable[[CloudFormation, Arguments], Arguments | None]] = {
    "DescribeAccountLimits": describe_account_limits,
    "DescribeEvents": describe_events,
    "DescribeStackEvents": describe_stack_events,
    "DescribeStackResource": describe_stack_resource,
    "DescribeStackResources": describe_stack_resources,
    "DescribeStacks": describe_stacks,
    "ListExports": list_exports,
    "ListImports": list_imports,
    "ListStackResources": list_stack_resources,
    "ListStacks": list_stacks,
}
"""What this module answers, for the table of the API."""


def _newest_first(cloud: CloudFormation) -> list[Stack]:
    return cloud.all_stacks[::-1]


def _events_of(stack: Stack) -> list[Arguments]:
    """A stack's operation events, oldest first, with those of its change sets' making."""
    made = [row for one in stack.change_sets for row in validation_events(stack, one)[::-1]]
    return sorted([*made, *operation_events(stack)], key=lambda row: row["Timestamp"])


def _paged(name: str, items: list[Arguments] | list[str], call: Arguments) -> Arguments:
    rows, token = page(items, call, MOST)
    return without_nothing({name: rows, "NextToken": token})


def _told_otherwise(cloud: CloudFormation, name: str, sentence: str) -> Stack:
    """A stack; some operations have a sentence of their own for one that is not there."""
    try:
        return cloud.stack(name)
    except StackMissing:
        raise InvalidRequest(sentence.format(name)) from None


def _named_or_owner(cloud: CloudFormation, call: Arguments) -> Stack:
    physical_id = call.get("PhysicalResourceId")
    if ("StackName" in call) == (physical_id is not None):
        raise InvalidRequest("You must specify either StackName or PhysicalResourceId, but not both.")
    if physical_id is None:
        return cloud.stack(call["StackName"])
    for stack in cloud.all_stacks:
        if stack.is_there and any(held.physical_id == physical_id for held in list(stack.held.values())):
            return stack
    raise InvalidRequest(f"Stack for {physical_id} does not exist")

"""CloudFormation's API for change sets, imports, drift and stack policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation import describing_changes as describing
from twin.aws.cloudformation import drift
from twin.aws.cloudformation.change_sets import (
    active_change_sets,
    create_change_set,
    delete_change_set,
    execute_change_set,
    find_change_set,
)
from twin.aws.cloudformation.describing import without_nothing
from twin.aws.cloudformation.errors import InvalidRequest
from twin.aws.cloudformation.fetching import template_text
from twin.aws.cloudformation.paging import page
from twin.aws.cloudformation.stack_policy import asked_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.cloudformation.service import CloudFormation

    Arguments = dict[str, Any]

MOST_CHANGES = 100
"""Changes, or other rows, of one answer."""


def create(cloud: CloudFormation, call: Arguments) -> Arguments:
    """CreateChangeSet."""
    text = template_text(cloud.aws, call)
    if (text is None) != bool(call.get("UsePreviousTemplate")):
        raise InvalidRequest("Either Template URL or Template Body must be specified.")
    made = create_change_set(cloud, text, call)
    stack, _ = find_change_set(cloud, made.id)
    return {"Id": made.id, "StackId": stack.id}


def describe(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeChangeSet."""
    stack, found = find_change_set(cloud, call["ChangeSetName"], call.get("StackName"))
    changes, token = page(found.changes, call, MOST_CHANGES)
    with_values = bool(call.get("IncludePropertyValues"))
    shape = describing.change_set(stack, found, changes, with_values=with_values)
    return without_nothing({**shape, "NextToken": token})


def list_active(cloud: CloudFormation, call: Arguments) -> Arguments:
    """ListChangeSets."""
    stack, found = active_change_sets(cloud, call["StackName"])
    rows, token = page([describing.summary(stack, one) for one in found], call, MOST_CHANGES)
    return without_nothing({"Summaries": rows, "NextToken": token})


def delete(cloud: CloudFormation, call: Arguments) -> None:
    """DeleteChangeSet."""
    delete_change_set(cloud, call["ChangeSetName"], call.get("StackName"))


def execute(cloud: CloudFormation, call: Arguments) -> None:
    """ExecuteChangeSet."""
    execute_change_set(cloud, call["ChangeSetName"], call)


def detect_stack_drift(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DetectStackDrift: done when it answers."""
    found = drift.detect(cloud, cloud.stack(call["StackName"]), call.get("LogicalResourceIds", ()))
    return {"StackDriftDetectionId": found.id}


def detect_stack_resource_drift(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DetectStackResourceDrift."""
    stack, logical_id = cloud.stack(call["StackName"]), call["LogicalResourceId"]
    drift.detect_of(cloud, stack, logical_id)
    return {"StackResourceDrift": describing.resource_drift(stack, stack.held[logical_id])}


def describe_drift_detection(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeStackDriftDetectionStatus."""
    return describing.detection(*drift.detection(cloud, call["StackDriftDetectionId"]))


def describe_resource_drifts(cloud: CloudFormation, call: Arguments) -> Arguments:
    """DescribeStackResourceDrifts: of the resources that have been looked at."""
    stack = cloud.stack(call["StackName"])
    wanted = call.get("StackResourceDriftStatusFilters")
    seen = [
        describing.resource_drift(stack, held)
        for held in list(stack.held.values())
        if held.drift and (not wanted or held.drift.status in wanted)
    ]
    rows, token = page(seen, call, MOST_CHANGES)
    return without_nothing({"StackResourceDrifts": rows, "NextToken": token})


def set_stack_policy(cloud: CloudFormation, call: Arguments) -> None:
    """SetStackPolicy."""
    policy = asked_policy(cloud.aws, call, "StackPolicy")
    if policy is None:
        raise InvalidRequest("You must specify either StackPolicyURL or StackPolicyBody")
    cloud.stack(call["StackName"]).policy = policy


def get_stack_policy(cloud: CloudFormation, call: Arguments) -> Arguments:
    """GetStackPolicy."""
    policy = cloud.stack(call["StackName"]).policy
    return {} if policy is None else {"StackPolicyBody": json.dumps(policy)}


ACTIONS: dict[str, Callable[[CloudFormation, Arguments], Arguments | None]] = {
    "CreateChangeSet": create,
    "DeleteChangeSet": delete,
    "DescribeChangeSet": describe,
    "DescribeStackDriftDetectionStatus": describe_drift_detection,
    "DescribeStackResourceDrifts": describe_resource_drifts,
    "DetectStackDrift": detect_stack_drift,
    "DetectStackResourceDrift": detect_stack_resource_drift,
    "ExecuteChangeSet": execute,
    "GetStackPolicy": get_stack_policy,
    "ListChangeSets": list_active,
    "SetStackPolicy": set_stack_policy,
}
"""What this module answers, for the table of the API."""

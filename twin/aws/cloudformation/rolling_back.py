"""Rollbacks that somebody asks for, and what else changes how a stack stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.errors import InvalidRequest
from twin.aws.cloudformation.operation import Operation
from twin.aws.cloudformation.options import is_repeated, refuse_role, remember

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Stack


def roll_back(cloud: CloudFormation, call: Mapping[str, Any]) -> Stack:
    """Bring a stack whose failure was left as it is back to where it last was well; raises InvalidRequest."""
    with cloud.lock:
        stack = cloud.stack(call["StackName"])
        if is_repeated(stack, "RollbackStack", call):
            return stack
        if stack.status not in ("CREATE_FAILED", "UPDATE_FAILED"):
            raise InvalidRequest(f"Stack:{stack.id} is in {stack.status} state and can not be rolled back.")
        refuse_role(cloud.aws, call.get("RoleARN"))
        is_new = stack.goal is None
        stack.status = "ROLLBACK_IN_PROGRESS"
        remember(stack, "RollbackStack", call)
    if stack.attempt and call.get("RetainExceptOnCreate"):
        stack.attempt = replace(stack.attempt, retain_except_on_create=True)
    operation = Operation(cloud, stack, call.get("ClientRequestToken"))
    if is_new:
        operation.roll_back_creation("User Initiated")
    else:
        operation.roll_back_update("User Initiated")
    return stack


def continue_rollback(cloud: CloudFormation, call: Mapping[str, Any]) -> None:
    """Go on with a rollback that failed, without the resources to skip; raises InvalidRequest."""
    with cloud.lock:
        stack = cloud.stack(call["StackName"])
        if is_repeated(stack, "ContinueUpdateRollback", call):
            return
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise InvalidRequest(
                f"Stack:{stack.id} is in {stack.status} state and can not continue its update rollback."
            )
        if call.get("ForceRollback"):
            raise InvalidRequest("the local AWS does not know ForceRollback; name ResourcesToSkip instead")
        refuse_role(cloud.aws, call.get("RoleARN"))
        skipped = frozenset(call.get("ResourcesToSkip", ()))
        _refuse_to_skip(stack, skipped)
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        remember(stack, "ContinueUpdateRollback", call)
    operation = Operation(cloud, stack, call.get("ClientRequestToken"))
    operation.roll_back_update("User Initiated", skipped)


def cancel_update(cloud: CloudFormation, name: str) -> None:
    """Refuse: an update is over when its call is answered. Raises Refused."""
    cloud.stack(name)
    raise InvalidRequest("CancelUpdateStack cannot be called from current stack status")


def protect(cloud: CloudFormation, name: str, *, is_protected: bool) -> Stack:
    """Switch a stack's termination protection; raises Refused."""
    stack = cloud.stack(name)
    if not stack.is_there:
        raise InvalidRequest(f"Stack [{name}] does not exist")
    stack.protected = is_protected
    return stack


def _refuse_to_skip(stack: Stack, names: frozenset[str]) -> None:
    """Only what could not be rolled back can be left out."""
    for name in sorted(names):
        if name not in stack.held:
            raise InvalidRequest(f"Resource [{name}] does not exist in stack {stack.name}")
        status = stack.held[name].status
        if status != "UPDATE_FAILED":
            raise InvalidRequest(
                f"Resource [{name}] is in {status} state and can not be skipped; only one in "
                "UPDATE_FAILED can"
            )

"""The change sets of stacks: made, found, executed and deleted.

"Update CloudFormation stacks using change sets", CloudFormation User Guide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation import change_set as kinds
from twin.aws.cloudformation.change_set import ChangeSet
from twin.aws.cloudformation.changes import Foretelling
from twin.aws.cloudformation.errors import (
    ChangeSetExists,
    ChangeSetMissing,
    ChangeSetUnready,
    Failed,
    InvalidRequest,
)
from twin.aws.cloudformation.imports import asked_imports, failure, foretold_imports
from twin.aws.cloudformation.journal import Journal
from twin.aws.cloudformation.operation import Operation
from twin.aws.cloudformation.options import is_repeated, remember
from twin.aws.cloudformation.outputs import told_outputs
from twin.aws.cloudformation.stack_policy import Guard
from twin.aws.cloudformation.state import PRESERVED, REVIEW, UPDATABLE, new_id, now
from twin.aws.cloudformation.validation import VALIDATION_FAILED, problems_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.aws.cloudformation.changes import Change
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal, Stack

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
NO_UPDATES = "No updates are to be performed."
"""Said instead of NO_CHANGES of a template with a transform, of which AWS knows only once it has run."""


def create_change_set(cloud: CloudFormation, text: str | None, call: Mapping[str, Any]) -> ChangeSet:
    """Make a change set; without a text the stack's template stays. Raises Refused.

    One that can't be executed is made as well, and tells why.
    """
    kind = call.get("ChangeSetType") or kinds.UPDATE
    for option in ("DeploymentMode", "ImportExistingResources"):
        if call.get(option):
            raise InvalidRequest(f"the local AWS does not know {option}; leave it out")
    with cloud.lock:
        stack = _target(cloud, kind, call)
        same = _named_alike(stack, call)
        if same:
            return same
        is_new = not stack.events
        try:
            made = _made(cloud, stack, kind, text, call)
        except Exception:
            if is_new:
                del cloud.stacks[stack.id]
            raise
        if is_new:
            Journal(stack).tell_stack(REVIEW, "User Initiated")
        stack.change_sets.append(made)
        return made


def find_change_set(
    cloud: CloudFormation, name: str, stack_name: str | None = None
) -> tuple[Stack, ChangeSet]:
    """A change set by its ARN, or by its name and its stack's; raises Refused.

    Of several that had the name the one still to be executed is meant, or else the last.
    """
    if name.startswith("arn:"):
        pairs = [(stack, one) for stack in cloud.all_stacks for one in stack.change_sets]
        found = [(stack, one) for stack, one in pairs if one.id == name]
    else:
        stack = _stack(cloud, stack_name)
        found = [(stack, one) for one in stack.change_sets if one.name == name]
        found.sort(key=lambda pair: pair[1].is_active)
    if not found:
        raise ChangeSetMissing(name)
    return found[-1]


def active_change_sets(cloud: CloudFormation, stack_name: str) -> tuple[Stack, list[ChangeSet]]:
    """A stack and its change sets that are neither executed nor obsolete; raises InvalidRequest."""
    stack = _stack(cloud, stack_name)
    return stack, [one for one in stack.change_sets if one.is_active]


def delete_change_set(cloud: CloudFormation, name: str, stack_name: str | None = None) -> None:
    """Forget a change set that was not executed; one that is not there is no mistake. Raises Refused."""
    with cloud.lock:
        try:
            stack, found = find_change_set(cloud, name, stack_name)
        except ChangeSetMissing:
            return
        if found.execution == kinds.EXECUTING:
            raise ChangeSetUnready(
                f"ChangeSet [{found.id}] cannot be deleted in its current execution status of "
                f"[{found.execution}]"
            )
        if found.is_active or name == found.id:
            stack.change_sets.remove(found)


def execute_change_set(cloud: CloudFormation, name: str, call: Mapping[str, Any]) -> None:
    """Do what a change set foretells; raises Refused for one that can't be executed."""
    with cloud.lock:
        stack, found = find_change_set(cloud, name, call.get("StackName"))
        if is_repeated(stack, "ExecuteChangeSet", call):
            return
        _refuse_unready(stack, found)
        remember(stack, "ExecuteChangeSet", call)
        found.execution = kinds.EXECUTING
        stack.status, stack.updated = f"{found.kind}_IN_PROGRESS", now()
    goal = replace(
        found.goal,
        disable_rollback=bool(call.get("DisableRollback", found.goal.disable_rollback)),
        retain_except_on_create=bool(call.get("RetainExceptOnCreate")),
    )
    operation = Operation(cloud, stack, call.get("ClientRequestToken"), Guard(stack.policy))
    if found.kind == kinds.CREATE:
        operation.create(goal)
    elif found.kind == kinds.UPDATE:
        operation.update(goal)
    else:
        operation.adopt(goal, {one.logical_id: one.identifier for one in found.imports})
    succeeded = stack.status == f"{found.kind}_COMPLETE"
    found.execution = kinds.EXECUTED if succeeded else kinds.EXECUTION_FAILED


def _target(cloud: CloudFormation, kind: str, call: Mapping[str, Any]) -> Stack:
    """The stack that a change set is for, announced if it is not there yet; raises InvalidRequest."""
    name = call["StackName"]
    stack = cloud.named(name) or cloud.stacks.get(name)
    if kind == kinds.CREATE and stack and stack.status != REVIEW:
        raise InvalidRequest(
            f"Stack [{name}] already exists and cannot be created again with the changeSet "
            f"[{call['ChangeSetName']}]."
        )
    if stack is None or not stack.is_there:
        if kind == kinds.UPDATE or name.startswith("arn:"):
            raise InvalidRequest(f"Stack [{name}] does not exist")
        return cloud.announce(name, REVIEW)
    allowed = {kinds.CREATE: {REVIEW}, kinds.UPDATE: UPDATABLE | PRESERVED}.get(kind, UPDATABLE | {REVIEW})
    if stack.status not in allowed:
        raise InvalidRequest(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
    return stack


def _named_alike(stack: Stack, call: Mapping[str, Any]) -> ChangeSet | None:
    """The change set that the same call has made before; raises ChangeSetExists for another's name."""
    name, token = call["ChangeSetName"], call.get("ClientToken")
    taken = next((one for one in stack.change_sets if one.name == name and one.is_active), None)
    if taken and (token is None or taken.token != token):
        raise ChangeSetExists(name)
    return taken


def _made(
    cloud: CloudFormation, stack: Stack, kind: str, text: str | None, call: Mapping[str, Any]
) -> ChangeSet:
    on_failure = _on_failure(kind, call)
    imports = asked_imports(call) if kind == kinds.IMPORT else ()
    wishes = {"DisableValidation": True, "OnFailure": on_failure}
    goal = cloud.goal(stack, text, {**call, **wishes, "DisableRollback": on_failure == "DO_NOTHING"})
    made = ChangeSet(
        id=cloud.aws.arn("cloudformation", f"changeSet/{call['ChangeSetName']}/{new_id()}"),
        name=call["ChangeSetName"],
        created=now(),
        kind=kind,
        goal=goal,
        operation=new_id(),
        description=call.get("Description"),
        token=call.get("ClientToken"),
        on_stack_failure=call.get("OnStackFailure"),
        imports=imports,
    )
    if not call.get("DisableValidation"):
        made.problems = problems_of(cloud, stack, goal)
    made.changes = _foretold(cloud, stack, made)
    _judge(cloud, stack, made)
    return made


def _foretold(cloud: CloudFormation, stack: Stack, made: ChangeSet) -> tuple[Change, ...]:
    if made.kind == kinds.IMPORT:
        return foretold_imports(cloud, stack, made.goal, made.imports)
    return tuple(Foretelling(cloud, stack, made.goal).changes())


def _judge(cloud: CloudFormation, stack: Stack, made: ChangeSet) -> None:
    """Fail a change set that would come to nothing, or that is known to go wrong."""
    reason = failure(cloud, stack, made.imports)
    if made.problems:
        made.fail(VALIDATION_FAILED)
    elif reason:
        made.fail(reason)
    elif made.kind == kinds.UPDATE and not made.changes and _is_same(cloud, stack, made.goal):
        made.fail(NO_UPDATES if made.goal.template.transforms else NO_CHANGES)


def _is_same(cloud: CloudFormation, stack: Stack, goal: Goal) -> bool:
    """Whether a goal that changes no resource changes nothing else either."""
    before = stack.goal
    if before is None or stack.status in PRESERVED:
        return False
    if (before.tags, before.notification_arns) != (goal.tags, goal.notification_arns):
        return False
    try:
        return told_outputs(Foretelling(cloud, stack, goal).resolver) == stack.outputs
    except Failed:
        return False


def _on_failure(kind: str, call: Mapping[str, Any]) -> str:
    asked: str = call.get("OnStackFailure") or "ROLLBACK"
    if asked == "DELETE" and kind != kinds.CREATE:
        raise InvalidRequest("OnStackFailure DELETE is only valid when ChangeSetType is CREATE")
    return asked


def _refuse_unready(stack: Stack, found: ChangeSet) -> None:
    told = f"ChangeSet [{found.id}] cannot be executed in its current"
    if found.status != kinds.COMPLETE:
        raise ChangeSetUnready(f"{told} status of [{found.status}]")
    if found.execution != kinds.AVAILABLE:
        raise ChangeSetUnready(f"{told} execution status of [{found.execution}]")
    if stack.status not in UPDATABLE | PRESERVED | {REVIEW}:
        raise ChangeSetUnready(f"{told} stack status of [{stack.status}]")


def _stack(cloud: CloudFormation, name: str | None) -> Stack:
    if name is None:
        raise InvalidRequest("StackName must be specified if ChangeSetName is not specified as an ARN.")
    stack = cloud.named(name) or cloud.stacks.get(name)
    if stack is None:
        raise InvalidRequest(f"Stack [{name}] does not exist")
    return stack

"""CloudFormation of one account and region: its stacks, and what can be asked of them."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from cfn.values import Unknown
from twin.aws.clients import Aws
from twin.aws.cloudformation.errors import Failed, InvalidRequest, StackExists, StackMissing
from twin.aws.cloudformation.goals import goal_of
from twin.aws.cloudformation.limits import refuse_new_name
from twin.aws.cloudformation.operation import Operation
from twin.aws.cloudformation.options import is_repeated, remember
from twin.aws.cloudformation.outputs import exports_of
from twin.aws.cloudformation.stack_policy import Guard, asked_policy
from twin.aws.cloudformation.state import PRESERVED, REVIEW, UPDATABLE, Goal, Stack, new_id, now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_TERMINAL = (
    "This stack is currently in a non-terminal [{status}] state. To update the stack from this state, please "
    "use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use "
    "the rollback-stack API"
)
_SERVICES: dict[tuple[str, str], CloudFormation] = {}
_LOCK = RLock()


def cloudformation_of(account: str, region: str) -> CloudFormation:
    """The CloudFormation of an account in a region, the same one each time."""
    with _LOCK:
        if (account, region) not in _SERVICES:
            _SERVICES[account, region] = CloudFormation(Aws(account, region))
        return _SERVICES[account, region]


def regions_of(account: str) -> dict[str, CloudFormation]:
    """The CloudFormation of an account by region, where it has been asked for."""
    with _LOCK:
        return {region: service for (owner, region), service in _SERVICES.items() if owner == account}


def forget(account: str) -> None:
    """Drop all stacks of an account; their resources are left to whoever forgets the services' own."""
    with _LOCK:
        for key in [key for key in _SERVICES if key[0] == account]:
            del _SERVICES[key]


class CloudFormation:
    """Stacks of one account and region, deleted ones among them."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.stacks: dict[str, Stack] = {}
        self.lock = RLock()

    @property
    def all_stacks(self) -> list[Stack]:
        """The stacks, oldest first; others may be made while somebody goes through them."""
        return list(self.stacks.values())

    def stack(self, name_or_id: str) -> Stack:
        """A stack by its name, or by its id even when it is deleted; raises StackMissing."""
        found = self.stacks.get(name_or_id) or self.named(name_or_id)
        if found is None:
            raise StackMissing(name_or_id)
        return found

    def named(self, name: str) -> Stack | None:
        """The stack of that name that is there, if one is."""
        return next((stack for stack in self.all_stacks if stack.is_there and stack.name == name), None)

    def create_stack(self, name: str, text: str, call: Mapping[str, Any]) -> Stack:
        """Make a stack; `call` holds the other arguments of CreateStack. Raises Refused."""
        with self.lock:
            announced = self.named(name)
            if announced and is_repeated(announced, "CreateStack", call):
                return announced
            if announced and announced.status != REVIEW:
                raise StackExists(name)
            stack = announced or self.announce(name, "CREATE_IN_PROGRESS")
            try:
                goal = self.goal(stack, text, call)
                policy = asked_policy(self.aws, call, "StackPolicy")
            except Exception:
                if announced is None:
                    del self.stacks[stack.id]
                raise
            stack.status, stack.policy = "CREATE_IN_PROGRESS", policy
            stack.protected = bool(call.get("EnableTerminationProtection"))
            remember(stack, "CreateStack", call)
        Operation(self, stack, call.get("ClientRequestToken")).create(goal)
        return stack

    def update_stack(self, name: str, text: str | None, call: Mapping[str, Any]) -> Stack:
        """Update a stack; without a text its template stays. Raises Refused."""
        with self.lock:
            stack = self.stack(name)
            if not stack.is_there:
                raise StackMissing(name)
            if is_repeated(stack, "UpdateStack", call):
                return stack
            if stack.status not in UPDATABLE | PRESERVED:
                raise InvalidRequest(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
            goal = self.goal(stack, text, call)
            if stack.status in PRESERVED and not goal.disable_rollback:
                raise InvalidRequest(NOT_TERMINAL.format(status=stack.status))
            policy = asked_policy(self.aws, call, "StackPolicy")
            meanwhile = asked_policy(self.aws, call, "StackPolicyDuringUpdate")
            if stack.status in UPDATABLE and self.is_same(stack, goal):
                raise InvalidRequest("No updates are to be performed.")
            stack.status = "UPDATE_IN_PROGRESS"
            remember(stack, "UpdateStack", call)
        guard = Guard(stack.policy if meanwhile is None else meanwhile)
        Operation(self, stack, call.get("ClientRequestToken"), guard).update(goal)
        if policy is not None and stack.status == "UPDATE_COMPLETE":
            stack.policy = policy
        return stack

    def delete_stack(self, name: str, retained: Sequence[str] = (), token: str | None = None) -> None:
        """Delete a stack; one that is not there is no mistake. Raises Refused."""
        with self.lock:
            try:
                stack = self.stack(name)
            except StackMissing:
                return
            if not stack.is_there:
                return
            self._refuse_deletion(stack, retained)
            stack.status = "DELETE_IN_PROGRESS"
        Operation(self, stack, token).delete(frozenset(retained))

    def announce(self, name: str, status: str) -> Stack:
        """A stack that has nothing yet; raises InvalidRequest for a name that none can have."""
        refuse_new_name(name)
        stack = Stack(
            id=self.aws.arn("cloudformation", f"stack/{name}/{new_id()}"),
            name=name,
            created=now(),
            status=status,
        )
        self.stacks[stack.id] = stack
        return stack

    def goal(self, stack: Stack, text: str | None, call: Mapping[str, Any]) -> Goal:
        """What a stack is to be by a call; raises Refused for what can't be."""
        return goal_of(self, stack, text, call)

    def is_same(self, stack: Stack, goal: Goal) -> bool:
        """Whether nothing is to be done to bring a stack to a goal."""
        before = stack.goal
        return (
            before is not None
            and all(
                getattr(before, part) == getattr(goal, part)
                for part in ("settled", "tags", "notification_arns")
            )
            and _acted_on(before.template.body) == _acted_on(goal.template.body)
        )

    def exports(self) -> dict[str, tuple[Stack, str]]:
        """Stack and value of each export, by name."""
        return {
            name: (stack, value)
            for stack in self.all_stacks
            if stack.is_there
            for name, value in exports_of(stack.outputs).items()
        }

    def exported(self, name: str) -> Any:
        """The value that stands under a name; an Unknown when nothing is exported so."""
        found = self.exports().get(name)
        return found[1] if found else Unknown(f"No export named {name} found.", name)

    def importers(self, name: str) -> list[str]:
        """Names of the stacks that read an export."""
        return sorted(stack.name for stack in self.all_stacks if stack.is_there and name in stack.imports)

    def refuse_taken_exports(self, stack: Stack, exports: Mapping[str, str]) -> None:
        """Raise Failed for an export that another stack has, and for one in use that changes or goes."""
        for name in exports:
            owner = self.exports().get(name)
            if owner and owner[0] is not stack:
                raise Failed(
                    "Outputs", f"Export with name {name} is already exported by stack {owner[0].name}"
                )
        for name, value in exports_of(stack.outputs).items():
            users = self.importers(name)
            if users and exports.get(name) != value:
                verb = "update" if name in exports else "delete"
                raise Failed("Outputs", f"Cannot {verb} export {name} as it is in use by {', '.join(users)}")

    def _refuse_deletion(self, stack: Stack, retained: Sequence[str]) -> None:
        if stack.protected:
            raise InvalidRequest(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if stack.in_progress:
            raise InvalidRequest(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
        if retained and stack.status != "DELETE_FAILED":
            raise InvalidRequest(
                "Invalid operation on stack. Specify which resources to retain only when the stack is in "
                "the DELETE_FAILED state."
            )
        for name in exports_of(stack.outputs):
            users = self.importers(name)
            if users:
                raise InvalidRequest(
                    f"Export {name} cannot be deleted as it is in use by {' and '.join(users)}"
                )


def _acted_on(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a template an update acts on: neither what describes it nor its parameters' declarations."""
    said_only = ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters")
    return {section: value for section, value in body.items() if section not in said_only}

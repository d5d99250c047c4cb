"""Change sets of one stack: made, looked at, executed or discarded.

"Update CloudFormation stacks using change sets" and "Import AWS resources into a CloudFormation stack",
CloudFormation User Guide.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from ops.errors import Declined, NotDeployed, Unready
from ops.stack import Event, follow, last_event
from runtime.migrator.errors import AccessError
from stacks.values import SERVICE_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ops.live import Live
    from ops.stack import Stack
    from ops.wanted import WantedStack

    Document = dict[str, Any]

NOTHING: Final = ("didn't contain changes", "No updates are to be performed")
"""Parts of the reasons for which a change set without changes fails."""
PAUSE: Final = 2.0
"""Seconds between two questions about a change set that is being made."""


class ParameterMissing(Unready):
    """A template's parameter has no default, and nobody has said its value."""

    def __init__(self, stack: str, parameter: str, description: str) -> None:
        self.stack, self.parameter = stack, parameter
        super().__init__(
            f"stack {stack} needs a value for its parameter {parameter} ({description}); "
            f"give it as --parameter {parameter}=VALUE"
        )


class ChangeSetRefused(Unready):
    """CloudFormation did not make a change set; `problems` has what its validation found, one each."""

    def __init__(self, stack: str, reason: str, problems: Sequence[str] = ()) -> None:
        self.stack, self.reason, self.problems = stack, reason, tuple(problems)
        found = "; ".join(self.problems) or reason or "it gives no reason"
        super().__init__(f"CloudFormation refuses the change of stack {stack}: {found}")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set that can be executed.

    `changes` are CloudFormation's ResourceChange documents: Action, LogicalResourceId, ResourceType,
    Replacement, Details and so on.
    """

    stack: str
    stack_id: str
    id: str
    kind: str
    changes: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Executed:
    """How an execution ended, with its events, oldest first."""

    stack: Stack
    events: tuple[Event, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the stack is as the change set had it."""
        return self.stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")

    @property
    def failures(self) -> tuple[Event, ...]:
        """What failed, the first one first; what was called off because of it is left out."""
        return tuple(event for event in self.events if event.is_failure and not event.is_of_stack)


def propose(
    live: Live,
    wanted: WantedStack,
    now: Stack | None,
    given: Mapping[str, str] | None = None,
    *,
    imports: Sequence[Document] = (),
    pause: Callable[[float], None] = time.sleep,
) -> ChangeSet | None:
    """Make the change set that brings a stack to what is wanted; None where nothing would change.

    Args:
        live: Where.
        wanted: The template and what belongs to it; for an import, of the resources that are there alone.
        now: The stack as it stands, None to create it.
        given: Values of parameters; others stay as they are, or get their default.
        imports: CloudFormation's ResourcesToImport; then it is an import, and takes no tags.
        pause: Waits between two questions.

    Raises:
        ParameterMissing: A parameter has no value.
        ChangeSetRefused: CloudFormation does not make it, and says why.

    """
    kind = "IMPORT" if imports else "UPDATE" if now else "CREATE"
    arguments: Document = {
        "StackName": wanted.name,
        "ChangeSetName": f"miyabi-{uuid4().hex[:12]}",
        # a repeated request of the same name would be refused without it
        "ClientToken": uuid4().hex,
        "ChangeSetType": kind,
        "TemplateBody": wanted.text,
        "Parameters": parameters(wanted, now, given or {}),
        "Capabilities": list(wanted.capabilities),
        "RoleARN": live.value_or_none(SERVICE_ROLE),
        "ResourcesToImport": list(imports) or None,
        "Tags": None if imports else [{"Key": key, "Value": one} for key, one in wanted.tags.items()],
    }
    try:
        made = live.call("cloudformation:CreateChangeSet", f"stack {wanted.name}", **arguments)
    except Declined as error:
        raise ChangeSetRefused(wanted.name, error.message) from None
    return _made(live, wanted.name, kind, made, is_new=now is None, pause=pause)


def parameters(wanted: WantedStack, now: Stack | None, given: Mapping[str, str]) -> list[Document]:
    """What is said of each parameter: a value, or that it stays; names of SSM parameters are defaults.

    Raises `ParameterMissing`.
    """
    said: list[Document] = []
    for one in wanted.parameters:
        if one.name in given:
            said.append({"ParameterKey": one.name, "ParameterValue": given[one.name]})
        elif one.is_ssm and one.default is not None:
            continue
        elif now is not None and one.name in now.parameters:
            said.append({"ParameterKey": one.name, "UsePreviousValue": True})
        elif one.default is None:
            raise ParameterMissing(wanted.stack, one.name, one.description)
    return said


def execute(
    live: Live,
    change_set: ChangeSet,
    watch: Callable[[Event], None] = lambda _: None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Executed:
    """Execute a change set and follow it to its end, a rollback's too; each event goes to `watch`."""
    events: list[Event] = []

    def seen(event: Event) -> None:
        events.append(event)
        watch(event)

    before = last_event(live, change_set.stack_id)
    live.call(
        "cloudformation:ExecuteChangeSet",
        f"stack {change_set.stack}",
        ChangeSetName=change_set.id,
        ClientRequestToken=uuid4().hex,
    )
    stack = follow(live, change_set.stack_id, seen, after=before, pause=pause)
    return Executed(stack, tuple(events))


def discard(live: Live, change_set: ChangeSet) -> None:
    """Delete a change set; if it was to create the stack, the name that was reserved for it too."""
    _discard(live, change_set.stack, change_set.id, is_new=change_set.kind == "CREATE")


def _made(
    live: Live,
    stack: str,
    kind: str,
    made: Document,
    *,
    is_new: bool,
    pause: Callable[[float], None],
) -> ChangeSet | None:
    thing = f"the change set of stack {stack}"
    while True:
        found = live.call("cloudformation:DescribeChangeSet", thing, ChangeSetName=made["Id"])
        if found["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            break
        pause(PAUSE)
    if found["Status"] == "FAILED":
        reason = found.get("StatusReason", "")
        is_nothing = any(part in reason for part in NOTHING)
        problems = [] if is_nothing else _problems(live, made["Id"])
        _discard(live, stack, made["Id"], is_new=is_new)
        if is_nothing:
            return None
        raise ChangeSetRefused(stack, reason, problems)
    changes = [change["ResourceChange"] for change in _all_changes(live, thing, found)]
    return ChangeSet(stack, found["StackId"], made["Id"], kind, tuple(changes))


def _all_changes(live: Live, thing: str, found: Document) -> list[Document]:
    changes = list(found.get("Changes", ()))
    while "NextToken" in found:
        found = live.call(
            "cloudformation:DescribeChangeSet",
            thing,
            ChangeSetName=found["ChangeSetId"],
            NextToken=found["NextToken"],
        )
        changes += found.get("Changes", ())
    return changes


def _problems(live: Live, change_set: str) -> list[str]:
    """What validation before deployment has found: `DescribeEvents`, since DescribeStackEvents has none.

    Nothing where it may not be asked: the change set's own reason is told then.
    """
    try:
        events = live.call(
            "cloudformation:DescribeEvents", "the change set's events", ChangeSetName=change_set
        ).get("OperationEvents", [])
    except AccessError:
        return []
    return [
        f"{one.get('LogicalResourceId', 'the template')}: "
        f"{one.get('ValidationStatusReason', '')} ({one.get('ValidationName', '')})"
        for one in events
        if one.get("EventType") == "VALIDATION_ERROR"
    ]


def _discard(live: Live, stack: str, change_set: str, *, is_new: bool) -> None:
    thing = f"the change set of stack {stack}"
    live.call("cloudformation:DeleteChangeSet", thing, ChangeSetName=change_set)
    if is_new:
        try:
            [found] = live.call("cloudformation:DescribeStacks", f"stack {stack}", StackName=stack)["Stacks"]
        except NotDeployed:
            return
        if found["StackStatus"] == "REVIEW_IN_PROGRESS":
            live.call("cloudformation:DeleteStack", f"stack {stack}", StackName=found["StackId"])

"""A CloudFormation stack as it stands, its events, and what may be done with one in a given status."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed, Unreached
from ops.hiding import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from ops.live import Live

DONE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"})
"""Statuses that an operation was to end in."""
UPDATABLE: Final = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "IMPORT_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
"""Statuses that an update can begin in."""
REVIEW: Final = "REVIEW_IN_PROGRESS"
"""A stack that is only a name so far, to which a change set was made."""
REMEDIES: Final[Mapping[str, str]] = {
    "CREATE_FAILED": "its creation was stopped: delete it by `aws cloudformation delete-stack`, and deploy "
    "again",
    "DELETE_FAILED": "its deletion did not end: mend what its events name, and go on with "
    "`miyabi destroy {environment}`",
    "IMPORT_ROLLBACK_FAILED": "an import could not be taken back: its events name why, mend that first; "
    "AWS support can help",
    "ROLLBACK_COMPLETE": "its first creation failed: read why, then delete it by "
    "`miyabi deploy {environment} --abandon {stack}`",
    "ROLLBACK_FAILED": "its first creation failed and left something: delete it by "
    "`aws cloudformation delete-stack`, keeping what its events name by --retain-resources",
    "UPDATE_FAILED": "an update failed half-way: roll it back by `aws cloudformation rollback-stack`",
    "UPDATE_ROLLBACK_FAILED": "an update could not be taken back: mend what its events name, then go on by "
    "`miyabi deploy {environment} --continue-rollback {stack}`",
}
"""What to do about a stack that takes no update, by its status; see `remedy`. "Understand stack creation
events" and "Troubleshooting", CloudFormation User Guide."""
BEGINNINGS: Final = frozenset(
    {"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS", "UPDATE_IN_PROGRESS"}
)
"""Statuses of a stack with which an operation begins; a rollback is part of one."""
PAUSE: Final = 3.0
"""Seconds between two questions for events."""
UNSEEN: Final = 20
"""Questions after which an operation of which nothing is seen counts as ended: a minute."""
PATIENCE: Final = 100
"""Questions in a row that may go unanswered while an operation is followed: five minutes."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as CloudFormation describes it.

    `parameters` are as they were given, so an SSM parameter's name where the type is one; `resolved` has
    what was read from it then.
    """

    name: str
    id: str
    status: str
    reason: str
    parameters: dict[str, str]
    resolved: dict[str, str]
    tags: dict[str, str]
    outputs: dict[str, str]
    capabilities: tuple[str, ...]
    termination_protection: bool

    @property
    def is_busy(self) -> bool:
        """Whether an operation is going on."""
        return self.status.endswith("_IN_PROGRESS") and self.status != REVIEW

    @property
    def is_updatable(self) -> bool:
        """Whether an update can begin."""
        return self.status in UPDATABLE


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a resource of a stack, or to the stack itself."""

    id: str
    at: datetime
    stack: str
    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str

    @property
    def is_of_stack(self) -> bool:
        """Whether it is about the stack as a whole."""
        return self.physical_id == self.stack_id

    @property
    def is_failure(self) -> bool:
        """Whether something failed, as opposed to being called off because something else did."""
        return self.status.endswith("_FAILED") and "cancelled" not in self.reason


@dataclass(frozen=True, slots=True)
class Held:
    """A resource that a stack has."""

    logical_id: str
    physical_id: str
    type: str
    status: str


def describe(live: Live, name: str) -> Stack | None:
    """The stack of that name or id; None where there is none, or nothing but a name for one."""
    try:
        [found] = live.call("cloudformation:DescribeStacks", f"stack {name}", StackName=name)["Stacks"]
    except NotDeployed:
        return None
    stack = _read(found)
    return None if stack.status == REVIEW else stack


def template(live: Live, name: str) -> str:
    """A stack's template as it was given, in text."""
    import json

    answer = live.call(
        "cloudformation:GetTemplate", f"stack {name}", StackName=name, TemplateStage="Original"
    )
    body = answer["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body, indent=1)


def held(live: Live, name: str) -> dict[str, Held]:
    """The resources of a stack, by logical id."""
    pages = live.pages(
        "cloudformation:ListStackResources", f"stack {name}", "StackResourceSummaries", StackName=name
    )
    found = [
        Held(
            one["LogicalResourceId"],
            one.get("PhysicalResourceId", ""),
            one["ResourceType"],
            one["ResourceStatus"],
        )
        for one in pages
    ]
    return {one.logical_id: one for one in found}


def remedy(status: str, environment: str, name: str) -> str:
    """What to do about a stack in a status in which it takes no update; `name` is its short or whole name."""
    found = REMEDIES.get(status, "its events tell why, mend that first")
    return found.format(environment=environment, stack=name.rpartition("-")[2])


def last_event(live: Live, name: str) -> str:
    """Id of a stack's last event; empty where it has none."""
    try:
        return next((event.id for event in _newest_first(live, name)), "")
    except NotDeployed:
        return ""


def follow(
    live: Live,
    stack_id: str,
    watch: Callable[[Event], None],
    *,
    after: str | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Stack:
    """Tell an operation's events to `watch`, oldest first, until it has ended; returns the stack then.

    `after` is the last event before one that was asked for now; without it, it is the one under way, from its
    beginning. AWS may tell of the stack as it was for a while: it has ended when its last event says so too.
    A connection that is lost meanwhile is waited for: the operation goes on at AWS. Raises `AccessError`.
    """
    unanswered, unseen, status = 0, 0, ""
    while True:
        try:
            stack = _described(live, stack_id)
            for event in reversed(list(_until(live, stack_id, after))):
                after = event.id
                status = event.status if event.is_of_stack else status
                watch(event)
            if not stack.is_busy and (stack.status == status != REVIEW or unseen >= UNSEEN):
                return stack
            unanswered, unseen = 0, 0 if stack.is_busy else unseen + 1
        except Unreached:
            unanswered += 1
            if unanswered > PATIENCE:
                raise
        pause(PAUSE)


def _described(live: Live, stack_id: str) -> Stack:
    answer = live.call("cloudformation:DescribeStacks", f"stack {stack_id}", StackName=stack_id)
    return _read(answer["Stacks"][0])


def _until(live: Live, stack_id: str, known: str | None) -> Iterator[Event]:
    """The events after a known one, newest first; without one, those of the last operation."""
    for event in _newest_first(live, stack_id):
        if event.id == known:
            return
        yield event
        if known is None and event.is_of_stack and event.status in BEGINNINGS:
            return


def _newest_first(live: Live, name: str) -> Iterator[Event]:
    pages = live.pages("cloudformation:DescribeStackEvents", f"stack {name}", "StackEvents", StackName=name)
    for one in pages:
        yield Event(
            id=one["EventId"],
            at=one["Timestamp"],
            stack=one["StackName"],
            stack_id=one["StackId"],
            logical_id=one["LogicalResourceId"],
            physical_id=one.get("PhysicalResourceId", ""),
            type=one["ResourceType"],
            status=one["ResourceStatus"],
            reason=reason(one.get("ResourceStatusReason", "")),
        )


def _read(found: dict[str, Any]) -> Stack:
    parameters = found.get("Parameters", [])
    return Stack(
        name=found["StackName"],
        id=found["StackId"],
        status=found["StackStatus"],
        reason=reason(found.get("StackStatusReason", "")),
        parameters={one["ParameterKey"]: one.get("ParameterValue", "") for one in parameters},
        resolved={one["ParameterKey"]: one["ResolvedValue"] for one in parameters if "ResolvedValue" in one},
        tags={one["Key"]: one["Value"] for one in found.get("Tags", [])},
        outputs={one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
        capabilities=tuple(found.get("Capabilities", ())),
        termination_protection=found.get("EnableTerminationProtection", False),
    )

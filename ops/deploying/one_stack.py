"""Brings one stack to what is wanted: change set, its judgement, execution, protections."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.change_sets import discard, execute, propose
from ops.deploying.errors import NotShown, StackFailed, StackUnusable
from ops.deploying.reporter import Silent
from ops.stack import describe, follow, remedy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ops.change_sets import ChangeSet
    from ops.deploying.reporter import Reporter
    from ops.live import Live
    from ops.stack import Stack
    from ops.wanted import WantedStack

ALLOW_ALL: Final = {
    "Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]
}
"""The policy of a stack that is to have none any more: one that is set can't be taken away."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a plan has shown of a stack: logical ids that are, or may be, replaced or removed."""

    logical_ids: frozenset[str]

    def lacks(self, change_set: ChangeSet) -> list[str]:
        """What a change set certainly replaces or removes and the plan did not show."""
        return sorted(
            change["LogicalResourceId"]
            for change in change_set.changes
            if (change["Action"] == "Remove" or change.get("Replacement") == "True")
            and change["LogicalResourceId"] not in self.logical_ids
        )


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a stack; `changes` is how many of its resources were to change.

    Of outputs or tags alone a change set may have none, and still be executed: then `is_change` says so.
    """

    stack: Stack
    changes: int
    is_change: bool = True


def bring(
    live: Live,
    wanted: WantedStack,
    given: Mapping[str, str] | None = None,
    *,
    shown: Shown | None = None,
    reporter: Reporter | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Brought:
    """Create or update a stack, and follow it to its end; without changes only its protections are looked at.

    Args:
        live: Where.
        wanted: What it is to be.
        given: Values of parameters; others stay.
        shown: What the plan has shown; left out, any change may be made.
        reporter: Told of the progress.
        pause: Waits between two questions.

    Raises:
        StackUnusable: Its status allows no change.
        ChangeSetRefused: CloudFormation refuses the change.
        NotShown: The change is graver than what was shown.
        StackFailed: The change failed.

    """
    told = reporter or Silent()
    now = _ready(live, wanted.name, told, pause)
    change_set = propose(live, wanted, now, given, pause=pause)
    if change_set is None:
        assert now is not None  # noqa: S101  (what is not there always differs)
        protect(live, wanted, now)
        told.end(wanted.stack, "unchanged", succeeded=True)
        return Brought(now, 0, is_change=False)
    if shown is not None and (grave := shown.lacks(change_set)):
        discard(live, change_set)
        raise NotShown(wanted.name, grave)
    told.begin(wanted.stack, change_set.changes)
    executed = execute(live, change_set, told.event, pause=pause)
    told.end(wanted.stack, executed.stack.status, succeeded=executed.succeeded)
    if not executed.succeeded:
        raise StackFailed(executed)
    protect(live, wanted, executed.stack)
    return Brought(executed.stack, len(change_set.changes))


def protect(live: Live, wanted: WantedStack, stack: Stack) -> None:
    """Give a stack its policy and its termination protection, where they differ."""
    thing = f"stack {stack.name}"
    policy = wanted.policy
    current = live.call("cloudformation:GetStackPolicy", thing, StackName=stack.name).get("StackPolicyBody")
    if policy is None and current:
        policy = ALLOW_ALL
    if policy is not None and (not current or json.loads(current) != policy):
        live.call(
            "cloudformation:SetStackPolicy", thing, StackName=stack.name, StackPolicyBody=json.dumps(policy)
        )
    if wanted.termination_protection != stack.termination_protection:
        live.call(
            "cloudformation:UpdateTerminationProtection",
            thing,
            StackName=stack.name,
            EnableTerminationProtection=wanted.termination_protection,
        )


def _ready(live: Live, name: str, reporter: Reporter, pause: Callable[[float], None]) -> Stack | None:
    """The stack when nothing goes on in it; an operation that does, of whoever, is followed to its end."""
    stack = describe(live, name)
    if stack and stack.is_busy:
        reporter.say(f"stack {name} is in {stack.status}: following it before anything else")
        stack = follow(live, stack.id, reporter.event, pause=pause)
        stack = None if stack.status == "DELETE_COMPLETE" else stack
    if stack and not stack.is_updatable:
        raise StackUnusable(name, stack.status, remedy(stack.status, live.environment.name, name))
    return stack


def as_document(brought: Brought) -> dict[str, Any]:
    """What came of a stack, as data."""
    outcome = "changed" if brought.is_change else "unchanged"
    return {"outcome": outcome, "status": brought.stack.status, "changes": brought.changes}

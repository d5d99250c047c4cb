"""A change set: what an update would do, kept until somebody executes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from twin.aws.cloudformation.changes import Change
    from twin.aws.cloudformation.state import Goal, Stack

CREATE, UPDATE, IMPORT = "CREATE", "UPDATE", "IMPORT"
AVAILABLE, UNAVAILABLE, OBSOLETE = "AVAILABLE", "UNAVAILABLE", "OBSOLETE"
COMPLETE, FAILED = "CREATE_COMPLETE", "FAILED"
EXECUTING, EXECUTED, EXECUTION_FAILED = "EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"


@dataclass(frozen=True, slots=True)
class Import:
    """A resource that is there already and is to belong to a stack."""

    logical_id: str
    type: str
    identifier: Mapping[str, str]

    @property
    def physical_id(self) -> str:
        """What names it, before its service has been asked."""
        return "|".join(self.identifier.values())


@dataclass(frozen=True, slots=True)
class Problem:
    """A property that pre-deployment validation refused."""

    logical_id: str
    type: str
    path: str
    """Such as `/Resources/Topic/Properties/Colour`."""
    reason: str


@dataclass(slots=True)
class ChangeSet:
    """A change set of a stack."""

    id: str
    name: str
    created: datetime
    kind: str
    """CREATE, UPDATE or IMPORT."""
    goal: Goal
    operation: str
    """The id of its making, under which its events stand."""
    status: str = COMPLETE
    reason: str | None = None
    execution: str = AVAILABLE
    description: str | None = None
    token: str | None = None
    on_stack_failure: str | None = None
    changes: tuple[Change, ...] = ()
    imports: tuple[Import, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    @property
    def is_active(self) -> bool:
        """Whether it stands for the future: neither executed nor overtaken by another operation."""
        return self.execution in (AVAILABLE, UNAVAILABLE)

    def fail(self, reason: str) -> None:
        """It can't be executed."""
        self.status, self.execution, self.reason, self.changes = FAILED, UNAVAILABLE, reason, ()


def make_obsolete(stack: Stack) -> None:
    """Set aside the change sets of a stack that an operation is about to change."""
    for change_set in stack.change_sets:
        if change_set.is_active:
            change_set.execution = OBSOLETE


def last_executed(stack: Stack) -> ChangeSet | None:
    """The change set that the stack was last brought on its way by."""
    executed = (one for one in reversed(stack.change_sets) if one.execution.startswith("EXECUTE"))
    return next(executed, None)

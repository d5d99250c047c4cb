"""What CloudFormation remembers: stacks, their resources, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from cfn.schema import Difference
    from cfn.template import Template
    from twin.aws.cloudformation.change_set import ChangeSet
    from twin.aws.handler import Identifier, Properties

IN_PROGRESS = "_IN_PROGRESS"
REVIEW = "REVIEW_IN_PROGRESS"
"""The state of a stack that only a change set has announced."""
UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
"""States in which a stack takes an update; one whose update failed without rollback does as well."""
PRESERVED = frozenset({"CREATE_FAILED", "UPDATE_FAILED"})
"""States of a stack whose rollback was switched off: it may be updated, rolled back or deleted."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a stack is to be: a template with the values given to it."""

    template: Template
    text: str = field(repr=False)
    """The template as it was handed over."""
    given: dict[str, str] = field(repr=False)
    """Values of parameters as they were given, without those left to their defaults."""
    settled: dict[str, Any] = field(repr=False)
    """What each parameter comes to; that of an SSM-typed one is what stood at its path."""
    tags: dict[str, str]
    capabilities: tuple[str, ...] = ()
    notification_arns: tuple[str, ...] = ()
    role_arn: str | None = None
    disable_rollback: bool = False
    on_failure: str = "ROLLBACK"
    """What becomes of a stack that can't be made: ROLLBACK, DELETE or DO_NOTHING."""
    retain_except_on_create: bool = False
    """Whether what a failed operation has made goes even where its policy says Retain."""
    resource_types: tuple[str, ...] = ()
    """What the caller lets the template hold; everything when empty."""
    timeout: int | None = None
    """Minutes that a creation may take."""
    monitoring: dict[str, Any] = field(default_factory=dict)
    """RollbackConfiguration."""
    deployment: dict[str, Any] = field(default_factory=dict)
    """DeploymentConfig."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a resource differed from its template when it was looked at."""

    status: str
    """IN_SYNC, MODIFIED or DELETED."""
    at: datetime
    expected: Properties
    actual: Properties
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """One look at a stack for drift."""

    id: str
    at: datetime
    status: str
    """IN_SYNC or DRIFTED."""
    drifted: int
    """How many of the resources that were looked at are not as their template wants them."""


@dataclass(slots=True)
class Held:
    """A resource that a stack has."""

    logical_id: str
    type: str
    identifier: Identifier
    physical_id: str
    written: Properties = field(repr=False)
    """Its properties as the template means them; a dynamic reference is its text, a NoEcho value is there."""
    model: Properties = field(repr=False)
    """What its service told of it when it was last made or changed: properties and attributes."""
    deletion_policy: str
    update_replace_policy: str
    status: str
    reason: str | None
    updated: datetime
    metadata: dict[str, Any] = field(default_factory=dict)
    drift: Drift | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a stack's history."""

    id: str
    operation: str
    at: datetime
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None = None
    properties: str | None = None
    """The resource's properties as JSON text."""
    token: str | None = None


@dataclass(slots=True)
class Stack:
    """A stack, from its first change set or creation on; one that is deleted is kept, as AWS keeps it."""

    id: str
    name: str
    created: datetime
    status: str
    goal: Goal | None = None
    """What it was last successfully brought to; None before that."""
    held: dict[str, Held] = field(default_factory=dict)
    """Its resources in the order in which they were made."""
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name: Value, and Description and Export where there are such."""
    imports: frozenset[str] = frozenset()
    """Names of exports of other stacks that its template reads."""
    events: list[Event] = field(default_factory=list)
    """Oldest first."""
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    policy: dict[str, Any] | None = None
    protected: bool = False
    change_sets: list[ChangeSet] = field(default_factory=list)
    undo: list[Undo] = field(default_factory=list)
    """What has been done since the stack was last stable, the last step last."""
    surplus: list[Held] = field(default_factory=list)
    """What a rollback has set aside, to be deleted at its end."""
    drift: tuple[str, datetime] | None = None
    detections: list[Detection] = field(default_factory=list)
    operation: str = ""
    """The last operation's id."""
    attempt: Goal | None = None
    """What it is, or was last, being brought to."""
    secrets: set[str] = field(default_factory=set, repr=False)
    """Values of its NoEcho parameters in all operations so far: no one may be shown them."""
    requests: dict[str, str] = field(default_factory=dict)
    """Digests of the requests that have been done, by their ClientRequestToken."""

    @property
    def is_there(self) -> bool:
        """Whether it has not been deleted."""
        return self.status != "DELETE_COMPLETE"

    @property
    def shown(self) -> Goal | None:
        """The goal that the API tells: where a failure was left as it is, the one that failed."""
        return self.attempt if self.goal is None or self.status in PRESERVED else self.goal

    @property
    def in_progress(self) -> bool:
        """Whether an operation is at work on it."""
        return self.status.endswith(IN_PROGRESS) and self.status != REVIEW


@dataclass(frozen=True, slots=True)
class Undo:
    """One step of an update, to be taken back: the resource as it was, None for one that was not there."""

    logical_id: str
    before: Held | None
    after: Held
    drifted: tuple[Difference, ...] = ()
    """How the resource differed from its template before it was changed in place."""

    @property
    def superseded(self) -> Held | None:
        """The resource in whose stead another was made, if this was a replacement."""
        before, after = self.before, self.after
        if before and (before.type, before.identifier) != (after.type, after.identifier):
            return before
        return None


def now() -> datetime:
    """The time, as AWS gives it: in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    """An id as AWS gives it to stacks, events and operations."""
    return str(uuid4())

"""A report as data: every section that the page and the Markdown show, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from report.system.facts import Component, Fact, Item, Row, State


class Source(StrEnum):
    """Where the facts of a report come from."""

    TEMPLATES = "templates"
    ACCOUNT = "account"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Measure:
    """How far something is: so many of so many, or a word.

    Attributes:
        state: None of what is neither good nor bad.
        anchor: The section that has more of it.
        note: What else belongs to the figure.
        share: How much of it is done, from 0 to 1, where that has a meaning.

    """

    name: str
    figure: str
    state: State | None
    anchor: str
    note: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What the report is of."""

    name: str
    environment: str
    project: str
    region: str
    account: str
    source: Source
    at: str
    """Of which day or moment, in UTC."""


@dataclass(frozen=True, slots=True)
class Package:
    """A zip that was built here: bytes as they are uploaded, and unpacked."""

    file: str
    architecture: str
    runtime: str
    zipped: int
    unzipped: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DeploymentStep:
    """What a deployment does, and with which command."""

    text: str
    state: State
    command: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that is wrong, may be, or is accepted.

    Attributes:
        id: Of a fault or of a rule.
        because: What proves it, or what is not known.
        mend: Commands for a shell, each in one line.
        change: The same as a change of settings or templates.
        decide: The one observation that would decide.

    """

    id: str
    title: str
    state: State
    because: str = ""
    mend: tuple[str, ...] = ()
    change: str = ""
    decide: str = ""


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues that are read together, such as those that follow from the root cause."""

    title: str
    intro: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the document suspected, and what its own facts say against it."""

    text: str
    faults: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class Issues:
    """What the doctor and the rules say."""

    state: State
    asked: tuple[Fact, ...]
    groups: tuple[IssueGroup, ...]
    suspicions: tuple[Suspicion, ...] = ()


@dataclass(frozen=True, slots=True)
class CostRow:
    """A row of the document beside ours; `theirs` is None where it has none. USD a month."""

    name: str
    theirs: Decimal | None
    ours: Decimal
    free: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a month comes to, in USD: at list price, and with what is free for everybody."""

    total: Decimal
    free: Decimal
    stacks: tuple[tuple[str, Decimal, Decimal], ...]
    document: str = ""
    theirs: Decimal | None = None
    rows: tuple[CostRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Migration:
    """A file of the schema's history."""

    file: str
    size: int
    purpose: str
    state: State


@dataclass(frozen=True, slots=True)
class Migrations:
    """All of them, in their order; the first `reported` are those that the document lists as applied."""

    state: State
    rows: tuple[Migration, ...]
    reported: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm: on what, when it rings, what to do then, and whether it rings now."""

    name: str
    metric: str
    rings: str
    todo: str
    state: State


@dataclass(frozen=True, slots=True)
class Alarms:
    """All of them."""

    state: State
    rows: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a resource breaks; with a reason and a date where that is accepted."""

    rule: str
    sentence: str
    where: str
    found: str
    reason: str = ""
    review_by: str = ""
    is_expired: bool = False


@dataclass(frozen=True, slots=True)
class Invariants:
    """Which rules of the house the templates keep."""

    state: State
    kept: int
    total: int
    broken: tuple[Broken, ...]
    waived: tuple[Broken, ...]


class Progress(StrEnum):
    """How far a step is, as templates tell it: whether a command was run they can't."""

    BUILT = "built"
    COMMAND = "to run"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that the document asks for; `by` names what does it here, or what would."""

    text: str
    progress: Progress
    by: str


@dataclass(frozen=True, slots=True)
class StepGroup:
    """Steps of one term."""

    title: str
    steps: tuple[NextStep, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact that is not known, of which component, and what tells it."""

    where: str
    fact: str
    source: str


@dataclass(frozen=True, slots=True)
class Report:
    """All of it.

    Attributes:
        unpriced: Why there is no bill, or no cost page; empty where there is.
        drawing: The diagram as SVG to stand in a page, or empty.

    """

    subject: Subject
    state: State
    measures: tuple[Measure, ...]
    components: tuple[Component, ...]
    items: tuple[Item, ...]
    packages: tuple[Package, ...]
    deployment: tuple[DeploymentStep, ...]
    issues: Issues
    cost: Cost | None
    migrations: Migrations
    alarms: Alarms
    invariants: Invariants | None
    steps: tuple[StepGroup, ...]
    files: tuple[Row, ...]
    links: tuple[Row, ...]
    commands: tuple[Row, ...]
    gaps: tuple[Gap, ...] = ()
    unpriced: str = ""
    drawing: str = field(default="", repr=False)

    def document(self) -> dict[str, Any]:
        """All of it as plain data for JSON, without the drawing."""
        found = _plain(self)
        del found["drawing"]
        return dict(found)


def _plain(value: Any) -> Any:
    """Dataclasses as mappings, tuples as lists, all else that JSON lacks as text."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)

"""Reads the catalogue of faults: every one by its id, with the ways in which it comes about.

read_catalogue()["API-001"].ways[0].changes
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, computed_field, model_validator

from ops.doctor.fault import faults as known_faults
from ops.doctor.fault import find_fault
from twin.errors import TwinError
from twin.faults.expectation import Closed, Expectation, Pattern, Request, merged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CATALOGUE: Final = Path(__file__).parent / "catalogue.toml"
Need = Literal[
    "an access log",
    "a catch-all route",
    "a custom runtime",
    "a distribution",
    "a firewall",
    "a function in a VPC",
    "a function outside a VPC",
    "a log group that the role can't make",
    "a managed runtime",
    "a function that is the database's master",
    "named routes",
    "an origin secret",
    "a private database",
    "a public database",
    "an alias in the integration",
    "a database role of the function's own",
    "an unverified connection",
    "a verified connection",
]
"""What must be deployed for a fault to have a meaning; twin.faults.targets knows how each is told."""
Id = Annotated[str, StringConstraints(pattern=r"^(API|LAM|PKG|LOG|NET|DB|OPS)-\d{3}$")]
Sentence = Annotated[str, StringConstraints(min_length=10)]


class FaultUnknown(TwinError):
    """The catalogue has no fault, or a fault no way, of that name."""

    def __init__(self, asked: str, known: Mapping[str, object]) -> None:
        self.asked = asked
        near = get_close_matches(asked.upper(), known, n=3) or get_close_matches(asked, known, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "see those that there are by --list-faults"
        super().__init__(f"there is no fault {asked}; {hint}")


class Change(Closed):
    """One thing that is changed: an injector's name, and its arguments."""

    injector: str
    arguments: Annotated[dict[str, Any], Field(default_factory=dict)]


class Way(Closed):
    """One way in which a fault comes about."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] = "usual"
    needs: tuple[Need, ...] = ()
    changes: tuple[Change, ...] = ()
    """In this order; none where the request itself is at fault."""
    request: Annotated[Request, Field(default_factory=lambda: Request.model_validate({}))]
    expected: Expectation
    slow: bool = False
    """Whether it takes ten seconds and more to see."""


class Fault(Closed):
    """A fault: what it is, and how it is made and seen here, or why it can't be."""

    id: Id
    ways: tuple[Way, ...] = ()
    no_local_meaning: Sentence | None = None
    """Why it can't be shown on this machine."""
    elsewhere: tuple[Pattern, ...] = ()
    """What other code than ours, or another way than those here, leaves in the logs or with the caller."""

    @computed_field  # type: ignore[prop-decorator]  # as pydantic has it
    @property
    def title(self) -> str:
        """What it is."""
        return find_fault(self.id).title

    @computed_field  # type: ignore[prop-decorator]  # as pydantic has it
    @property
    def layer(self) -> str:
        """Where on the path of a request it is."""
        return find_fault(self.id).layer.value

    @computed_field  # type: ignore[prop-decorator]  # as pydantic has it
    @property
    def mend(self) -> str:
        """What to do about it."""
        return find_fault(self.id).mend

    @computed_field  # type: ignore[prop-decorator]  # as pydantic has it
    @property
    def sources(self) -> tuple[str, ...]:
        """Where it is told from."""
        return find_fault(self.id).sources

    @model_validator(mode="after")
    def _shown_or_not(self) -> Self:
        if self.id not in known_faults():
            raise ValueError(f"{self.id} has no entry in ops/doctor/faults")
        if bool(self.ways) == bool(self.no_local_meaning):
            raise ValueError(f"{self.id} must have ways, or a reason why it has no local meaning")
        names = [way.name for way in self.ways]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.id} has two ways of one name")
        return self

    def way(self, name: str | None = None) -> Way:
        """A way by its name, or the first. Raises `FaultUnknown`."""
        for way in self.ways:
            if name in (None, way.name):
                return way
        raise FaultUnknown(f"{self.id}:{name}" if name else self.id, dict(self.names()))

    def names(self) -> Iterator[tuple[str, Way]]:
        """What each way is asked by: `DB-001` for the first, `DB-001:slash` for another."""
        for place, way in enumerate(self.ways):
            yield (f"{self.id}:{way.name}" if place else self.id), way


@cache
def read_catalogue(path: Path = CATALOGUE) -> dict[str, Fault]:
    """All faults by their ids, in the catalogue's order.

    Raises ValueError, naming the entry, where the file does not have the form that is described here.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    faults: dict[str, Fault] = {}
    for entry in entries:
        fault = _fault(entry)
        if fault.id in faults:
            raise ValueError(f"{path.name} has {fault.id} twice; give the second a number of its own")
        faults[fault.id] = fault
    return faults


def find(asked: str) -> tuple[Fault, Way | None]:
    """A fault and its way, asked as `DB-001` or `DB-001:slash`; no way where it has no local meaning.

    Raises FaultUnknown.
    """
    faults = read_catalogue()
    fault_id, _, way = asked.partition(":")
    fault = faults.get(fault_id.upper())
    if fault is None:
        raise FaultUnknown(asked, faults)
    return fault, fault.way(way or None) if fault.ways else None


def rows() -> Iterator[tuple[str, str, str, str]]:
    """A table's rows, as Markdown: id, title, what it changes, what is seen; or why it can't be seen."""
    for fault in read_catalogue().values():
        if fault.no_local_meaning:
            yield fault.id, fault.title, "not here", fault.no_local_meaning
        for name, way in fault.names():
            yield f"`{name}`", fault.title, _told_changes(way), _told_expectation(way)


def _fault(entry: dict[str, Any]) -> Fault:
    """A fault, whose expectation is what its ways have in common."""
    usual = {key: entry.pop(key) for key in ("expected", "request", "needs") if key in entry}
    for way in entry.get("ways", ()):
        way["expected"] = merged(usual.get("expected", {}), way.get("expected", {}))
        way["request"] = merged(usual.get("request", {}), way.get("request", {}))
        way["needs"] = [*usual.get("needs", ()), *way.get("needs", ())]
    try:
        return Fault.model_validate(entry)
    except ValidationError as error:
        raise ValueError(f"fault {entry.get('id', '?')} of {CATALOGUE.name} is refused: {error}") from None


def _told_changes(way: Way) -> str:
    if not way.changes:
        return "nothing: the request is at fault"
    return "; ".join(
        " ".join((f"`{each.injector}`", *(f"{name}={value!r}" for name, value in each.arguments.items())))
        for each in way.changes
    )


def _told_expectation(way: Way) -> str:
    expected = way.expected
    streams = {"none": "no log stream", "some": "a log stream", "any": ""}[expected.streams]
    error = (expected.error_type or "").replace("\\", "").replace("|", " or ")
    parts = (" or ".join(map(str, expected.status)), streams, error)
    return ", ".join(part for part in parts if part)

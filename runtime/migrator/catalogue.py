"""Reads a schema as data, and tells in what two schemas differ.

What counts is what the schema does and allows: the order of columns, the gaps that dropped ones leave,
owners and tablespaces don't. The ledger and what belongs to an extension are left out.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from runtime.migrator.catalogue_queries import QUERIES, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RELATIONS: Final = ("table", "view", "materialized view", "foreign table")
EXISTENCE: Final = "existence"
"""The facet of a difference in which one side has the whole object, and the other has not."""
_TEXTS: Final = {
    ("view", "definition"),
    ("materialized view", "definition"),
    ("function", "body"),
    ("procedure", "body"),
    ("function", "parameter names"),
    ("procedure", "parameter names"),
    ("aggregate", "parameter names"),
}
"""What may be written differently and mean the same; so may any comment."""
_PLAIN: Final = ("null", "state", EXISTENCE)
"""Facets whose words say by themselves what they are about."""
_LONGEST: Final = 60
"""Characters of a value that one line quotes."""
_FRAMES: Final = {
    False: (("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",), ("ROLLBACK",)),
    True: (
        ("SAVEPOINT catalogue", "SET TRANSACTION READ ONLY"),
        ("ROLLBACK TO SAVEPOINT catalogue", "RELEASE SAVEPOINT catalogue"),
    ),
}
"""Statements before and after the questions, outside and inside of a transaction of the caller's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a schema: `facets` says all that is known of it, `table` whose part it is, if of any."""

    kind: str
    name: str
    table: str | None
    facets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A schema: its objects in order of kind and name, each once."""

    entries: tuple[Entry, ...]

    def to_json(self) -> dict[str, dict[str, dict[str, str]]]:
        """The facets by kind and name."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for entry in self.entries:
            found.setdefault(entry.kind, {})[entry.name] = dict(entry.facets)
        return found


@dataclass(frozen=True, slots=True)
class Difference:
    """One facet of one object that two schemas have differently; None is a side that hasn't got it."""

    kind: str
    name: str
    facet: str
    expected: str | None
    found: str | None

    @property
    def severity(self) -> str:
        """The word `text` where the same may be meant by other words, else `shape`."""
        written = self.facet == "comment" or (self.kind, self.facet) in _TEXTS
        return "text" if written else "shape"

    def __str__(self) -> str:
        """Both sides on one line; of long texts, from where they part."""
        thing = f"{self.kind} {self.name}"
        if self.facet == EXISTENCE:
            return f"{thing}: " + ("unexpected" if self.expected is None else "missing")
        where = "" if self.facet in _PLAIN else f", {self.facet}"
        place, expected, found = _parting(self.expected, self.found)
        return f"{thing}{where}{place}: expected {expected}, found {found}"

    def to_json(self) -> dict[str, str | None]:
        """The same as plain data, with the line and both texts whole."""
        return {
            "kind": self.kind,
            "name": self.name,
            "facet": self.facet,
            "expected": self.expected,
            "found": self.found,
            "severity": self.severity,
            "line": str(self),
        }


def read(connection: psycopg.Connection, *, schemas: Sequence[str] = ("public",)) -> Catalogue:
    """Read everything that makes `schemas` what they are, in one snapshot and one round trip.

    No statement is executed on a table of the user's, no right on one is needed, and the session's settings
    stay as they are, also in the middle of a transaction. Raises `psycopg.Error`.
    """
    tables: dict[tuple[str, str], str | None] = {}
    facets: dict[tuple[str, str], dict[str, str]] = {}
    for kind, name, table, told in _ask(connection, {"schemas": list(schemas)}):
        tables[kind, name] = tables.get((kind, name)) or table
        facets.setdefault((kind, name), {}).update(
            {facet: text for facet, text in told.items() if text is not None}
        )
    return Catalogue(
        tuple(
            Entry(kind, name, tables[kind, name], dict(sorted(facets[kind, name].items())))
            for kind, name in sorted(facets)
        )
    )


def compare(expected: Catalogue, found: Catalogue) -> tuple[Difference, ...]:
    """Tell every facet that differs, in order of kind and name.

    Of an object that one side lacks only that is told, and nothing of the parts of such a table or view.
    """
    left = {(entry.kind, entry.name): entry for entry in expected.entries}
    right = {(entry.kind, entry.name): entry for entry in found.entries}
    one_sided = {name for kind, name in left.keys() ^ right.keys() if kind in RELATIONS}
    return tuple(
        difference
        for key in sorted(left.keys() | right.keys())
        if one_sided.isdisjoint({side[key].table for side in (left, right) if key in side})
        for difference in _differences(*key, left.get(key), right.get(key))
    )


def _differences(kind: str, name: str, expected: Entry | None, found: Entry | None) -> Iterator[Difference]:
    if expected is None or found is None:
        yield Difference(kind, name, EXISTENCE, "present" if expected else None, "present" if found else None)
        return
    for facet in sorted(expected.facets.keys() | found.facets.keys()):
        sides = expected.facets.get(facet), found.facets.get(facet)
        if sides[0] != sides[1]:
            yield Difference(kind, name, facet, *sides)


def _ask(connection: psycopg.Connection, parameters: Mapping[str, object]) -> Iterator[Any]:
    """All queries in one pipeline, inside of what is rolled back at its end."""
    begin, end = _FRAMES[connection.info.transaction_status is TransactionStatus.INTRANS]
    try:
        with connection.pipeline():
            for statement in (*begin, SETTINGS):
                connection.execute(statement, prepare=False)
            cursors = [
                connection.cursor(row_factory=tuple_row).execute(query, parameters, prepare=False)
                for query in QUERIES
            ]
            for statement in end:
                connection.execute(statement, prepare=False)
    except psycopg.Error:
        with suppress(psycopg.Error):
            for statement in end:
                connection.execute(statement, prepare=False)
        raise
    return itertools.chain.from_iterable(cursors)


def _parting(expected: str | None, found: str | None) -> tuple[str, str, str]:
    """Where two values part, and both from there, short enough for one line."""
    if expected is None or found is None:
        return "", _shortened(expected), _shortened(found)
    lines = list(itertools.zip_longest(expected.split("\n"), found.split("\n")))
    number, (one, other) = next((at, pair) for at, pair in enumerate(lines, 1) if pair[0] != pair[1])
    place = f" from line {number}" if len(lines) > 1 else ""
    if one and other and one.strip() != other.strip():
        one, other = one.strip(), other.strip()
    skip = 0
    if one and other and max(len(one), len(other)) > _LONGEST:
        alike = sum(
            1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
        )
        skip = max(alike - _LONGEST // 3, 0)
    return place, _shortened(one, skip), _shortened(other, skip)


def _shortened(value: str | None, skip: int = 0) -> str:
    if value is None:
        return "none"
    cut = value[skip : skip + _LONGEST].replace("\n", " ")
    words = f"{'…' * bool(skip)}{cut}{'…' * (len(value) > skip + _LONGEST)}"
    return words if words and words == words.strip() else f'"{words}"'

"""Compares a database's schema with the one that the files of its applied migrations make.

The files are applied to a scratch database on the same server, and the catalogues of both are read: of
the database itself nothing but its catalogue and its ledger is looked at, and no row of its tables.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from runtime.migrator import catalogue
from runtime.migrator import connection as connecting
from runtime.migrator.errors import DatabaseError, FilesError, LockError, ReadOnly
from runtime.migrator.files import Migrations
from runtime.migrator.inspecting import head
from runtime.migrator.inspecting import verify as verify_files
from runtime.migrator.planning import State, lay_out
from runtime.migrator.runner import Options
from runtime.migrator.scratch import build, scratch
from runtime.migrator.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.migrator.catalogue import Catalogue, Difference
    from runtime.migrator.context import Context, Document
    from runtime.migrator.files import Migration
    from runtime.migrator.ledger import Row
    from runtime.migrator.survey import Survey

_SCHEMAS: Final = (
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
)


class LedgerMoved(DatabaseError):
    """Somebody else wrote to the ledger, past the lock or without one."""

    def __init__(self, done: str) -> None:
        self.done = done
        super().__init__(f"the ledger was written to by somebody else meanwhile; {done}: run again")


class SchemaBusy(LockError):
    """Somebody holds a table whose definition is to be read."""

    def __init__(self, database: str) -> None:
        self.database = database
        super().__init__(
            f"the schema of {database} can't be read while somebody holds a table of it locked; "
            "nothing was changed: try again when that is over"
        )


class AcceptedNothing(FilesError):
    """A name was given to `--accept` that no difference has."""

    def __init__(self, names: Sequence[str], differing: Sequence[str]) -> None:
        self.names, self.differing = tuple(names), tuple(differing)
        differ = f"those that differ are {'; '.join(differing)}" if differing else "nothing differs"
        super().__init__(
            f"nothing that differs is named {'; '.join(names)}, which --accept was given; {differ}"
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two schemas came to, shape before text."""

    until: int
    """Newest version that was built."""
    schemas: tuple[str, ...]
    left_out: tuple[str, ...]
    """Schemas of the database that no file makes."""
    counts: Mapping[str, int]
    """How many objects of each kind the files make."""
    differences: tuple[Difference, ...]
    accepted: frozenset[str]
    """Of these names the differences are accepted."""

    @property
    def refused(self) -> tuple[Difference, ...]:
        """The differences that nobody has accepted."""
        return tuple(each for each in self.differences if name_of(each) not in self.accepted)

    def accepting(self, names: Sequence[str]) -> Comparison:
        """The same with differences accepted by name; raise `AcceptedNothing` for a name without one."""
        differing = dict.fromkeys(map(name_of, self.differences))
        if unknown := [name for name in names if name not in differing]:
            raise AcceptedNothing(unknown, list(differing))
        return Comparison(
            self.until, self.schemas, self.left_out, self.counts, self.differences, frozenset(names)
        )

    def document(self) -> Document:
        """All of it, of what JSON holds."""
        return {
            "until": self.until,
            "schemas": list(self.schemas),
            "left_out": list(self.left_out),
            "objects": dict(self.counts),
            "differences": [
                each.to_json() | {"accepted": name_of(each) in self.accepted} for each in self.differences
            ],
        }


def name_of(difference: Difference) -> str:
    """What `--accept` calls it: kind and name of the object, as its line begins."""
    return f"{difference.kind} {difference.name}"


def compare_with_files(
    context: Context, connection: psycopg.Connection, place: Survey, applied: Sequence[Migration]
) -> Comparison:
    """Build what `applied` makes, and compare the database that `connection` is in with it.

    Raises `ReadOnly`, `ScratchRefused`, `BuildFailed`, or `LedgerMoved` if the ledger was not left alone.
    """
    if place.replica or place.read_only:
        raise ReadOnly(
            "the comparison makes a scratch database, which a replica or a read-only session can't"
        )
    before = _versions(connection, place)
    files = "1 file" if len(applied) == 1 else f"{len(applied)} files"
    context.progress.say(f"building the schema of {files} in a scratch database")
    with scratch(context.target, connection, purpose="migrate, comparing", say=context.progress.say) as copy:
        schemas, expected = _built(context, copy, place, applied)
    try:
        found = catalogue.read(connection, schemas=schemas)
    except psycopg.errors.LockNotAvailable:
        raise SchemaBusy(place.database) from None
    if _versions(connection, place) != before:
        raise LedgerMoved("nothing was compared")
    differences = catalogue.compare(expected, found)
    return Comparison(
        until=applied[-1].version,
        schemas=schemas,
        left_out=tuple(name for name in _schemas(connection) if name not in schemas),
        counts=Counter(entry.kind for entry in expected.entries),
        differences=tuple(sorted(differences, key=lambda each: each.severity != "shape")),
        accepted=frozenset(),
    )


def verify(context: Context, options: Mapping[str, Any]) -> Document:
    """Whether the applied migrations match their files, and with `schema` also what they made.

    Raises `DatabaseError` where a file does not match; differences of the schema are in the answer.
    """
    given = dict(options)
    wanted, accept = given.pop("schema", False), given.pop("accept", [])
    document = verify_files(context, given)
    if not wanted:
        return document
    settings = {"lock_timeout": f"{Options().lock_timeout * 1000:.0f}ms"}
    with connecting.connect(
        context.target, purpose="verify", settings=settings, say=context.progress.say
    ) as connection:
        place = survey(connection)
        rows = place.ledger.rows(connection) if place.ledger.exists else {}
        steps = lay_out(context.migrations, rows).of(State.APPLIED)
        applied = [step.migration for step in steps if step.migration]
        if not applied:
            return document | {"schema": None}
        compared = compare_with_files(context, connection, place, applied).accepting(accept)
    return head(place) | document | {"schema": compared.document()}


def _built(
    context: Context, copy: connecting.Target, place: Survey, applied: Sequence[Migration]
) -> tuple[tuple[str, ...], Catalogue]:
    """The schemas that are there once the files are applied, and what is in them."""
    with connecting.connect(copy, purpose="scratch", say=context.progress.say) as connection:
        if place.schema:  # the files go to the first schema of the search path, and may not make it
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(place.schema)))
        files = Migrations(context.migrations.folder, tuple(applied), {})
        build(copy, files, deadline=context.deadline)
        schemas = _schemas(connection)
        return schemas, catalogue.read(connection, schemas=schemas)


def _schemas(connection: psycopg.Connection) -> tuple[str, ...]:
    return tuple(sorted(name for (name,) in connection.execute(_SCHEMAS).fetchall()))


def _versions(connection: psycopg.Connection, place: Survey) -> dict[int, tuple[bool, bytes]]:
    """What the ledger says, without the times, which sqlx writes later."""
    rows: Mapping[int, Row] = place.ledger.rows(connection) if place.ledger.exists else {}
    return {version: (row.success, row.checksum) for version, row in rows.items()}

"""Takes over a database that another tool has migrated, once its schema is shown to be the one of our files.

Nothing but the ledger is written: the checksums of the applied migrations become those of our files. Or,
with a baseline, rows are added for migrations whose effect is there already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from runtime.migrator.comparing import LedgerMoved, compare_with_files
from runtime.migrator.consent import marked, run_options
from runtime.migrator.errors import DatabaseError, Dirty, FilesError, VersionUnknown
from runtime.migrator.inspecting import head
from runtime.migrator.ledger import UNKNOWN_TIME
from runtime.migrator.planning import State, lay_out
from runtime.migrator.runner import opened
from runtime.migrator.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.migrator.context import Context, Document
    from runtime.migrator.files import Migration, Migrations
    from runtime.migrator.ledger import Ledger, Row

NOTHING_DONE = "nothing was changed"


class CantAdopt(DatabaseError):
    """The ledger is not one that can be taken over."""

    def __init__(self, found: str, remedy: str) -> None:
        self.found, self.remedy = found, remedy
        super().__init__(f"nothing was adopted: {found}; {remedy}")


class WordsRefused(FilesError):
    """An option has a value that it can't have."""

    def __init__(self, option: str, found: object, wanted: str) -> None:
        self.option, self.found = option, found
        super().__init__(f"{option} is {found!r}; give {wanted}")


@dataclass(frozen=True, slots=True)
class Change:
    """A migration, and the checksum that the ledger has for it: None where it has no row yet."""

    migration: Migration
    recorded: bytes | None

    def document(self) -> Document:
        """Both checksums, in hexadecimal digits."""
        return {
            "version": self.migration.version,
            "description": self.migration.description,
            "recorded": self.recorded.hex() if self.recorded is not None else None,
            "file": self.migration.checksum.hex(),
        }


def adopt(context: Context, options: Mapping[str, Any]) -> Document:
    """Compare, and if nothing differs but what is accepted, make the ledger say that our files were applied.

    The answer's `outcome` is `adopted`, `would adopt` after a dry run, `refused` where something differs, or
    `nothing to adopt`. Both locks are held from before the comparison until after the change. Raises any
    `MigratorError`.
    """
    accept = options.get("accept", [])
    if not all(isinstance(name, str) for name in accept):
        raise WordsRefused("accept", accept, "names of what may differ")
    with opened(context.target, run_options(context, options), context.progress) as (session, _):
        place = survey(session.connection)  # once more, since somebody may have been waited for
        rows = place.ledger.rows(session.connection) if place.ledger.exists else {}
        baseline = options.get("baseline")
        if baseline is None:
            applied, changes = _to_adopt(context.migrations, rows)
        else:
            applied, changes = _to_baseline(context.migrations, rows, baseline)
        if not changes:
            return head(place) | {"outcome": "nothing to adopt", "changes": [], "compared": None}
        compared = compare_with_files(context, session.connection, place, applied).accepting(accept)
        found = head(place) | {
            "outcome": "refused" if compared.refused else "would adopt",
            "baseline": baseline is not None,
            "changes": [change.document() for change in changes],
            "compared": compared.document(),
        }
        document = marked(found, options)
        if not compared.refused and not options.get("dry_run"):
            write = insert_rows if baseline is not None else recognise
            write(session.connection, place.ledger, changes)
            document["outcome"] = "adopted"
    return document


def _to_adopt(migrations: Migrations, rows: Mapping[int, Row]) -> tuple[list[Migration], list[Change]]:
    """The applied migrations, and those of them whose checksum the ledger has otherwise."""
    if not rows:
        raise CantAdopt(
            "the database has no ledger, or an empty one",
            "say up to which version its schema is there by --baseline VERSION, or, if it is empty, "
            "apply the files by `miyabi migrate up`",
        )
    plan = lay_out(migrations, rows)
    for step in plan.of(State.DIRTY):
        raise Dirty(step.version, step.row.statements_done if step.row else None, None)
    if missing := plan.of(State.MISSING):
        raise CantAdopt(f"no file here for the applied {_versions(missing)}", "bring the files")
    if gaps := plan.of(State.OUT_OF_ORDER):
        raise CantAdopt(
            f"not applied, though newer ones are: {_versions(gaps)}",
            "give these files newer versions, or take them away until it is adopted",
        )
    steps = plan.of(State.APPLIED, State.EDITED)
    pairs = [(step.migration, step.row) for step in steps if step.migration and step.row]
    return [migration for migration, _ in pairs], [
        Change(migration, row.checksum) for migration, row in pairs if row.checksum != migration.checksum
    ]


def _to_baseline(
    migrations: Migrations, rows: Mapping[int, Row], version: int
) -> tuple[list[Migration], list[Change]]:
    """Every migration up to a version, none of them with a row."""
    if rows:
        raise CantAdopt(
            f"its ledger has {len(rows)} rows, the newest for {max(rows)}", "leave --baseline out"
        )
    if all(migration.version != version for migration in migrations.up):
        raise VersionUnknown(version, [migration.version for migration in migrations.up])
    applied = list(migrations.until(version).up)
    return applied, [Change(migration, None) for migration in applied]


def _versions(steps: Sequence[Any]) -> str:
    return ", ".join(str(step.version) for step in steps)


def recognise(connection: psycopg.Connection, ledger: Ledger, changes: Sequence[Change]) -> None:
    """Replace the checksums of these rows by those of the files; all or none, or raise `LedgerMoved`."""
    statement = sql.SQL(
        "UPDATE {} AS ours SET checksum = given.new "
        "FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS given (version, old, new) "
        "WHERE ours.version = given.version AND ours.checksum = given.old AND ours.success"
    ).format(ledger.name)
    values = [
        [change.migration.version for change in changes],
        [change.recorded for change in changes],
        [change.migration.checksum for change in changes],
    ]
    with connection.transaction():
        if connection.execute(statement, values).rowcount != len(changes):
            raise LedgerMoved(NOTHING_DONE)


def insert_rows(connection: psycopg.Connection, ledger: Ledger, changes: Sequence[Change]) -> None:
    """Add the rows, all or none, as sqlx 0.9's `migrate override skip` does, or raise `LedgerMoved`."""
    statement = sql.SQL(
        "INSERT INTO {} (version, description, success, checksum, execution_time) "
        "SELECT version, description, true, checksum, %s "
        "FROM unnest(%s::bigint[], %s::text[], %s::bytea[]) AS given (version, description, checksum)"
    ).format(ledger.name)
    values = [
        UNKNOWN_TIME,
        [change.migration.version for change in changes],
        [change.migration.description for change in changes],
        [change.migration.checksum for change in changes],
    ]
    ledger.create(connection)
    try:
        connection.execute(statement, values)
    except psycopg.errors.UniqueViolation:
        raise LedgerMoved(NOTHING_DONE) from None

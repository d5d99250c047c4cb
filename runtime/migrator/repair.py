"""Mends one row of the ledger: a checksum whose drift is explained, or a migration that was not finished.

Nothing but that row is written. A checksum is mended only where the SQL that was applied is known and
says the same as the file: otherwise new statements would pass for applied without ever having run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from runtime.migrator import drift, indexes, scanner
from runtime.migrator.adopt import NOTHING_DONE, Change, recognise
from runtime.migrator.comparing import LedgerMoved
from runtime.migrator.consent import marked, run_options
from runtime.migrator.errors import DatabaseError, Dirty, FilesError
from runtime.migrator.inspecting import head
from runtime.migrator.ledger import UNKNOWN_TIME
from runtime.migrator.runner import opened
from runtime.migrator.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg
    from psycopg import sql

    from runtime.migrator.context import Context, Document
    from runtime.migrator.drift import Explanation
    from runtime.migrator.files import Migration
    from runtime.migrator.ledger import Ledger, Row

Finding = tuple[dict[str, Any], Callable[[], None] | None]
"""What was found, and what mends it; nothing where it is in order."""


class CantRepair(DatabaseError):
    """The row is not one that can be mended so."""

    def __init__(self, version: int, found: str, remedy: str) -> None:
        self.version, self.found, self.remedy = version, found, remedy
        super().__init__(f"migration {version} can't be repaired: {found}; {remedy}")


class OtherSql(DatabaseError):
    """The file is not known to say what was applied."""

    def __init__(self, name: str, explanation: Explanation) -> None:
        self.name, self.explanation = name, explanation
        shown = f"\n{explanation.diff.rstrip()}" if explanation.diff else ""
        super().__init__(
            f"{name} is not known to be the SQL that was applied, so its checksum stays: {explanation}{shown}"
        )


class TwoAnswers(FilesError):
    """A migration is said to be applied and rolled back."""

    def __init__(self) -> None:
        super().__init__("--applied and --rolled-back say opposite things; give the one that is true")


class VersionMissing(FilesError):
    """It was not said what to repair."""

    def __init__(self) -> None:
        super().__init__("repair needs a version; give that of the migration to repair")


def repair(context: Context, options: Mapping[str, Any]) -> Document:
    """Mend the row of the migration `version`.

    With `applied` or `rolled_back` the row must be of an unfinished migration, without them of one whose
    file has changed. The answer's `outcome` is `repaired`, `would repair` after a dry run, or `nothing to
    repair`. Raises `CantRepair`, `OtherSql`, `Dirty`, and any other `MigratorError`.
    """
    version = options.get("version")
    if version is None:
        raise VersionMissing
    if options.get("applied") and options.get("rolled_back"):
        raise TwoAnswers
    with opened(context.target, run_options(context, options), context.progress) as (session, _):
        place = survey(session.connection)  # once more, since somebody may have been waited for
        row = _row(session.connection, place.ledger, version)
        file = next((each for each in context.migrations.up if each.version == version), None)
        look = _checksum if row.success else _unfinished
        found, mend = look(session.connection, place.ledger, row, file, options)
        document = head(place) | {"version": version, "description": row.description} | found
        if mend is None:
            return document
        document = marked(document, options)
        if not options.get("dry_run"):
            mend()
            document["outcome"] = "repaired"
    return document


def _row(connection: psycopg.Connection, ledger: Ledger, version: int) -> Row:
    rows = ledger.rows(connection) if ledger.exists else {}
    if version not in rows:
        known = f"its newest row is of {max(rows)}" if rows else "it has no rows"
        raise CantRepair(version, f"the ledger has no row of it ({known})", "see `miyabi migrate status`")
    return rows[version]


def _checksum(
    connection: psycopg.Connection,
    ledger: Ledger,
    row: Row,
    file: Migration | None,
    options: Mapping[str, Any],
) -> Finding:
    """What to do about a finished migration."""
    if options.get("applied") or options.get("rolled_back"):
        raise CantRepair(
            row.version, "it is finished", "leave --applied and --rolled-back to migrations that are not"
        )
    if file is None:
        raise CantRepair(row.version, "no file here has this version", "bring the file")
    if file.checksum == row.checksum:
        return {"outcome": "nothing to repair"}, None
    explanation = drift.explain(file.content, row.checksum, path=file.path)
    if not explanation.same_sql:
        raise OtherSql(file.name, explanation)
    found = {
        "outcome": "would repair",
        "mends": "checksum",
        "explanation": str(explanation),
        "diff": explanation.diff,
        "recorded": row.checksum.hex(),
        "file": file.checksum.hex(),
    }
    return found, partial(recognise, connection, ledger, [Change(file, row.checksum)])


def _unfinished(
    connection: psycopg.Connection,
    ledger: Ledger,
    row: Row,
    file: Migration | None,
    options: Mapping[str, Any],
) -> Finding:
    """What to do about a migration that was begun and not finished: what somebody says is true of it."""
    statements = len(scanner.split(file.text)) if file else None
    if not options.get("applied") and not options.get("rolled_back"):
        raise Dirty(row.version, row.statements_done, statements)
    found = {
        "outcome": "would repair",
        "mends": "unfinished",
        "says": "applied" if options.get("applied") else "rolled back",
        "done": row.statements_done,
        "statements": statements,
        "invalid_indexes": sorted(map(str, indexes.invalid(connection))),
        "recorded": row.checksum.hex(),
    }
    mend = (
        ledger.complete(row.version, UNKNOWN_TIME) if options.get("applied") else ledger.forget(row.version)
    )
    return found, partial(_write, connection, mend)


def _write(connection: psycopg.Connection, statement: sql.SQL | sql.Composed) -> None:
    with connection.transaction():
        if connection.execute(statement).rowcount != 1:
            raise LedgerMoved(NOTHING_DONE)

"""Runs pending migrations on a copy of the schema, one statement after the other, and measures each.

What a file runs is what a real run would: in one transaction behind its claim of the ledger's row, or
statement by statement outside of one. Only nobody else is there, so no lock is waited for and nothing is
tried twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from time import monotonic_ns
from typing import TYPE_CHECKING, Final

from psycopg.pq import TransactionStatus

from runtime.migrator import scanner
from runtime.migrator.errors import DatabaseError, MigrationFailed, NothingRecorded
from runtime.migrator.exchange import RESET, Answer, send
from runtime.migrator.gate import gate
from runtime.migrator.measuring import ASSUMED, Effects, Lock, Meter
from runtime.migrator.places import failed_at, failed_at_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from runtime.migrator.files import Migration
    from runtime.migrator.ledger import Ledger
    from runtime.migrator.measuring import State
    from runtime.migrator.scanner import Statement

NOT_CHANGED: Final = "that was the rehearsal, and nothing was changed"
NOT_IN_TRANSACTION: Final = ("25001", "2D000")
"""What can't run in a transaction, and what ends one from inside of a procedure or a DO."""
BEGINS: Final = ("BEGIN", "START")
SILENT: Final = (*BEGINS, "SET", "RESET", "SHOW", "SAVEPOINT", "RELEASE")
"""Statements that touch no table. A look between two of them would be a query, after which a transaction's
isolation can't be set."""
OF_THE_SERVER: Final = (
    "ROLE", "USER", "GROUP", "DATABASE", "TABLESPACE", "SYSTEM", "SUBSCRIPTION", "PARAMETER"
)  # fmt: skip
"""What is not in the scratch database alone; of a statement that commits by itself nobody could undo it."""
_IN_BODY: Final = re.compile(
    rf"\b(?:CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT)\b[^;]*?\b({'|'.join(OF_THE_SERVER)})\b", re.IGNORECASE
)


class BeyondTheDatabase(DatabaseError):
    """A statement changes something that the real database has in common with the copy."""

    def __init__(self, place: str, catalogue: str) -> None:
        self.place, self.catalogue = place, catalogue
        super().__init__(
            f"{place}: this changes {catalogue}, which is the whole server's and can't be tried on a copy; "
            f"{NOT_CHANGED}: rehearse the files before it by --target"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """A statement with what it did."""

    statement: Statement
    effects: Effects
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A file with its statements."""

    migration: Migration
    statements: tuple[Measured, ...]

    @property
    def nanoseconds(self) -> int:
        """The time of all its statements, on empty tables."""
        return sum(each.nanoseconds for each in self.statements)


@dataclass(frozen=True, slots=True)
class Copy:
    """The session that runs the files in the scratch database, and how to open another beside it."""

    connection: psycopg.Connection
    another: Callable[[], psycopg.Connection]
    ledger: Ledger
    meter: Meter


def rehearse_file(copy: Copy, migration: Migration) -> Rehearsed:
    """Run a file, and measure each of its statements.

    Raises `MigrationFailed`, `BeyondTheDatabase` or `NothingRecorded`; the copy is of no use after that.
    """
    copy.meter.recognise()
    run = _outside if migration.no_transaction else _inside
    return Rehearsed(migration, tuple(run(copy, migration)))


def _inside(copy: Copy, migration: Migration) -> Iterator[Measured]:
    """In one transaction, which the file may end itself."""
    claim = copy.ledger.claim(migration).as_bytes(copy.connection)
    _own(copy, b"BEGIN; " + claim)
    before = copy.meter.look()
    for statement in scanner.split(migration.text):
        if _is_idle(copy) and _first(statement) not in BEGINS:
            # what follows a COMMIT in the same message is one transaction, too
            _own(copy, b"BEGIN")
            before = copy.meter.look()
        if _first(statement) in SILENT:
            yield Measured(statement, Effects(), _run(copy, migration, statement))
            continue
        measured, before = _measure(copy, migration, statement, before)
        yield measured
    _complete(copy, migration)


def _outside(copy: Copy, migration: Migration) -> Iterator[Measured]:
    """Each statement in a transaction of its own, or in none where it can't run in one."""
    _own(copy, copy.ledger.claim(migration).as_bytes(copy.connection))
    for statement in scanner.split(migration.text):
        if _first(statement) in SILENT:
            yield Measured(statement, Effects(), _run(copy, migration, statement))
        elif not _is_idle(copy):  # the file has begun a transaction
            yield _measure(copy, migration, statement, copy.meter.look())[0]
        else:
            yield _in_transaction(copy, migration, statement) or _alone(copy, migration, statement)
    _complete(copy, migration)


def _measure(copy: Copy, migration: Migration, statement: Statement, before: State) -> tuple[Measured, State]:
    """Run a statement in the transaction that is open; return also how it is after it."""
    nanoseconds = _run(copy, migration, statement)
    after = copy.meter.look()
    _refuse_beyond(migration, statement, after.beyond)
    effects = copy.meter.compare(before, after, truncates=_first(statement) == "TRUNCATE")
    return Measured(statement, effects, nanoseconds), after


def _in_transaction(copy: Copy, migration: Migration, statement: Statement) -> Measured | None:
    """Run a statement in a transaction of ours, or return nothing where it can't run in one."""
    if _is_concurrent(statement):
        return None
    _own(copy, b"BEGIN READ WRITE")
    before = copy.meter.look()
    try:
        measured, _ = _measure(copy, migration, statement, before)
    except MigrationFailed as error:
        if error.sqlstate not in NOT_IN_TRANSACTION:
            raise
        _own(copy, b"ROLLBACK")
        return None
    _commit(copy, migration)
    return measured


def _alone(copy: Copy, migration: Migration, statement: Statement) -> Measured:
    """Run a statement that commits by itself; another session sees what it locks."""
    _refuse_beyond(migration, statement, _named_beyond(statement))
    before = copy.meter.look()
    with gate(copy.another, copy.connection.pgconn.backend_pid) as seen:
        nanoseconds = _run(copy, migration, statement)
    effects = copy.meter.compare(before, copy.meter.look(), also_held=seen)
    return Measured(statement, effects if _is_concurrent(statement) else _assumed(effects), nanoseconds)


def _assumed(effects: Effects) -> Effects:
    """Count what was rewritten as locked, where it was not seen: only its first table is."""
    seen = {lock.table for lock in effects.held}
    unseen = [table for table in (*effects.rewritten, *effects.rebuilt_of) if table not in seen]
    locks = tuple(Lock(table, ASSUMED, table) for table in unseen)
    return replace(effects, taken=effects.taken + locks, held=effects.held + locks)


def _complete(copy: Copy, migration: Migration) -> None:
    """Reset the session, complete the ledger's row and commit, as a real run does."""
    complete = copy.ledger.complete(migration.version, 0).as_bytes(copy.connection)
    answer = _own(copy, (b"BEGIN READ WRITE; " if _is_idle(copy) else b"") + RESET + complete)
    if answer.count(-1) != 1:
        raise NothingRecorded(migration.name)
    _commit(copy, migration)


def _commit(copy: Copy, migration: Migration) -> None:
    answer = send(copy.connection, b"COMMIT")
    if answer.error is not None:
        raise failed_at_commit(migration, answer.error, NOT_CHANGED)


def _run(copy: Copy, migration: Migration, statement: Statement) -> int:
    """Run a statement; return its time in nanoseconds, or raise `MigrationFailed`."""
    start = monotonic_ns()
    answer = send(copy.connection, statement.text.encode())
    nanoseconds = monotonic_ns() - start
    if answer.error is None:
        return nanoseconds
    if copy.connection.closed:
        raise answer.error
    told = int(answer.error.diag.statement_position or 1)
    raise failed_at(migration, answer.error, statement.start + told - 1, statement.text, NOT_CHANGED)


def _own(copy: Copy, message: bytes) -> Answer:
    """Send what is ours, and has no reason to fail but a lost connection."""
    answer = send(copy.connection, message)
    if answer.error is not None:
        raise answer.error
    return answer


def _refuse_beyond(migration: Migration, statement: Statement, catalogue: str | None) -> None:
    if catalogue is not None:
        line, column = scanner.position(migration.text, statement.start)
        raise BeyondTheDatabase(f"{migration.path}:{line}:{column}", catalogue)


def _named_beyond(statement: Statement) -> str | None:
    """What a statement that commits by itself changes beyond the database, by its words."""
    first, second, *_ = (*statement.words, "", "")
    body = _IN_BODY.search(statement.text) if first == "DO" else None
    if first in ("CREATE", "ALTER", "DROP") and second in OF_THE_SERVER:
        return f"a {second.lower()}"
    return f"a {body[1].lower()}" if body else None


def _is_idle(copy: Copy) -> bool:
    return copy.connection.pgconn.transaction_status == TransactionStatus.IDLE


def _first(statement: Statement) -> str:
    return statement.words[0] if statement.words else ""


def _is_concurrent(statement: Statement) -> bool:
    return "CONCURRENTLY" in statement.words and _first(statement) != "REFRESH"

"""Applies a migration outside of a transaction: `-- no-transaction`, statement by statement.

Its row stands in the ledger as unfinished from before the first statement until after the last, and
counts the finished ones, each in the transaction that runs it where it may have one: so a crash leaves
a mark that is true, at which a later run goes on. sqlx's lock is given away meanwhile, since its
waiters would lock CREATE INDEX CONCURRENTLY out; whoever comes finds the unfinished row and stops. Our
own lock is kept.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from runtime.migrator import indexes, resuming, scanner
from runtime.migrator.apply import (
    TRY_AGAIN,
    Session,
    cause,
    keep_locks,
    paused_before,
    refuse_change,
    refuse_claim,
    refuse_lost,
    send_completion,
    watched,
)
from runtime.migrator.errors import NothingRecorded
from runtime.migrator.exchange import RESET, Answer, reason, send
from runtime.migrator.places import failed_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.migrator.errors import MigrationFailed
    from runtime.migrator.files import Migration

LOCK_TIMEOUT: Final = TRY_AGAIN[0]
IN_TRANSACTION: Final = "25001"
"""What the server answers to a statement that can't run in a transaction, before it begins."""
COMMITS_ITSELF: Final = ("CALL", "DO")
ALONE: Final = (
    *COMMITS_ITSELF, "VACUUM", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"
)  # fmt: skip
"""First words of statements that are not tried in a transaction of ours."""
BEGIN: Final = "BEGIN READ WRITE; "
CLEAN: Final = "nothing of it is left"
COMMITTED: Final = "it is not recorded, but what it committed by itself is left"


def apply_outside(session: Session, migration: Migration, *, done: int | None = None) -> int:
    """Apply a migration's statements one by one; return its time in nanoseconds.

    `done` counts the statements of an earlier run that was stopped; None is a first run. Raises as
    `apply` does; after `MigrationFailed` the row is gone if nothing was done, else it stays unfinished.
    """
    refuse_change(migration)
    session.hold_locks()
    start = time.monotonic_ns()
    with watched(session, migration):
        if done is None:
            _claim(session, migration)
        session.lock.lend()
        for number, statement in enumerate(scanner.split(migration.text)):
            if done is None or not _was_done(session, migration, statement, number, done):
                _run(session, migration, statement, number)
        elapsed = time.monotonic_ns() - start
        answer = _checked(session, migration, send_completion(session, migration, elapsed))
        _require_counted(migration, answer, -3)
        keep_locks(session, migration, answer)
    return elapsed


def _claim(session: Session, migration: Migration) -> None:
    answer = send(session.connection, session.ledger.claim(migration).as_bytes(session.connection))
    if answer.error is not None:
        refuse_lost(session, migration, answer.error)
        refuse_claim(migration, answer.error)


def _was_done(
    session: Session, migration: Migration, statement: scanner.Statement, number: int, done: int
) -> bool:
    """Whether an earlier run did it; what it set for its session is set again."""
    if number < done:
        return not resuming.sets_session(statement)
    if number > done:
        return False
    connection = session.connection
    if not resuming.is_done(connection, session.ledger, migration.version, statement):
        return False
    session.progress.say(f"{migration.name}: statement {number + 1} was done already, by the earlier run")
    _count_alone(session, migration, number)
    return True


def _run(session: Session, migration: Migration, statement: scanner.Statement, number: int) -> None:
    """Run one statement, again where it could not get a lock, and count it as done."""
    with _patience(session, statement):
        _drop_left(session, statement, "an earlier try")
        before = indexes.invalid(session.connection) if _is_concurrent(statement) else frozenset()
        attempt = 1
        while (refusal := _attempt(session, migration, statement, number)) is not None:
            with suppress(psycopg.Error):  # `_failure` tells what stays, and a resumed run drops it
                _drop_left(session, statement, "the failed statement", before)
            attempt += 1
            again = _may_be_tried_again(session, statement, refusal)
            if not (again and paused_before(session, migration, reason(refusal.error), attempt)):
                raise _failure(session, migration, statement, refusal, before)


@contextmanager
def _patience(session: Session, statement: scanner.Statement) -> Iterator[None]:
    """No lock timeout for what waits for every older snapshot: one in that wait leaves an invalid index."""
    if not _is_concurrent(statement):
        yield
        return
    connection = session.connection
    before = connection.execute("SELECT current_setting('lock_timeout')").fetchone()
    connection.execute("SET lock_timeout = 0")
    yield
    connection.execute("SELECT set_config('lock_timeout', %s, false)", before)


def _drop_left(
    session: Session,
    statement: scanner.Statement,
    whose: str,
    before: frozenset[indexes.InvalidIndex] | None = None,
) -> None:
    """Drop the invalid indexes that the statement has left."""
    if _is_concurrent(statement):
        for index in indexes.left_by(session.connection, statement, before):
            session.progress.say(f"dropping the invalid index {index}, left by {whose}")
            indexes.drop(session.connection, index)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What the database refused, and how many characters of ours stood before the statement."""

    error: psycopg.Error
    prefix: int = 0


def _attempt(
    session: Session, migration: Migration, statement: scanner.Statement, number: int
) -> _Refusal | None:
    """Run it once, and count it; return what the database refused."""
    connection = session.connection
    if _may_share(session, statement):
        count = _count(session, migration, number)
        answer = send(connection, f"{BEGIN}{statement.text}; {_ourselves(session)}{count}; COMMIT".encode())
        if answer.error is None:
            _require_counted(migration, answer, -2)
            return None
        refuse_lost(session, migration, answer.error)
        send(connection, b"ROLLBACK")
        if answer.error.sqlstate != IN_TRANSACTION:
            return _Refusal(answer.error, len(BEGIN))
    answer = send(connection, statement.text.encode())
    if answer.error is not None:
        refuse_lost(session, migration, answer.error)
        return _Refusal(answer.error)
    if _is_concurrent(statement) and indexes.left_by(connection, statement):
        return _Refusal(psycopg.DatabaseError("the index came out invalid"))
    _count_alone(session, migration, number)
    return None


def _may_share(session: Session, statement: scanner.Statement) -> bool:
    """Whether it is tried in one transaction with its count; the server refuses more than we know."""
    if session.connection.pgconn.transaction_status != TransactionStatus.IDLE:
        return False  # the file has begun one of its own
    return not _is_concurrent(statement) and _first(statement) not in ALONE


def _count(session: Session, migration: Migration, number: int) -> str:
    return session.ledger.progress(migration.version, number + 1).as_string(session.connection)


def _count_alone(session: Session, migration: Migration, number: int) -> None:
    """Count it after it ran, in a transaction that the file has begun, or in one of ours."""
    count = _count(session, migration, number)
    if session.connection.pgconn.transaction_status == TransactionStatus.IDLE:
        count = f"{BEGIN}{_ourselves(session)}{count}; COMMIT"
        at = -2
    else:
        at = -1
    _require_counted(migration, _checked(session, migration, send(session.connection, count.encode())), at)


def _ourselves(session: Session) -> str:
    """Become who we were for the rest of the transaction: a file's role may not write the ledger."""
    user = sql.Identifier(session.user)
    return sql.SQL("SET LOCAL ROLE {}; ").format(user).as_string(session.connection)


def _require_counted(migration: Migration, answer: Answer, at: int) -> None:
    """Raise `NothingRecorded` if somebody has deleted the row meanwhile."""
    if answer.count(at) != 1:
        raise NothingRecorded(migration.name)


def _may_be_tried_again(session: Session, statement: scanner.Statement, refusal: _Refusal) -> bool:
    """Only what could not get its lock, and surely did nothing before."""
    return (
        refusal.error.sqlstate == LOCK_TIMEOUT
        and _first(statement) not in COMMITS_ITSELF
        and session.connection.pgconn.transaction_status == TransactionStatus.IDLE
    )


def _failure(
    session: Session,
    migration: Migration,
    statement: scanner.Statement,
    refusal: _Refusal,
    before: frozenset[indexes.InvalidIndex],
) -> MigrationFailed:
    """Take the claim back where nothing is done or left: then there is nothing to resolve."""
    session.watch.stop()  # it would cancel this too, once the run's time is over
    send(session.connection, b"ROLLBACK; " + RESET)
    row = session.ledger.rows(session.connection).get(migration.version)
    done = row.statements_done if row else 0
    left = _half_detached(session, statement) + _invalid_left(session, statement, before)
    if left or done:
        state = f"{done} of its statements are done{left}, and it is marked as unfinished"
    else:
        state = COMMITTED if _first(statement) in COMMITS_ITSELF else CLEAN
        forget = session.ledger.forget(migration.version).as_bytes(session.connection)
        _checked(session, migration, send(session.connection, forget))
    told = int(refusal.error.diag.statement_position or 1) - refusal.prefix
    offset = statement.start + max(told, 1) - 1
    why = cause(session, refusal.error)
    return failed_at(migration, refusal.error, offset, statement.text, state, why)


def _invalid_left(
    session: Session, statement: scanner.Statement, before: frozenset[indexes.InvalidIndex]
) -> str:
    """The invalid index that the statement left and that could not be dropped, as behind a reader."""
    left = indexes.left_by(session.connection, statement, before) if _is_concurrent(statement) else ()
    return "".join(f", the invalid index {index} is left" for index in sorted(left, key=str))


def _half_detached(session: Session, statement: scanner.Statement) -> str:
    """What DETACH PARTITION CONCURRENTLY leaves when it is interrupted, and how it is ended."""
    if _first(statement) != "ALTER" or "CONCURRENTLY" not in statement.words:
        return ""
    found = session.connection.execute(
        "SELECT string_agg(inhrelid::regclass::text, ', ') FROM pg_inherits WHERE inhdetachpending"
    ).fetchone()
    partitions = found[0] if found else None
    return f", {partitions} is half detached (ALTER TABLE … FINALIZE ends that)" if partitions else ""


def _checked(session: Session, migration: Migration, answer: Answer) -> Answer:
    """The answer to a statement of our own, which has no reason to fail but a lost connection."""
    if answer.error is not None:
        refuse_lost(session, migration, answer.error)
        raise answer.error
    return answer


def _first(statement: scanner.Statement) -> str:
    return statement.words[0] if statement.words else ""


def _is_concurrent(statement: scanner.Statement) -> bool:
    """Whether it builds or drops an index bit by bit, waiting for the transactions of others."""
    return "CONCURRENTLY" in statement.words and _first(statement) in {"CREATE", "DROP", "REINDEX"}

"""Applies a migration in a transaction of its own, in two round trips.

The first message begins the transaction, claims the version in the ledger and runs the whole file;
the second resets the session, completes the row, commits, and counts the locks that are still held.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import psycopg
from psycopg.pq import TransactionStatus

from runtime.migrator.errors import (
    AppliedElsewhere,
    ConnectionLost,
    FileChanged,
    LedgerUnusable,
    LockHeld,
    LockLost,
    MigrationFailed,
    MigratorError,
    NothingRecorded,
    Outcome,
    Stopped,
)
from runtime.migrator.exchange import RESET, Answer, reason, send
from runtime.migrator.places import failed_at_commit, failed_in_file
from runtime.migrator.signals import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.migrator.files import Migration
    from runtime.migrator.ledger import Ledger
    from runtime.migrator.lock import Lock
    from runtime.migrator.progress import Progress, Watch

TRY_AGAIN: Final = ("55P03", "40P01", "40001")
"""Lock timeout, deadlock, serialization failure: the whole transaction may be run again."""
CANCELED: Final = "57014"
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
LAST_WORDS, PAUSE = 10.0, 0.1
"""Seconds to wait for a session that has lost its client, and between two looks."""
BEGIN_WRITING: Final = b"BEGIN READ WRITE; "
"""Whatever a file has set for transactions to come."""
CHECK_NOW: Final = b"SET CONSTRAINTS ALL IMMEDIATE; "
"""What was put off is checked under the file's own settings."""
ROLLED_BACK: Final = "it was rolled back"
COMMITTED_ITSELF: Final = "what it had committed by itself is left, and it is marked as unfinished"
_ACTIVE: Final = """
SELECT FROM pg_stat_activity
WHERE pid = %s AND state = 'active' AND datname = current_database() AND usename = session_user
"""


@dataclass(slots=True)
class Session:
    """What applying needs: the connection that holds the locks, and how to open another."""

    connection: psycopg.Connection
    reconnect: Callable[[], psycopg.Connection]
    ledger: Ledger
    lock: Lock
    watch: Watch
    progress: Progress
    attempts: int
    """How often a migration is tried that can't get its locks."""
    lock_wait: float
    """Seconds to wait for the migration lock."""
    user: str
    """As whom the ledger is written, whatever role a file has taken."""
    until: float | None = None
    """When what runs is cancelled, by `time.monotonic`; None is never."""

    def has_time_for(self, pause: float) -> bool:
        """Whether something can still be begun after a pause of so many seconds."""
        return self.until is None or time.monotonic() + pause < self.until

    def hold_locks(self) -> None:
        """Take sqlx's lock again if it was lent. Raises `LockHeld`."""
        if self.lock.lent:
            self.lock.retake(self.lock_wait, self.progress.say)

    def outcome(self, version: int) -> Outcome:
        """Ask the ledger, over a new connection, what became of a migration whose connection is gone."""
        try:
            with self.reconnect() as connection:
                if not _is_quiet(connection, self.watch.pid):
                    return Outcome.RUNNING
                row = self.ledger.rows(connection).get(version)
        except (MigratorError, psycopg.Error):
            return Outcome.UNKNOWN
        if row is None:
            return Outcome.ROLLED_BACK
        return Outcome.APPLIED if row.success else Outcome.UNFINISHED


def _is_quiet(connection: psycopg.Connection, pid: int) -> bool:
    """Wait until a session does nothing any more: one that has lost its client may yet commit."""
    until = time.monotonic() + LAST_WORDS
    while connection.execute(_ACTIVE, [pid]).rowcount:
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE)
    return True


def apply(session: Session, migration: Migration) -> int:
    """Apply a migration; return its time in nanoseconds.

    Raises `MigrationFailed`, `AppliedElsewhere`, `ConnectionLost`, `FileChanged`, `NothingRecorded`,
    `LockLost` (the migration is applied), or `Stopped`.
    """
    refuse_change(migration)
    session.hold_locks()
    with watched(session, migration):
        attempt = 1
        while True:
            start = time.monotonic_ns()
            error = _attempt(session, migration, start)
            if error is None:
                return time.monotonic_ns() - start
            attempt += 1
            why = f"{error.reason}; {error.state}"
            if not (_may_be_tried_again(error) and paused_before(session, migration, why, attempt)):
                raise error


def _may_be_tried_again(error: MigrationFailed) -> bool:
    """Not where the file has committed a part of itself: that would be done twice."""
    return error.sqlstate in TRY_AGAIN and error.state == ROLLED_BACK


def _attempt(session: Session, migration: Migration, start: int) -> MigrationFailed | None:
    """Run and commit the file once; return what the database refused, after it was rolled back."""
    connection = session.connection
    claim = session.ledger.claim(migration).as_string(connection)
    # who waits for this session sees the beginning of what it does
    prefix = f"/* migration {migration.version} */ BEGIN; {claim}; "
    answer = send(connection, (prefix + migration.text).encode())
    if answer.error is None:
        answer = _complete(session, migration, time.monotonic_ns() - start)
        if answer.error is None:
            return None
        refuse_lost(session, migration, answer.error)
        return failed_at_commit(migration, answer.error, _after_failure(session, migration))
    refuse_lost(session, migration, answer.error)
    if answer.done == 1 and answer.error.sqlstate not in TRY_AGAIN:  # the claim, after BEGIN
        send(connection, b"ROLLBACK")
        refuse_claim(migration, answer.error)
    return failed_in_file(
        migration,
        answer.error,
        done=answer.done - 2,  # BEGIN and the claim
        prefix=len(prefix),
        state=_after_failure(session, migration),
        cause=cause(session, answer.error),
    )


def _complete(session: Session, migration: Migration, nanoseconds: int) -> Answer:
    """Complete the ledger's row and commit, in whatever transaction the file has left."""
    if session.connection.pgconn.transaction_status == TransactionStatus.IDLE:
        session.progress.say(f"{migration.name} ended its own transaction, so it was not applied as one")
    answer = send_completion(session, migration, nanoseconds)
    if answer.error is None and answer.count(-3) != 1:
        raise NothingRecorded(migration.name)
    if answer.error is None:
        keep_locks(session, migration, answer)
    return answer


def send_completion(session: Session, migration: Migration, nanoseconds: int) -> Answer:
    """Reset the session, complete the row, commit, count the locks; these last three in this order."""
    connection = session.connection
    idle = connection.pgconn.transaction_status == TransactionStatus.IDLE
    begin = BEGIN_WRITING if idle else CHECK_NOW
    complete = session.ledger.complete(migration.version, nanoseconds).as_bytes(connection)
    return send(connection, begin + RESET + complete + b"; COMMIT; " + session.lock.count_held)


def _after_failure(session: Session, migration: Migration) -> str:
    """Roll back, and tell what is left: a file that commits by itself leaves its claim."""
    session.watch.stop()  # it would cancel this too, once the run's time is over
    send(session.connection, b"ROLLBACK; " + RESET)
    row = session.ledger.rows(session.connection).get(migration.version)
    return ROLLED_BACK if row is None else COMMITTED_ITSELF


def cause(session: Session, error: psycopg.Error) -> str:
    """What the server does not say of a timeout, after it was rolled back: behind whom, or set by whom."""
    if error.sqlstate == TRY_AGAIN[0] and session.watch.blockers:
        return f", behind {session.watch.blockers}"
    if error.sqlstate == CANCELED and "statement timeout" in str(error):
        return ", which the file or a function has set"
    if error.sqlstate == CANCELED and not session.has_time_for(0):
        return ", since the time of this run is over: it needs more, or another way to the database"
    return ""


def refuse_claim(migration: Migration, error: psycopg.Error) -> NoReturn:
    """Raise what it means that the ledger does not take a migration's row."""
    if isinstance(error, psycopg.errors.UniqueViolation):
        raise AppliedElsewhere(migration.version)
    found = f"does not take the row of migration {migration.version}: {reason(error)}"
    raise LedgerUnusable(found, "mend that first; nothing of it was applied")


def refuse_change(migration: Migration) -> None:
    """Raise `FileChanged` if the file is no longer what was read and checked."""
    try:
        unchanged = migration.path.read_bytes() == migration.content
    except OSError:
        unchanged = False
    if not unchanged:
        raise FileChanged(migration.path)


def refuse_lost(session: Session, migration: Migration, error: psycopg.Error) -> None:
    """Raise `ConnectionLost` if the connection is gone, with what became of the migration."""
    if session.connection.closed:
        raise ConnectionLost(migration.name, reason(error), session.outcome(migration.version))


def keep_locks(session: Session, migration: Migration, answer: Answer) -> None:
    """Take the locks again where a file gave them away (`pg_advisory_unlock_all`, `DISCARD ALL`)."""
    if answer.number(-1) == session.lock.expected:
        return
    session.progress.say(f"{migration.name} gave the migration lock away; taking it again")
    try:
        session.lock.take_anew(0, session.progress.say)
    except LockHeld:
        raise LockLost(migration.name) from None


def paused_before(session: Session, migration: Migration, why: str, attempt: int) -> bool:
    """Wait, longer each time and never the same, so that two that lock each other out come apart.

    False where there is no such attempt any more, or no time for it.
    """
    pause = min(FIRST_PAUSE * 2 ** (attempt - 2), LONGEST_PAUSE)
    pause *= random.uniform(0.5, 1.0)  # noqa: S311  (spreads, guards nothing)
    if attempt > session.attempts or not session.has_time_for(pause):
        return False
    session.progress.say(f"{migration.name}: {why}; attempt {attempt} of {session.attempts} in {pause:.1f} s")
    time.sleep(pause)
    session.watch.start(migration)
    return True


@contextmanager
def watched(session: Session, migration: Migration) -> Iterator[None]:
    """Watch a migration run; where a signal stops it, find out what became of it."""
    session.watch.start(migration)
    try:
        yield
    except KeyboardInterrupt as stop:
        session.connection.close()
        raise Stopped(migration.name, number_of(stop), session.outcome(migration.version)) from None
    finally:
        session.watch.stop()

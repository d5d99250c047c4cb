"""Takes back the newest applied migration by its `.down.sql`, in one transaction with its ledger row."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.pq import TransactionStatus

from runtime.migrator.apply import TRY_AGAIN, keep_locks, paused_before, refuse_change
from runtime.migrator.comparing import LedgerMoved
from runtime.migrator.consent import marked, run_options
from runtime.migrator.errors import CantRevert, DatabaseError, Dirty, MigratorError, Stopped
from runtime.migrator.exchange import RESET, reason, send
from runtime.migrator.inspecting import head
from runtime.migrator.places import failed_at_commit, failed_in_file
from runtime.migrator.planning import State, lay_out
from runtime.migrator.runner import opened, preflight
from runtime.migrator.scanner import split
from runtime.migrator.signals import number_of
from runtime.migrator.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.migrator.apply import Session
    from runtime.migrator.context import Context, Document
    from runtime.migrator.errors import MigrationFailed
    from runtime.migrator.exchange import Answer
    from runtime.migrator.files import Migration, Migrations
    from runtime.migrator.planning import Step

TRANSACTION_WORDS: Final = ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "PREPARE")
"""First words of statements that end the transaction, or begin one; PREPARE may prepare no transaction."""
STILL_APPLIED: Final = "it was rolled back, and the migration is still applied"
REVERTED: Final = "it is done, and the migration is no longer applied"
UNKNOWN: Final = "what became of it can't be told until the database is reached: see `miyabi migrate status`"


class RevertStopped(Stopped):
    """A signal stopped it."""

    def __init__(self, name: str, signal: int, state: str) -> None:
        self.name, self.signal, self.state = name, signal, state
        MigratorError.__init__(self, f"stopped during {name}: {state}")


class RevertLost(DatabaseError):
    """The server went away in the middle."""

    def __init__(self, name: str, reason: str, state: str) -> None:
        self.name, self.reason, self.state = name, reason, state
        super().__init__(f"the connection was lost during {name} ({reason}): {state}")


def revert(context: Context, options: Mapping[str, Any]) -> Document:
    """Run the newest applied migration's `.down.sql`, and forget that it was applied.

    `version`, where it is given, must be the newest. The answer's `outcome` is `reverted`, `would revert`
    after a dry run, or `nothing to revert`. Raises any `MigratorError`.
    """
    with opened(context.target, run_options(context, options), context.progress) as (session, _):
        place = survey(session.connection)  # once more, since somebody may have been waited for
        rows = place.ledger.rows(session.connection) if place.ledger.exists else {}
        if not rows:
            return head(place) | {"outcome": "nothing to revert"}
        newest = next(step for step in lay_out(context.migrations, rows).steps if step.version == max(rows))
        up, down = _files(newest, context.migrations, options.get("version"))
        warnings = preflight([down])
        document = head(place) | {
            "outcome": "would revert",
            "version": down.version,
            "description": up.description,
            "file": down.name,
            "checksum": down.checksum.hex(),
            "statements": len(split(down.text)),
            "warnings": [hazard.render() for hazard in warnings],
        }
        document = marked(document, options)
        if options.get("dry_run"):
            return document
        refuse_change(down)
        start = time.monotonic_ns()
        take_back(session, down)
        seconds = (time.monotonic_ns() - start) / 1e9
    return document | {"outcome": "reverted", "seconds": seconds}


def take_back(session: Session, down: Migration) -> None:
    """Run a down file and delete the row of its version, both or neither; again where it gets no lock.

    Raises `MigrationFailed`, `LedgerMoved`, `CantRevert`, `RevertLost` or `RevertStopped`.
    """
    attempt = 1
    session.watch.start(down)
    try:
        while (error := _attempt(session, down)) is not None:
            attempt += 1
            why = f"{error.reason}; {error.state}"
            if not (error.sqlstate in TRY_AGAIN and paused_before(session, down, why, attempt)):
                raise error
    except KeyboardInterrupt as stop:
        session.connection.close()
        raise RevertStopped(down.name, number_of(stop), _state(session, down.version)) from None
    finally:
        session.watch.stop()


def _files(step: Step, migrations: Migrations, wanted: int | None) -> tuple[Migration, Migration]:
    """The newest applied migration and its down file; raise where it can't be taken back."""
    version, up, down = step.version, step.migration, migrations.down.get(step.version)
    if wanted is not None and wanted != version:
        raise CantRevert(wanted, f"it is not the newest that is applied, which is {version}")
    if step.state is State.DIRTY:
        raise Dirty(version, step.row.statements_done if step.row else None, None)
    if up is None:
        raise CantRevert(version, "it has no file here")
    if step.state is State.EDITED:
        raise CantRevert(version, f"{up.name} has changed since it was applied, so what undoes it is unknown")
    if down is None:
        raise CantRevert(version, f"{up.name} has no .down.sql beside it")
    if down.no_transaction:
        raise CantRevert(
            version, f"{down.name} is to run outside of a transaction, and might be left half done"
        )
    for statement in split(down.text):
        if statement.words[:1] and statement.words[0] in TRANSACTION_WORDS:
            raise CantRevert(version, f"{down.name} has a transaction of its own ({statement.words[0]})")
    return up, down


def _attempt(session: Session, down: Migration) -> MigrationFailed | None:
    """Run and commit it once; return what the database refused, after it was rolled back."""
    connection = session.connection
    prefix = f"BEGIN; {session.ledger.forget(down.version).as_string(connection)}; "
    answer = send(connection, (prefix + down.text).encode())
    if answer.error is not None:
        _refuse_lost(session, down, answer.error)
        _roll_back(session)
        done = answer.done - 2  # BEGIN and the DELETE
        return failed_in_file(down, answer.error, done=done, prefix=len(prefix), state=STILL_APPLIED)
    if connection.pgconn.transaction_status != TransactionStatus.INTRANS:
        raise CantRevert(down.version, f"{down.name} ended the transaction that it ran in")
    if answer.count(1) != 1:
        _roll_back(session)
        raise LedgerMoved("nothing was changed")
    return _commit(session, down)


def _commit(session: Session, down: Migration) -> MigrationFailed | None:
    connection = session.connection
    answer: Answer = send(connection, RESET + b"COMMIT; " + session.lock.count_held)
    if answer.error is None:
        keep_locks(session, down, answer)
        return None
    _refuse_lost(session, down, answer.error)
    _roll_back(session)
    return failed_at_commit(down, answer.error, STILL_APPLIED)


def _roll_back(session: Session) -> None:
    send(session.connection, b"ROLLBACK; " + RESET)


def _refuse_lost(session: Session, down: Migration, error: psycopg.Error) -> None:
    if session.connection.closed:
        raise RevertLost(down.name, reason(error), _state(session, down.version))


def _state(session: Session, version: int) -> str:
    """What became of it, as the ledger says over a new connection."""
    try:
        with session.reconnect() as connection:
            return STILL_APPLIED if version in session.ledger.rows(connection) else REVERTED
    except (MigratorError, psycopg.Error):
        return UNKNOWN

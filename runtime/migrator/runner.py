"""Brings a database up to its migrations: everything is checked before the first change.

`up` is what the command and the function call. The run takes two locks, lays files and ledger side by
side, refuses what does not fit, inspects every pending file, and then applies them one by one.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic, monotonic_ns
from typing import TYPE_CHECKING, Final

import psycopg

from runtime.migrator import connection as connecting
from runtime.migrator import hazards, scanner
from runtime.migrator.apply import Session, apply
from runtime.migrator.errors import HazardsFound
from runtime.migrator.lock import Lock, sqlx_key
from runtime.migrator.outside import apply_outside
from runtime.migrator.planning import Plan, State, lay_out, warnings_of_clock
from runtime.migrator.progress import Progress, Watch
from runtime.migrator.roles import ensure_group_for
from runtime.migrator.survey import Survey, survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.migrator.connection import Target
    from runtime.migrator.files import Migration, Migrations
    from runtime.migrator.hazards import Hazard
    from runtime.migrator.ledger import Row
    from runtime.migrator.planning import Step

RESERVE: Final = 5.0
"""Seconds before the deadline in which no migration begins, and any that runs is cancelled."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a run behaves; times in seconds."""

    target: int | None = None
    """Last version to apply; None is all."""
    strict: bool = False
    """Refuse pending migrations that are older than applied ones."""
    ignore_missing: bool = False
    """Go on although applied migrations have no file here."""
    resume: bool = False
    """Do the rest of a migration that was begun outside of a transaction."""
    lock_wait: float = 60.0
    """How long to wait for the migration lock."""
    lock_timeout: float = 3.0
    """How long a statement may queue for a lock on a table, and so hold up all behind it; 0 is for ever."""
    attempts: int = 10
    """How often to try a migration that can't get its locks."""
    deadline: float | None = None
    """When the run must be over, by `time.monotonic`; None is never."""

    @property
    def until(self) -> float | None:
        """When the last statement must have ended, by `time.monotonic`."""
        return None if self.deadline is None else self.deadline - RESERVE

    @property
    def wait(self) -> float:
        """Seconds to wait for the migration lock, if there is time for it."""
        return self.lock_wait if self.until is None else max(min(self.lock_wait, self.until - monotonic()), 0)


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that this run applied."""

    migration: Migration
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did: `remaining` is what the deadline kept it from."""

    database: str
    applied: tuple[Applied, ...]
    remaining: tuple[Migration, ...]
    warnings: tuple[Hazard, ...]
    nanoseconds: int


def up(
    target: Target,
    migrations: Migrations,
    options: Options = Options(),
    progress: Progress | None = None,
) -> Result:
    """Apply what is pending. Raises any `MigratorError`; what was applied before stays so."""
    start = monotonic_ns()
    progress = progress or Progress()
    with opened(target, options, progress) as (session, place):
        plan = read_plan(session.connection, place, migrations)
        if options.target is not None:
            plan = plan.until(options.target)
        require_sound(plan, options)
        warnings = preflight(plan.pending)
        if plan.pending and not place.ledger.exists:
            place.ledger.create(session.connection)
        ensure_group_for(session.connection, plan.pending)
        for sentence in (*warnings_of_place(plan, place), *(hazard.render() for hazard in warnings)):
            progress.say(f"warning: {sentence}")
        applied, remaining = _apply_all(session, plan, options)
    return Result(place.database, tuple(applied), tuple(remaining), warnings, monotonic_ns() - start)


def open_writable(target: Target, options: Options, progress: Progress) -> psycopg.Connection:
    """Connect as a run does."""
    milliseconds = options.lock_timeout * 1000
    settings = {"lock_timeout": f"{max(milliseconds, 1) if milliseconds else 0:.0f}ms"}
    connection = connecting.connect(target, settings=settings, say=progress.say)
    connection.add_notice_handler(partial(_tell_warning, progress))
    return connection


def _tell_warning(progress: Progress, notice: psycopg.errors.Diagnostic) -> None:
    """Tell what the server warns of, but for a file that begins or ends a transaction: that is told apart."""
    if notice.severity_nonlocalized == "WARNING" and notice.sqlstate not in ("25001", "25P01"):
        progress.say(f"the database warns: {notice.message_primary}")


@contextmanager
def opened(target: Target, options: Options, progress: Progress) -> Iterator[tuple[Session, Survey]]:
    """Connect, check that this session may write, and hold both locks."""
    connection = open_writable(target, options, progress)
    with connection:
        place = survey(connection)
        place.require_writable()
        lock = Lock(connection, sqlx_key(place.database))
        lock.acquire(options.wait, progress.say)
        if not place.ledger.exists:
            place = survey(connection)  # another run may have made it before we had the lock
        reconnect = partial(connecting.connect, target, purpose="migrate, looking")
        watching = Watch(
            connection.pgconn.backend_pid, reconnect, progress, options.until, connection.cancel_safe
        )
        with watching as watch:
            session = Session(
                connection,
                reconnect,
                place.ledger,
                lock,
                watch,
                progress,
                attempts=options.attempts,
                lock_wait=options.wait,
                user=place.user,
                until=options.until,
            )
            try:
                yield session, place
            finally:
                _release(session)


def _release(session: Session) -> None:
    """Give the locks away now, and not only when the server has noticed that the connection is closed."""
    with suppress(psycopg.Error):  # a transaction that failed, or no connection: they end with the session
        session.lock.release()


def read_plan(connection: psycopg.Connection, place: Survey, migrations: Migrations) -> Plan:
    """Lay the files beside the ledger, which may not exist yet; nothing is created."""
    place.require_readable()
    return lay_out(migrations, place.ledger.rows(connection) if place.ledger.exists else {})


def warnings_of_place(plan: Plan, place: Survey) -> tuple[str, ...]:
    """What to think of in this database, before anything is applied."""
    sentences = warnings_of_clock(plan, place.moment)
    if plan.pending and place.tables and not place.ledger.exists:
        made_otherwise = (
            f"schema {place.schema} has {place.tables} tables and no ledger; if these files made them, "
            "`miyabi migrate adopt --baseline VERSION` says so"
        )
        return (*sentences, made_otherwise)
    return sentences


def preflight(pending: Sequence[Migration]) -> tuple[Hazard, ...]:
    """Inspect every pending file; raise `HazardsFound` for what can't be sent, return the warnings."""
    found = [
        hazard
        for migration in pending
        for hazard in hazards.inspect(
            str(migration.path), migration.text, no_transaction=migration.no_transaction
        )
    ]
    if errors := [hazard.render() for hazard in found if hazard.severity == "error"]:
        raise HazardsFound(errors)
    return tuple(found)


def require_sound(plan: Plan, options: Options) -> None:
    """Raise where ledger and files do not fit together."""
    plan.require_sound(
        explain=_explain,
        statements=lambda migration: len(scanner.split(migration.text)),
        ignore_missing=options.ignore_missing,
        strict=options.strict,
        resume=options.resume,
    )


def _explain(migration: Migration, row: Row) -> tuple[str, bool]:
    from runtime.migrator import drift  # a run that has nothing to explain starts without it

    explanation = drift.explain(migration.content, row.checksum, path=migration.path)
    return f"    {migration.name}: {explanation}", explanation.matching is not None


def _apply_all(session: Session, plan: Plan, options: Options) -> tuple[list[Applied], list[Migration]]:
    work = [(step.migration, step.row) for step in plan.steps if step.migration and _is_work(step, options)]
    done: list[Applied] = []
    for number, (migration, row) in enumerate(work, start=1):
        if not session.has_time_for(0):
            return done, [migration for migration, _ in work[number - 1 :]]
        session.progress.begin(migration, number, len(work))
        nanoseconds = (
            apply_outside(session, migration, done=row.statements_done if row else None)
            if migration.no_transaction
            else apply(session, migration)
        )
        session.progress.end(migration, nanoseconds)
        done.append(Applied(migration, nanoseconds))
    return done, []


def _is_work(step: Step, options: Options) -> bool:
    if options.target is not None and step.version > options.target:
        return False
    return step.state in (State.PENDING, State.OUT_OF_ORDER, State.DIRTY)

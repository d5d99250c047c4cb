"""Every row knows when it was made: missing times are filled from what is known, and then demanded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.errors import CheckViolation, NotNullViolation
from psycopg.sql import SQL, Identifier

from tests.migrations import reading
from tests.migrations.adding import add
from tests.migrations.applying import MENDING, apply, mending

if TYPE_CHECKING:
    from psycopg import Connection

EARLY, MIDDLE, LATE = "2025-11-01T01:00:00Z", "2025-11-02T02:00:00Z", "2025-11-03T03:00:00Z"
NOW = "now"
NONE: dict[str, Any] = {"created_at": None, "updated_at": None}
FILLED = {
    "of a user, from the change": ("users", {"created_at": None, "updated_at": LATE}, (LATE, LATE)),
    "of a user, from the making": ("users", {"created_at": EARLY, "updated_at": None}, (EARLY, EARLY)),
    "of a user, from nothing": ("users", NONE, (NOW, NOW)),
    "of a repository": ("repositories", {"created_at": EARLY, "updated_at": None}, (EARLY, EARLY)),
    "of an execution": (
        "agent_executions",
        NONE | {"started_at": EARLY, "completed_at": MIDDLE},
        (EARLY, MIDDLE),
    ),
    "of an execution that was changed": (
        "agent_executions",
        {"created_at": None, "updated_at": LATE, "started_at": MIDDLE},
        (MIDDLE, LATE),
    ),
    "of a workflow": ("workflows", {"created_at": None, "updated_at": MIDDLE}, (MIDDLE, MIDDLE)),
    "of a task": ("tasks", NONE | {"started_at": MIDDLE, "failed_at": LATE}, (MIDDLE, LATE)),
    "of a task that was cancelled": ("tasks", NONE | {"cancelled_at": EARLY}, (EARLY, EARLY)),
    "of an organization": ("organizations", NONE, (NOW, NOW)),
}
"""Table, what a row knew, and what it was then given as created_at and updated_at."""
TIMES = {
    "execution_logs": {"timestamp"},
    "websocket_connections": {"connected_at", "last_ping_at"},
    "sessions": {"created_at", "rotated_at"},
    "task_dependency_lock": set[str](),
}
"""Columns that tell when something was, where they are called otherwise."""


@pytest.mark.parametrize(("table", "known", "expected"), FILLED.values(), ids=FILLED.keys())
def test_a_missing_time_is_filled(
    reported: Connection, table: str, known: dict[str, Any], expected: tuple[str, str]
) -> None:
    row = add(reported, table, **known)
    reported.execute(mending("read missed").content)

    reported.execute(mending("fill").content)

    statement = "SELECT created_at = %s::timestamptz, updated_at = %s::timestamptz FROM {} WHERE id = %s"
    filled = reported.execute(SQL(statement).format(Identifier(table)), [*expected, row])
    assert filled.fetchall() == [(True, True)]


def test_a_line_of_a_log_gets_the_time_of_its_execution(reported: Connection) -> None:
    started = add(reported, "agent_executions", started_at=MIDDLE, created_at=EARLY)
    waiting = add(reported, "agent_executions", created_at=EARLY)
    for execution in (started, waiting, None):
        add(reported, "execution_logs", execution_id=execution, timestamp=None)

    reported.execute(mending("fill").content)

    rows = reported.execute(
        "SELECT count(*) FILTER (WHERE timestamp = %s), count(*) FILTER (WHERE timestamp = %s),"
        " count(*) FILTER (WHERE timestamp = now()) FROM execution_logs",
        [MIDDLE, EARLY],
    )
    assert rows.fetchall() == [(1, 1, 1)]


def test_rows_that_lack_nothing_are_not_touched(reported: Connection) -> None:
    """Nor is their table locked: nobody waits where there is nothing to do."""
    add(reported, "tasks")
    reported.execute(mending("read missed").content)
    locks = "SELECT mode FROM pg_locks WHERE relation = 'users'::regclass AND pid = pg_backend_pid()"
    updated = "SELECT sum(n_tup_upd) FROM pg_stat_xact_user_tables"
    before = reported.execute(updated).fetchall()

    reported.execute(mending("fill").content)

    assert before == reported.execute(updated).fetchall()
    assert {mode for (mode,) in reported.execute(locks)} <= {"AccessShareLock", "RowShareLock"}


def test_every_time_is_demanded_everywhere(mended: Connection) -> None:
    for table, columns in reading.columns(mended).items():
        times = TIMES.get(table, {"created_at", "updated_at"}) & set(columns)
        optional = {name for name, form in columns.items() if "now()" in form and "not null" not in form}

        assert set() == optional, table
        assert times or table == "task_dependency_lock", table
        demanded = "timestamptz not null default now()"
        assert dict.fromkeys(times, demanded) == {name: columns[name] for name in times}, table


def test_no_column_is_without_a_time_zone(mended: Connection) -> None:
    tables = reading.columns(mended)

    assert [] == [
        (table, name)
        for table, columns in tables.items()
        for name, form in columns.items()
        if form.startswith("timestamp ") or form == "timestamp"
    ]


def test_no_check_remains_that_has_served(mended: Connection) -> None:
    rows = mended.execute("SELECT conname FROM pg_constraint WHERE conname LIKE '%timestamps'")

    assert rows.fetchall() == []


def test_a_row_without_its_time_is_refused_as_soon_as_old_ones_are_filled(database_7: str) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        apply(connection, [mending("read missed"), mending("fill"), mending("check timestamps of new")])
        with pytest.raises(CheckViolation, match="tasks_timestamps"):
            add(connection, "tasks", created_at=None)

        apply(connection, [mending("check timestamps of old"), mending("require")])
        with pytest.raises(NotNullViolation, match="created_at"):
            add(connection, "tasks", created_at=None)


def test_a_row_that_slips_in_stops_the_validation_and_the_remedy_is_to_fill_again(database_7: str) -> None:
    until, rest = MENDING[:3], MENDING[3:]
    with psycopg.connect(database_7, autocommit=True) as connection:
        apply(connection, until)
        add(connection, "tasks", created_at=None)
        apply(connection, rest[:1])
        with pytest.raises(CheckViolation, match="tasks_timestamps"):
            apply(connection, rest[1:2])

        apply(connection, [mending("fill"), *rest[1:]])

        assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (1,)

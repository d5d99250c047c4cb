"""No task waits for itself, however many add dependencies at once and at whatever isolation level."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.errors import CheckViolation, SerializationFailure

from tests.migrations.adding import add

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from psycopg import Connection

LEVELS = {
    "read committed": IsolationLevel.READ_COMMITTED,
    "repeatable read": IsolationLevel.REPEATABLE_READ,
    "serializable": IsolationLevel.SERIALIZABLE,
}
PATIENCE = 10.0
"""Seconds to wait for another connection to be where it must be."""


def wait_for(connection: Connection, task: UUID, other: UUID) -> UUID:
    """Let a task wait for another."""
    return add(connection, "task_dependencies", task_id=task, depends_on_task_id=other)


def tasks(connection: Connection, number: int) -> list[UUID]:
    """Add so many tasks."""
    return [add(connection, "tasks") for _ in range(number)]


# One connection.


def test_a_task_does_not_wait_for_itself(mended: Connection) -> None:
    (task,) = tasks(mended, 1)

    with pytest.raises(CheckViolation, match="Circular dependency detected") as refused:
        wait_for(mended, task, task)

    diagnosis = refused.value.diag
    assert diagnosis.message_detail == f"Task {task} would wait for itself."
    assert (diagnosis.table_name, diagnosis.constraint_name) == ("task_dependencies", "prevent_task_cycles")


def test_a_task_does_not_wait_for_itself_even_where_triggers_are_off(mended: Connection) -> None:
    (task,) = tasks(mended, 1)
    mended.execute("ALTER TABLE task_dependencies DISABLE TRIGGER prevent_task_cycles")

    with pytest.raises(CheckViolation, match="task_dependencies_no_self"):
        wait_for(mended, task, task)


def test_a_long_circle_is_refused(mended: Connection) -> None:
    chain = tasks(mended, 20)
    for task, other in pairwise(chain):
        wait_for(mended, task, other)

    with pytest.raises(CheckViolation, match="Circular dependency detected"):
        wait_for(mended, chain[-1], chain[0])


def test_tasks_may_wait_for_the_same_one_along_two_ways(mended: Connection) -> None:
    first, left, right, last = tasks(mended, 4)
    for task, other in [(left, first), (right, first), (last, left), (last, right)]:
        wait_for(mended, task, other)

    ((number,),) = mended.execute("SELECT count(*) FROM task_dependencies")
    assert number == 4


def test_rows_of_one_statement_see_one_another(mended: Connection) -> None:
    first, second = tasks(mended, 2)

    with pytest.raises(CheckViolation, match="Circular dependency detected"):
        mended.execute(
            "INSERT INTO task_dependencies (task_id, depends_on_task_id) VALUES (%s, %s), (%s, %s)",
            [first, second, second, first],
        )


def test_a_dependency_can_be_turned_round(mended: Connection) -> None:
    first, second = tasks(mended, 2)
    dependency = wait_for(mended, first, second)

    mended.execute(
        "UPDATE task_dependencies SET id = gen_random_uuid(), task_id = %s, depends_on_task_id = %s"
        " WHERE id = %s",
        [second, first, dependency],
    )

    rows = mended.execute("SELECT task_id, depends_on_task_id FROM task_dependencies").fetchall()
    assert rows == [(second, first)]


def test_turning_a_dependency_round_may_close_no_circle(mended: Connection) -> None:
    first, second, third = tasks(mended, 3)
    dependency = wait_for(mended, first, second)
    wait_for(mended, second, third)
    wait_for(mended, first, third)

    with pytest.raises(CheckViolation, match="Circular dependency detected"):
        mended.execute(
            "UPDATE task_dependencies SET task_id = %s, depends_on_task_id = %s WHERE id = %s",
            [third, first, dependency],
        )


def test_adding_many_at_once_writes_the_lock_once(mended: Connection) -> None:
    """A row written over and over in one transaction would leave a version each time for all to step over."""
    written = (
        "SELECT n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'task_dependency_lock'"
    )
    hub, *others = tasks(mended, 50)
    ((before,),) = mended.execute(written)

    mended.execute(
        "INSERT INTO task_dependencies (task_id, depends_on_task_id) SELECT unnest(%s::uuid[]), %s",
        [others, hub],
    )

    assert mended.execute(written).fetchall() == [(before + 1,)]


# Two connections.


def blocked(watcher: Connection, pid: int) -> None:
    """Wait until a connection waits for another."""
    deadline = time.monotonic() + PATIENCE
    while watcher.execute("SELECT pg_blocking_pids(%s)", [pid]).fetchone() == ([],):
        assert time.monotonic() < deadline, "nobody waited"


def race(url: str, levels: tuple[IsolationLevel, IsolationLevel], end: Callable[[Connection], None]) -> None:
    """Close a circle of two from two connections; the first one ends with `end` while the second waits.

    Both have taken their snapshot before either writes, so that the second sees the first row only where
    its level shows it what is new.
    """
    with (
        psycopg.connect(url, autocommit=True) as watcher,
        psycopg.connect(url) as first,
        psycopg.connect(url) as second,
        ThreadPoolExecutor(1) as thread,
    ):
        one, other = tasks(watcher, 2)
        for connection, level in zip((first, second), levels, strict=True):
            connection.isolation_level = level
            connection.execute("SELECT FROM task_dependencies")
        wait_for(first, one, other)
        closing = thread.submit(wait_for, second, other, one)
        try:
            blocked(watcher, second.info.backend_pid)
        finally:
            end(first)
        closing.result(PATIENCE)
        second.commit()


@pytest.mark.parametrize("first", LEVELS)
@pytest.mark.parametrize("second", LEVELS)
def test_two_transactions_can_not_close_a_circle(database: str, first: str, second: str) -> None:
    """With a snapshot of before, the second can't know; it is told to repeat, and then it will.

    Once where nobody ever added a dependency, and once more where somebody has.
    """
    refusal = CheckViolation if second == "read committed" else SerializationFailure

    for _ in range(2):
        with pytest.raises(refusal):
            race(database, (LEVELS[first], LEVELS[second]), psycopg.Connection.commit)


def test_an_advisory_lock_would_not_do(database: str) -> None:
    """It makes the second wait as well, but does not tell it that its snapshot has become too old."""
    with psycopg.connect(database, autocommit=True) as connection:
        ((function,),) = connection.execute("SELECT pg_get_functiondef('check_task_cycle'::regproc)")
        weaker = re.sub(
            r"INSERT INTO task_dependency_lock.*?;",
            "PERFORM pg_advisory_xact_lock(1);",
            function,
            flags=re.DOTALL,
        )
        connection.execute(weaker)

        race(database, (LEVELS["repeatable read"],) * 2, psycopg.Connection.commit)

        ((circle,),) = connection.execute(
            "SELECT count(*) FROM task_dependencies AS one JOIN task_dependencies AS other"
            " ON one.task_id = other.depends_on_task_id AND other.task_id = one.depends_on_task_id"
        )
    assert circle == 2


def test_a_transaction_that_is_undone_leaves_the_way_to_others(database: str) -> None:
    race(database, (LEVELS["read committed"],) * 2, psycopg.Connection.rollback)


def test_two_transactions_could_close_a_circle_before(database_7: str) -> None:
    """The race above finds what it is there to find."""
    with psycopg.connect(database_7) as first, psycopg.connect(database_7) as second:
        one, other = tasks(first, 2)
        first.commit()
        wait_for(first, one, other)
        wait_for(second, other, one)
        first.commit()
        second.commit()

        assert first.execute("SELECT count(*) FROM task_dependencies").fetchone() == (2,)

"""A live table is neither rewritten nor read through while others wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from tests.migrations.applying import MENDING, mending
from tests.migrations.rows import add_ordinary

if TYPE_CHECKING:
    from psycopg import Connection

BLOCKING: Final = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
"""Modes under which nobody else writes; under the last nobody reads either."""
WAIVED: Final = {
    ("erase stored access tokens", "users"): (
        "every user's token is erased with the trigger of updated_at off, which takes a lock against writers;"
        " users are few, and readers go on"
    ),
}
SCANS: Final = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables"
LOCKED: Final = """
SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE pid = pg_backend_pid() AND mode = ANY (%s)
"""
FILES: Final = """
SELECT oid::regclass::text, relfilenode FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
"""


def files(connection: Connection) -> dict[str, int]:
    """Read in which file each table and index is; a rewrite makes a new one."""
    return dict(connection.execute(FILES).fetchall())


def rewritten(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """Name what is in another file than before."""
    return {name for name, file in after.items() if before.get(name, file) != file}


def read_through(connection: Connection, statements: bytes) -> set[str]:
    """Run statements in a transaction, and name what they read from end to end while others must wait.

    Nobody waits for a table that the statements themselves make.
    """
    there = files(connection)
    with connection.transaction():
        # What earlier transactions counted stays in this view until it is flushed, once in a while.
        before: dict[str, int] = dict(connection.execute(SCANS).fetchall())
        connection.execute(statements)
        scans = {name for name, number in connection.execute(SCANS) if number > before.get(name, 0)}
        locked = {name for (name,) in connection.execute(LOCKED, [BLOCKING])}
    return scans & locked & set(there)


def test_no_migration_makes_others_wait_while_it_reads_or_rewrites_a_table(database_7: str) -> None:
    found = set()
    with psycopg.connect(database_7, autocommit=True) as connection:
        add_ordinary(connection)
        for migration in MENDING:
            before = files(connection)
            if migration.no_transaction:
                connection.execute(migration.content)
            else:
                tables = read_through(connection, migration.content)
                found |= {(migration.description, table) for table in tables}

            assert set() == rewritten(before, files(connection)), migration.name

    assert set(WAIVED) == found


@pytest.mark.parametrize(
    ("statement", "reads", "rewrites"),
    [
        ("ALTER TABLE tasks ALTER COLUMN user_id SET NOT NULL", {"tasks"}, set()),
        ("CREATE INDEX one ON tasks (description)", {"tasks"}, set()),
        ("ALTER TABLE tasks ADD CHECK (name <> '')", {"tasks"}, set()),
        ("ALTER TABLE tasks ALTER COLUMN issue_number TYPE bigint", {"tasks"}, {"tasks"}),
        ("ALTER TABLE tasks ADD CHECK (name <> '') NOT VALID", set(), set()),
        ("UPDATE tasks SET description = name", set(), set()),
        (
            "ALTER TABLE tasks ADD FOREIGN KEY (execution_id) REFERENCES agent_executions NOT VALID",
            set(),
            set(),
        ),
        (
            "ALTER TABLE tasks ADD FOREIGN KEY (execution_id) REFERENCES agent_executions",
            {"tasks"},
            set(),
        ),
    ],
)
def test_what_makes_others_wait_is_found(
    reported: Connection, statement: str, reads: set[str], rewrites: set[str]
) -> None:
    add_ordinary(reported)
    before = files(reported)

    assert reads == read_through(reported, statement.encode())
    assert rewrites == rewritten(before, files(reported)) & {"tasks"}


def test_an_index_is_left_valid(mended: Connection) -> None:
    rows = mended.execute("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid OR NOT indisready")

    assert rows.fetchall() == []


def test_a_change_of_type_is_free_only_under_utc(reported: Connection) -> None:
    """Why the migration sets the zone: without, the same change rewrites the table."""
    reported.execute("SET LOCAL TimeZone = 'Asia/Tokyo'")
    before = files(reported)
    reported.execute("ALTER TABLE tasks ALTER COLUMN failed_at TYPE timestamptz")
    assert "tasks" in rewritten(before, files(reported))

    before = files(reported)
    reported.execute(mending("read missed").content)
    assert set() == rewritten(before, files(reported))

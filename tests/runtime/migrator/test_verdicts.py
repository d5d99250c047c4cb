"""A verdict says in plain words who waits for what, and how big it is."""

from __future__ import annotations

import pytest

from runtime.migrator.measuring import Effects, Lock
from runtime.migrator.scanner import split
from runtime.migrator.verdicts import Level, Size, Verdict, judge

SIZES = {
    "users": Size(1_234_567, 340 * 2**20, 12 * 2**20),
    "tasks": Size(None, 8192, 0),
    "logs": Size(3_400_000_000, 2**40, 0),
    "roles": Size(1, 1536, 0),
    "teams": Size(0, 0, 8192),
}
ALTER = "ALTER TABLE users"


def lock(relation: str, mode: str, table: str = "") -> Lock:
    """A lock on a table, or on an index of one."""
    return Lock(relation, f"{mode}Lock", table or relation)


def verdict(effects: Effects, statement: str = ALTER) -> Verdict:
    """Judge the effects of a statement."""
    return judge(split(statement)[0], effects, SIZES)


OWN = (lock("users", "AccessExclusive"),)
SHARE = (lock("users", "Share"),)


@pytest.mark.parametrize(
    ("effects", "sentence"),
    [
        (
            Effects(taken=OWN, held=OWN, rewritten=("users",), scanned=("users",)),
            "blocks reads and writes of users while it rewrites users (1.2 million rows, 352 MB)",
        ),
        (
            Effects(taken=SHARE, held=SHARE, scanned=("users",)),
            "blocks writes of users while it scans users (1.2 million rows, 340 MB)",
        ),
        (
            Effects(
                taken=(*SHARE, lock("users_key", "AccessExclusive", "users")),
                held=(*SHARE, lock("users_key", "AccessExclusive", "users")),
                rebuilt=("users_key",),
                rebuilt_of=("users",),
                scanned=("users",),
            ),
            (
                "blocks reads and writes of users "
                "while it rebuilds users_key of users (1.2 million rows, 352 MB)"
            ),
        ),
        (
            Effects(held=(*OWN, lock("tasks", "ShareRowExclusive")), scanned=("logs", "roles", "teams")),
            (
                "blocks reads and writes of users (locked by an earlier statement) "
                "and writes of tasks (locked by an earlier statement) "
                "while it scans logs (3.4 billion rows, 1.0 TB), roles (1 row, 1.5 kB) and teams (empty)"
            ),
        ),
        (
            Effects(taken=OWN, held=OWN, checked=(("tasks", "users"),), scanned=("tasks",)),
            (
                "blocks reads and writes of users "
                "while it checks tasks (rows not counted yet, 8.0 kB) against users"
            ),
        ),
    ],
    ids=["rewrite", "scan", "index", "earlier locks", "foreign key"],
)
def test_who_waits_for_a_table_to_be_read_is_told(effects: Effects, sentence: str) -> None:
    assert Verdict(Level.BLOCKS, sentence) == verdict(effects)


def test_more_than_three_are_counted() -> None:
    locks = tuple(lock(f"t{number}", "AccessExclusive") for number in range(1, 6))
    effects = Effects(taken=locks, held=locks, scanned=("t1",))

    assert "blocks reads and writes of t1, t2, t3 and 2 more while it scans t1" == verdict(effects).sentence


@pytest.mark.parametrize(
    ("effects", "statement", "expected"),
    [
        (Effects(taken=OWN, held=OWN), ALTER, "short: no scan, no rewrite"),
        (Effects(held=OWN), ALTER, "short: no scan, no rewrite, under locks from before"),
        (
            Effects(held=OWN, looked_up=("users",)),
            "UPDATE users SET a = 1 WHERE id = 1",
            "short: no scan, no rewrite, if few rows of users change, under locks from before",
        ),
        (
            Effects(taken=OWN, held=OWN, dropped=("users",)),
            "DROP TABLE users",
            "short: no scan, no rewrite, drops users (1.2 million rows, 340 MB)",
        ),
        (
            Effects(taken=OWN, held=OWN, emptied=("users",)),
            "TRUNCATE users",
            "short: no scan, no rewrite, empties users (1.2 million rows, 340 MB)",
        ),
    ],
    ids=["alone", "held", "few rows", "drop", "truncate"],
)
def test_a_lock_without_work_is_short(effects: Effects, statement: str, expected: str) -> None:
    assert Verdict(Level.SHORT, expected) == verdict(effects, statement)


def test_changed_rows_are_told_from_blocked_tables() -> None:
    taken = (lock("users", "RowExclusive"),)
    effects = Effects(taken=taken, held=taken, scanned=("users",))

    assert Verdict(
        Level.ROWS,
        "does not block; scans users (1.2 million rows, 340 MB) while others go on; "
        "locks the rows that it changes in users until the end",
    ) == verdict(effects, "UPDATE users SET a = 1")


def test_what_is_done_concurrently_waits_for_others() -> None:
    taken = (lock("users", "ShareUpdateExclusive"),)
    effects = Effects(taken=taken, held=taken, scanned=("users",))

    assert Verdict(
        Level.NONE, "does not block, and waits until every older transaction has ended"
    ) == verdict(effects, "CREATE INDEX CONCURRENTLY ON users (id)")


def test_a_materialized_view_is_written_by_its_refresh_alone() -> None:
    taken = (Lock("totals", "ExclusiveLock", "totals", is_derived=True),)
    effects = Effects(taken=taken, held=taken, scanned=("totals",))

    assert Level.NONE == verdict(effects, "REFRESH MATERIALIZED VIEW CONCURRENTLY totals").level

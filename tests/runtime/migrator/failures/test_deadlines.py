"""A run that has an end, as in a function, keeps it: whatever runs then is cancelled and told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from runtime.migrator.errors import LockHeld, MigrationFailed
from runtime.migrator.lock import OWN_KEY
from runtime.migrator.runner import RESERVE
from tests.runtime.migrator.failures.means import ledger, session, tables, up, write

if TYPE_CHECKING:
    from pathlib import Path

OVER = "since the time of this run is over"


def soon(seconds: float = 0.7) -> float:
    """A deadline before which so many seconds may be used."""
    return time.monotonic() + RESERVE + seconds


@pytest.mark.parametrize(
    "text",
    ["SELECT pg_sleep(0.3);" * 200, "SET statement_timeout = 0; SELECT pg_sleep(60);"],
    ids=["many statements", "a timeout of its own"],
)
def test_a_migration_that_would_overrun_is_cancelled_and_rolled_back(
    database: str, tmp_path: Path, text: str
) -> None:
    folder = write(tmp_path / "migrations", {"1_slow.sql": f"CREATE TABLE slow (); {text}"})
    start = time.monotonic()

    with pytest.raises(MigrationFailed, match=OVER):
        up(database, folder, deadline=soon())

    assert time.monotonic() - start < RESERVE
    assert ([], []) == (ledger(database), tables(database))


def test_nobody_is_waited_for_beyond_the_end(database: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "migrations", {"1_a.sql": "SELECT 1"})

    with session(database) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])
        with pytest.raises(LockHeld):
            up(database, folder, deadline=soon(), lock_wait=60)


def test_nothing_is_tried_again_beyond_the_end(database: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "migrations", {"1_busy.sql": "ALTER TABLE busy ADD COLUMN more int"})

    with session(database) as reader:
        reader.execute("CREATE TABLE busy ()")
        reader.execute("BEGIN; SELECT FROM busy")
        start = time.monotonic()
        with pytest.raises(MigrationFailed, match=r"lock timeout|time of this run"):
            up(database, folder, deadline=soon(), lock_timeout=0.3, attempts=100)

    assert time.monotonic() - start < RESERVE

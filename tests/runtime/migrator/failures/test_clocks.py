"""What clocks say differs: durations come from one that only runs forward, moments from the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import Heard, ask, up
from tests.runtime.migrator.failures.means_here import put

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here

THREE: Final = {f"{number}_t{number}.sql": f"CREATE TABLE t{number} (id int);\n" for number in (1, 2, 3)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations."""
    return put(tmp_path / "migrations", THREE)


def test_a_version_that_lies_in_the_future_is_warned_of(here: Here, database: str, tmp_path: Path) -> None:
    """Case 46: a version is a moment by somebody's clock; one that is yet to come is told, and applied."""
    now = datetime.now(UTC)
    early, late = ((now + timedelta(days=days)).strftime("%Y%m%d%H%M%S") for days in (-2, 2))
    folder = put(
        tmp_path / "migrations",
        {f"{early}_early.sql": "", f"{late}_late.sql": "", "99999999999999_no_moment.sql": ""},
    )

    planned = here(database, folder, "plan")
    applied = here(database, folder, "up")

    warning = f"warning: by the database's clock, version {late} lies in the future"
    assert warning in planned.out
    assert warning in applied.err
    assert early not in "".join(line for line in applied.err.splitlines() if "future" in line)
    assert Exit.DONE == applied.code


def test_a_clock_that_jumps_does_not_reach_the_ledger(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 46: durations are those of a clock that only runs forward, moments those of the server."""
    years = iter(range(3_000_000_000, 0, -40_000_000))  # the wall clock goes back a year with each look
    monkeypatch.setattr("time.time", lambda: float(next(years)))
    monkeypatch.setattr("time.time_ns", lambda: next(years) * 10**9)

    result = up(database, folder, Heard())

    monkeypatch.undo()
    took = [nanoseconds for (nanoseconds,) in ask(database, "SELECT execution_time FROM _sqlx_migrations")]
    assert all(0 < nanoseconds < 60e9 for nanoseconds in [*took, result.nanoseconds])
    assert [(True,)] == ask(
        database, "SELECT bool_and(now() - installed_on < interval '1 minute') FROM _sqlx_migrations"
    )

"""Files beside ledger: each version has one state, and what does not fit is refused with every name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.migrator.errors import DatabaseError, Dirty, Edited, Missing, OutOfOrder, VersionUnknown
from runtime.migrator.files import Migration, Migrations
from runtime.migrator.ledger import Row
from runtime.migrator.planning import Plan, State, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable

WHEN = datetime(2025, 11, 26, tzinfo=UTC)


def migration(version: int, content: bytes = b"SELECT 1") -> Migration:
    """Make a file in memory."""
    return Migration(version, "a", Path(f"{version}_a.sql"), content)


def row(version: int, *, success: bool = True, content: bytes = b"SELECT 1", time: int = 1) -> Row:
    """Make a row of the ledger, of a file with this content."""
    return Row(version, "a", WHEN, success, migration(version, content).checksum, time)


def plan_of(files: Iterable[Migration], rows: Iterable[Row]) -> Plan:
    """Lay them out."""
    return lay_out(Migrations(Path(), tuple(files), {}), {row.version: row for row in rows})


def require(plan: Plan, *, ignore_missing: bool = False, strict: bool = False, resume: bool = False) -> None:
    """Require it to be sound."""
    plan.require_sound(
        explain=lambda *_: ("why", True),
        statements=lambda _: 3,
        ignore_missing=ignore_missing,
        strict=strict,
        resume=resume,
    )


def test_each_version_has_one_state() -> None:
    plan = plan_of(
        [migration(1), migration(2), migration(3), migration(4, b"new"), migration(6)],
        [row(1), row(3, success=False), row(4), row(5)],
    )

    assert [
        (1, State.APPLIED),
        (2, State.OUT_OF_ORDER),
        (3, State.DIRTY),
        (4, State.EDITED),
        (5, State.MISSING),
        (6, State.PENDING),
    ] == [(step.version, step.state) for step in plan.steps]


@pytest.mark.parametrize(
    ("files", "rows", "error", "names"),
    [
        ([migration(1)], [row(1, success=False, time=-3)], Dirty, ["migration 1", "after 2 of 3 statements"]),
        (
            [migration(1, b"x"), migration(2, b"y")],
            [row(1), row(2)],
            Edited,
            ["1_a.sql", "2_a.sql", "why\nwhy"],
        ),
        ([], [row(1), row(2)], Missing, ["1, 2"]),
    ],
)
def test_what_does_not_fit_is_refused_with_every_name(
    files: list[Migration], rows: list[Row], error: type[DatabaseError], names: list[str]
) -> None:
    with pytest.raises(error) as refused:
        require(plan_of(files, rows))

    assert [] == [name for name in names if name not in str(refused.value)]


def test_missing_files_may_be_ignored() -> None:
    require(plan_of([migration(2)], [row(1)]), ignore_missing=True)


def test_late_migrations_are_refused_by_the_strict_alone() -> None:
    plan = plan_of([migration(1), migration(2)], [row(2)])
    require(plan)

    with pytest.raises(OutOfOrder, match="older than the applied 2: 1;"):
        require(plan, strict=True)


@pytest.mark.parametrize(
    ("content", "resumes"),
    [(b"-- no-transaction\nSELECT 1", True), (b"-- no-transaction\nSELECT 2", False), (b"SELECT 1", False)],
    ids=["as begun", "edited since", "in a transaction"],
)
def test_only_what_was_begun_as_it_stands_is_resumed(content: bytes, resumes: bool) -> None:  # noqa: FBT001
    begun = content if content == b"SELECT 1" else b"-- no-transaction\nSELECT 1"
    plan = plan_of([migration(1, content)], [row(1, success=False, content=begun, time=-1)])

    if resumes:
        require(plan, resume=True)
    else:
        with pytest.raises(Dirty):
            require(plan, resume=True)


def test_a_target_must_be_a_files_version() -> None:
    plan = plan_of([migration(1), migration(2), migration(3)], [row(1)])

    assert [1, 2] == [step.version for step in plan.until(2).steps]
    with pytest.raises(VersionUnknown, match="the last one is 3"):
        plan.until(4)


@given(
    files=st.sets(st.integers(0, 12)), applied=st.sets(st.integers(0, 12)), dirty=st.sets(st.integers(0, 12))
)
def test_every_version_is_laid_out_once_and_what_is_pending_has_no_row(
    files: set[int], applied: set[int], dirty: set[int]
) -> None:
    rows = [row(version, success=version not in dirty) for version in applied | dirty]
    plan = plan_of(map(migration, sorted(files)), rows)

    assert sorted(files | applied | dirty) == [step.version for step in plan.steps]
    assert sorted(files - applied - dirty) == [pending.version for pending in plan.pending]

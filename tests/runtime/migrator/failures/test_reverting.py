"""A migration is taken back by its own script, whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import held_locks, ledger, tables, up
from tests.runtime.migrator.failures.means_here import put

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here

THREE: Final = {f"{number}_t{number}.sql": f"CREATE TABLE t{number} (id int);\n" for number in (1, 2, 3)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations."""
    return put(tmp_path / "migrations", THREE)


def test_a_migration_without_a_down_file_is_not_reverted(here: Here, database: str, folder: Path) -> None:
    """Case 55: without a down file there is no way back but a new migration."""
    up(database, folder)

    answer = here(database, folder, "revert", "--yes")

    assert Exit.DATABASE_REFUSED == answer.code
    assert (
        "migration 3 can't be reverted: 3_t3.sql has no .down.sql beside it; "
        "write a new migration that undoes it"
    ) == answer.sentence
    assert [(1, True), (2, True), (3, True)] == ledger(database)


def test_a_migration_that_has_changed_is_not_reverted(here: Here, database: str, folder: Path) -> None:
    """Case 55: what would take back a file that has changed is unknown."""
    put(folder, {"3_t3.down.sql": "DROP TABLE t3;"})
    up(database, folder)
    put(folder, {"3_t3.sql": "CREATE TABLE t3 (id bigint);\n"})

    answer = here(database, folder, "revert", "--yes")

    assert Exit.DATABASE_REFUSED == answer.code
    assert "migration 3 can't be reverted: 3_t3.sql has changed since it was applied" in answer.sentence
    assert "t3" in tables(database)
    assert (3, True) in ledger(database)


@pytest.mark.parametrize(
    ("down", "code", "left"),
    [
        ("DROP TABLE t3;", Exit.DONE, ["t1", "t2"]),
        ("DROP TABLE t3;\nSELECT 1 / 0;", Exit.DATABASE_REFUSED, ["t1", "t2", "t3"]),
        ("DROP TABLE t3;\nCOMMIT;", Exit.DATABASE_REFUSED, ["t1", "t2", "t3"]),
    ],
    ids=["good", "fails", "commits"],
)
def test_a_row_goes_only_with_what_it_stands_for(
    here: Here, database: str, folder: Path, down: str, code: Exit, left: list[str]
) -> None:
    """Case 55: the down script and the deletion of the row are one transaction."""
    put(folder, {"3_t3.down.sql": down})
    up(database, folder)

    answer = here(database, folder, "revert", "--yes")

    assert code == answer.code
    assert left == tables(database)
    assert [(int(name.removeprefix("t")), True) for name in left] == ledger(database)
    assert [] == held_locks(database)

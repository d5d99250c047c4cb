"""A ledger that is unfinished, or is no ledger of ours, stops a run before it changes anything."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from runtime.migrator.lock import OWN_KEY
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import (
    Background,
    Heard,
    ask,
    held_locks,
    ledger,
    session,
    tables,
    until,
    up,
)
from tests.runtime.migrator.failures.means_here import put
from tests.runtime.migrator.failures.means_sqlx import run_command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here

THREE: Final = {f"{number}_t{number}.sql": f"CREATE TABLE t{number} (id int);\n" for number in (1, 2, 3)}
SQLX: Final = """
CREATE TABLE {name} (
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL
)"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations."""
    return put(tmp_path / "migrations", THREE)


@pytest.mark.parametrize("execution_time", [-1, 0, 5_000_000, -7])
def test_a_row_of_another_tool_that_is_not_successful_is_refused(
    here: Here, database: str, folder: Path, execution_time: int
) -> None:
    """Case 50: a dirty row from outside is refused until somebody says what is true of it."""
    up(database, folder, target=2)
    with session(database) as connection:
        connection.execute(
            "UPDATE _sqlx_migrations SET success = false, execution_time = %s WHERE version = 2",
            [execution_time],
        )

    refused = [here(database, folder, *words) for words in (["up"], ["up", "--resume"], ["plan"], ["verify"])]
    shown = here(database, folder, "status")
    nobody = here(database, folder, "repair", "2", "--applied")
    both = here(database, folder, "repair", "2", "--applied", "--rolled-back", "--yes")
    other = here(database, folder, "repair", "1", "--applied", "--yes")
    still = ledger(database)
    resolved = here(database, folder, "repair", "2", "--applied", "--yes")

    for answer in refused:
        assert Exit.DATABASE_REFUSED == answer.code
        assert answer.sentence.startswith("migration 2 was begun and not finished")
        assert "`miyabi migrate repair 2` with --applied or --rolled-back" in answer.sentence
        assert "--resume" not in answer.sentence
        assert "after -" not in answer.sentence
    assert Exit.DONE == shown.code
    assert "unfinished" in shown.out
    assert [Exit.WRONG_INPUT, Exit.WRONG_INPUT, Exit.DATABASE_REFUSED] == [nobody.code, both.code, other.code]
    assert [(1, True), (2, False)] == still
    assert Exit.DONE == resolved.code
    assert Exit.DONE == here(database, folder, "up").code
    assert [(1, True), (2, True), (3, True)] == ledger(database)
    assert [] == held_locks(database)


def test_a_count_that_the_file_can_not_have_is_not_resumed(here: Here, database: str, tmp_path: Path) -> None:
    """Case 50: a row that counts more statements than the file has is not ours, and not resumed."""
    folder = put(tmp_path / "migrations", {"1_t.sql": "-- no-transaction\nCREATE TABLE t ();\nANALYZE t;\n"})
    up(database, folder)
    with session(database) as connection:
        connection.execute("UPDATE _sqlx_migrations SET success = false, execution_time = -9")

    answer = here(database, folder, "up", "--resume")

    assert Exit.DATABASE_REFUSED == answer.code
    assert [(1, False)] == ledger(database)


SHAPES: Final = {
    "a column missing": (
        "ALTER TABLE _sqlx_migrations DROP COLUMN checksum",
        "its column checksum is missing",
    ),
    "a column of another type": (
        "ALTER TABLE _sqlx_migrations ALTER COLUMN version TYPE text",
        "its column version is of type text, not bigint",
    ),
    "a column that must be filled": (
        "ALTER TABLE _sqlx_migrations ADD COLUMN tenant text NOT NULL",
        "its column tenant must be filled, and nobody would",
    ),
    "no key": (
        "ALTER TABLE _sqlx_migrations DROP CONSTRAINT _sqlx_migrations_pkey",
        "its column version is no key",
    ),
    "a view": (
        "ALTER TABLE _sqlx_migrations RENAME TO hidden; CREATE VIEW _sqlx_migrations AS SELECT * FROM hidden",
        "is no table",
    ),
    "another tool's": (
        "DROP TABLE _sqlx_migrations; CREATE TABLE _sqlx_migrations (id int, name text, at timestamptz)",
        "its column version is missing, not bigint",
    ),
}


@pytest.mark.parametrize(("change", "found"), SHAPES.values(), ids=SHAPES)
def test_a_ledger_of_another_shape_is_refused(
    here: Here, database: str, folder: Path, change: str, found: str
) -> None:
    """Case 51: a table of that name with another shape is refused, with what was found."""
    with session(database) as connection:
        connection.execute(SQLX.format(name="_sqlx_migrations").encode())
        connection.execute(change.encode())

    answers = [here(database, folder, action) for action in ("up", "status")]

    for answer in answers:
        assert Exit.DATABASE_REFUSED == answer.code
        assert answer.sentence.startswith("the ledger _sqlx_migrations in schema public ")
        assert found in answer.sentence
    assert not {"t1", "t2", "t3"} & set(tables(database))
    assert [] == held_locks(database)


def test_a_ledger_with_more_columns_is_used(database: str, folder: Path) -> None:
    """Case 51: a further column that need not be filled is nobody's business, as for sqlx."""
    with session(database) as connection:
        connection.execute(SQLX.format(name="_sqlx_migrations").encode())
        connection.execute(
            "ALTER TABLE _sqlx_migrations ADD COLUMN note text, ADD COLUMN by text DEFAULT user"
        )

    up(database, folder)

    assert [(1, True), (2, True), (3, True)] == ledger(database)


def test_a_ledger_that_takes_no_row_is_told_as_that(here: Here, database: str, folder: Path) -> None:
    """Case 51: what the ledger refuses is not blamed on a statement of the file."""
    with session(database) as connection:
        connection.execute(SQLX.format(name="_sqlx_migrations").encode())
        connection.execute("ALTER TABLE _sqlx_migrations ADD CHECK (version > 100)")

    answer = here(database, folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert answer.sentence.startswith("the ledger _sqlx_migrations does not take the row of migration 1: ")
    assert "violates check constraint" in answer.sentence
    assert ([], []) == (ledger(database), tables(database))


def test_a_ledger_in_another_schema_is_refused(here: Here, database: str, folder: Path) -> None:
    """Case 51: a ledger that the search path does not reach is told of, and no second one is made."""
    with session(database) as connection:
        connection.execute("CREATE SCHEMA app")
        connection.execute(SQLX.format(name="app._sqlx_migrations").encode())

    refused = here(database, folder, "up")
    reached = here(f"{database}&options=-csearch_path%3Dapp", folder, "up")

    assert Exit.DATABASE_REFUSED == refused.code
    assert (
        "the ledger _sqlx_migrations is in schema app, which is not on the search path; "
        "connect with a search path that holds it"
    ) == refused.sentence
    assert Exit.DONE == reached.code
    assert [(3,)] == ask(database, "SELECT count(*) FROM app._sqlx_migrations")
    assert [] == ledger(database)


def test_two_ledgers_on_the_search_path_are_refused(here: Here, database: str, folder: Path) -> None:
    """Case 51: with two ledgers in reach it is not for us to choose."""
    with session(database) as connection:
        connection.execute("CREATE SCHEMA app")
        for name in ("app._sqlx_migrations", "public._sqlx_migrations"):
            connection.execute(SQLX.format(name=name).encode())

    answer = here(f"{database}&options=-csearch_path%3Dapp,public", folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert (
        "the ledger _sqlx_migrations is there twice, in app and public, and both are on the search path; "
        "set a search path with one of them"
    ) == answer.sentence
    assert ([], []) == (ledger(database), tables(database))


def test_a_search_path_that_leads_nowhere_is_refused(here: Here, database: str, folder: Path) -> None:
    """Case 51: where no schema is reached, there is no place for a ledger."""
    answer = here(f"{database}&options=-csearch_path%3Dnowhere", folder, "status")

    assert Exit.DATABASE_REFUSED == answer.code
    assert "has no place: the search path names no schema that exists" in answer.sentence


def test_a_ledger_that_another_run_has_made_meanwhile_is_read(database: str, folder: Path) -> None:
    """Case 6: who waits for the lock of a database without a ledger finds the one of the run before."""
    heard = Heard()
    with session(database) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])
        run = Background(partial(up, database, folder, heard))
        until(lambda: heard.sentences, "it waits for the lock")
        run_command(connection, folder)

    assert () == run.result().applied
    assert [(1, True), (2, True), (3, True)] == ledger(database)


def test_a_file_that_drops_the_ledger_is_taken_back(here: Here, database: str, folder: Path) -> None:
    """Case 51: a ledger that goes away while its row is written takes the migration with it."""
    up(database, folder)
    put(folder, {"4_drop.sql": "DROP TABLE _sqlx_migrations;"})

    dropped = here(database, folder, "up")
    put(folder, {"4_drop.sql": "DROP TABLE _sqlx_migrations;\nCOMMIT;"})
    gone = here(database, folder, "up")

    assert Exit.DATABASE_REFUSED == dropped.code
    assert "(42P01); it was rolled back" in dropped.err
    assert Exit.DATABASE_REFUSED == gone.code
    assert "Traceback" not in gone.err
    assert ["t1", "t2", "t3"] == tables(database)

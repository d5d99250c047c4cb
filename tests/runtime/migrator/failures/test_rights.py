"""A user who lacks a right is told which one, before anything is run; to look needs SELECT alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import held_locks, ledger, session, tables, up
from tests.runtime.migrator.failures.means_here import name_of, put, user_of, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here
    from twin.postgres import Server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations."""
    return put(
        tmp_path / "migrations",
        {"1_first.sql": "CREATE TABLE first ()", "2_second.sql": "CREATE TABLE second ()"},
    )


@pytest.fixture
def guest(postgres: Server, database: str) -> Iterator[str]:
    """The URL of a user who may connect, and nothing else."""
    with visitor(postgres, name_of(database)) as url:
        yield url


def grant(database: str, guest: str, right: str) -> None:
    """Give the guest a right, as the owner of the schema."""
    with session(database) as connection:
        connection.execute(sql.SQL(f"GRANT {right} TO {{}}").format(sql.Identifier(user_of(guest))))


def refused(guest: str, right: str, thing: str) -> str:
    """The sentence that tells of a missing right."""
    return (
        f"user {user_of(guest)} lacks {right} on {thing}; let its owner grant it, "
        "or connect as the owner of the schema"
    )


def test_status_needs_to_select_and_nothing_else(here: Here, database: str, guest: str, folder: Path) -> None:
    """Case 43: who may read the ledger may look; sqlx wants to create a table for that."""
    up(database, folder, target=1)
    grant(database, guest, "SELECT ON _sqlx_migrations")

    codes = {action: here(guest, folder, action).code for action in ("status", "plan", "verify")}

    assert {"status": Exit.DONE, "plan": Exit.CHANGES, "verify": Exit.DONE} == codes


def test_a_database_without_a_ledger_can_be_looked_at_by_anybody(
    here: Here, guest: str, folder: Path
) -> None:
    """Case 43: where nothing is applied there is nothing to read, and nothing is created for that."""
    answer = here(guest, folder, "status")

    assert Exit.DONE == answer.code
    assert "2 pending" in answer.out


def test_a_ledger_that_may_not_be_read_is_told(here: Here, database: str, guest: str, folder: Path) -> None:
    """Case 43: no SELECT on the ledger: one sentence, whatever is asked."""
    up(database, folder, target=1)

    for action in ("status", "plan", "verify"):
        answer = here(guest, folder, action)
        assert Exit.NO_ACCESS == answer.code
        assert refused(guest, "SELECT", "public._sqlx_migrations") == answer.sentence


def test_a_run_names_the_right_that_is_missing_before_it_begins(
    here: Here, database: str, guest: str, folder: Path
) -> None:
    """Case 43: `up` names what is missing, one after the other, and has run nothing until all is there."""
    up(database, folder, target=1)
    table = "public._sqlx_migrations"
    steps = [
        (refused(guest, "CREATE", "schema public"), "CREATE ON SCHEMA public"),
        (refused(guest, "SELECT, INSERT, UPDATE and DELETE", table), "SELECT ON _sqlx_migrations"),
        (refused(guest, "INSERT, UPDATE and DELETE", table), "INSERT, UPDATE ON _sqlx_migrations"),
        (refused(guest, "DELETE", table), "DELETE ON _sqlx_migrations"),
    ]

    for sentence, right in steps:
        answer = here(guest, folder, "up")
        assert Exit.NO_ACCESS == answer.code
        assert sentence == answer.sentence
        assert ["first"] == tables(database)
        grant(database, guest, right)

    assert Exit.DONE == here(guest, folder, "up").code
    assert [(1, True), (2, True)] == ledger(database)
    assert [] == held_locks(database)


def test_a_schema_that_may_not_be_used_is_told(here: Here, database: str, guest: str, folder: Path) -> None:
    """Case 43: without USAGE the schema is as good as missing: the right is told, not the search path."""
    with session(database) as connection:
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")

    before = here(guest, folder, "status")
    up(database, folder)
    after = here(guest, folder, "status")

    for answer in (before, after):
        assert Exit.NO_ACCESS == answer.code
        assert refused(guest, "USAGE", "schema public") == answer.sentence


def test_a_migration_that_needs_more_rights_is_told_with_its_place(
    here: Here, database: str, guest: str, folder: Path
) -> None:
    """Case 43: what a file wants beyond the schema only the server knows; it is rolled back and told."""
    grant(database, guest, "CREATE ON SCHEMA public")
    put(folder, {"2_second.sql": "CREATE TABLE second ();\nCREATE SCHEMA more;\n"})

    answer = here(guest, folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert f"{folder / '2_second.sql'}:2:1: permission denied for database" in answer.err
    assert "(42501); it was rolled back" in answer.err
    assert [(1, True)] == ledger(guest)

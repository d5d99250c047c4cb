"""`verify --schema` tells in what a live schema differs from the one that the applied files make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.migrator.comparing import AcceptedNothing
from runtime.migrator.errors import Edited, ReadOnly
from runtime.migrator.roles import ensure_group
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ask, session, up
from tests.runtime.migrator.failures.means_here import Here
from tests.runtime.migrator.folders import folder, tables
from tests.runtime.migrator.reported import FOLDER, differences, perform_on, rows, scratch_databases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twin.postgres import Server


@pytest.fixture(scope="module")
def template(postgres: Server) -> Iterator[str]:
    """A database with every migration, to copy."""
    name = postgres.create_database()
    with session(postgres.url(name)) as connection:
        ensure_group(connection)
    up(postgres.url(name), FOLDER)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def live(postgres: Server, template: str) -> Iterator[str]:
    """The URL of a database with every migration."""
    name = postgres.create_database(template=template)
    yield postgres.url(name)
    postgres.drop_database(name)


def change(url: str, statement: str) -> None:
    """Run a statement past the migrations."""
    with session(url) as connection:
        connection.execute(statement.encode())


def test_after_all_migrations_nothing_differs_grants_included(live: str) -> None:
    before = rows(live)

    answer = perform_on(live, "verify", schema=True)

    assert [] == differences(answer, "schema")
    assert (20, 3) == (answer["schema"]["objects"]["table"], answer["schema"]["objects"]["view"])
    assert before == rows(live)
    assert [] == scratch_databases(live)


ALTERATIONS = {
    "ALTER TABLE execution_logs ALTER message TYPE varchar(500)": (
        "column execution_logs.message, type: expected text, found character varying(500)"
    ),
    "ALTER TABLE tasks ALTER status SET DEFAULT 'done'": (
        "column tasks.status, default: expected 'pending'::character varying, found 'done'::character varying"
    ),
    "ALTER TABLE organizations ALTER name DROP NOT NULL": (
        "column organizations.name: expected not null, found nullable"
    ),
    "DROP INDEX idx_workflows_user_id": "index idx_workflows_user_id: missing",
    "CREATE TABLE extra (id int, name text UNIQUE)": "table extra: unexpected",
    "ALTER TABLE users ADD spare int": "column users.spare: unexpected",
    "DROP TRIGGER update_users_updated_at ON users": "trigger users.update_users_updated_at: missing",
    "GRANT DELETE ON users TO miyabi_api": (
        "table users, granted to miyabi_api: expected insert, select, update, "
        "found delete, insert, select, update"
    ),
    "REVOKE SELECT ON permissions FROM miyabi_api": (
        "table permissions, granted to miyabi_api: expected select, found none"
    ),
    "CREATE OR REPLACE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql "
    "AS 'BEGIN RETURN NEW; END'": (
        'function update_updated_at_column(), body from line 1: expected "", found BEGIN RETURN NEW; END'
    ),
}


def test_what_was_altered_past_the_migrations_is_one_difference_each(live: str) -> None:
    for statement in ALTERATIONS:
        change(live, statement)

    assert sorted(ALTERATIONS.values()) == sorted(
        differences(perform_on(live, "verify", schema=True), "schema")
    )


def test_rows_are_not_compared(database: str, tmp_path: Path) -> None:
    files = tables(tmp_path, 1)
    up(database, files.folder)
    change(database, "INSERT INTO t1 VALUES (1)")

    assert [] == differences(perform_on(database, "verify", files, schema=True), "schema")


def test_a_difference_that_is_known_can_be_accepted_until_it_is_gone(database: str, tmp_path: Path) -> None:
    files = tables(tmp_path, 1)
    up(database, files.folder)
    change(database, "CREATE INDEX extra ON t1 (id)")

    answer = perform_on(database, "verify", files, schema=True, accept=["index extra"])

    assert [True] == [each["accepted"] for each in answer["schema"]["differences"]]
    change(database, "DROP INDEX extra")
    with pytest.raises(AcceptedNothing):
        perform_on(database, "verify", files, schema=True, accept=["index extra"])


def test_files_are_verified_first(database: str, tmp_path: Path) -> None:
    up(database, tables(tmp_path, 1).folder)
    files = folder(tmp_path, {"1_make_t1.sql": "CREATE TABLE t1 (id int);"})

    with pytest.raises(Edited):
        perform_on(database, "verify", files, schema=True)


def test_what_is_pending_is_no_difference(database: str, tmp_path: Path) -> None:
    files = tables(tmp_path, 3)
    up(database, files.folder, target=1)

    answer = perform_on(database, "verify", files, schema=True)

    assert ([], 1) == (differences(answer, "schema"), answer["schema"]["until"])


def test_an_empty_database_has_no_schema_to_compare(database: str, tmp_path: Path) -> None:
    answer = perform_on(database, "verify", tables(tmp_path, 1), schema=True)

    assert answer["schema"] is None


def test_files_that_go_to_a_schema_of_the_search_path_are_compared_there(
    database: str, tmp_path: Path
) -> None:
    files = tables(tmp_path, 1)
    name = ask(database, "SELECT current_database()")[0][0]
    change(database, f'CREATE SCHEMA app; ALTER DATABASE {name} SET search_path = "$user", app, public')
    up(database, files.folder)
    change(database, "ALTER TABLE t1 ADD spare int; CREATE SCHEMA other; CREATE TABLE other.t2 ()")

    answer = perform_on(database, "verify", files, schema=True)

    assert ["column app.t1.spare: unexpected"] == differences(answer, "schema")
    assert ["other"] == answer["schema"]["left_out"]


def test_a_session_that_may_not_write_can_make_no_scratch_database(database: str, tmp_path: Path) -> None:
    files = tables(tmp_path, 1)
    up(database, files.folder)
    name = ask(database, "SELECT current_database()")[0][0]
    change(database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    with pytest.raises(ReadOnly):
        perform_on(database, "verify", files, schema=True)


def test_the_command_exits_9_where_something_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: str, tmp_path: Path
) -> None:
    here = Here(monkeypatch, capsys)
    up(database, tables(tmp_path, 1).folder)

    sound = here(database, tmp_path, "verify", "--schema")
    change(database, "CREATE TABLE extra ()")
    altered = here(database, tmp_path, "verify", "--schema")

    assert (Exit.DONE, "the schema is the one of the files") == (sound.code, sound.out.splitlines()[-1])
    assert Exit.DATABASE_REFUSED == altered.code
    assert "  shape  table extra: unexpected" == altered.out.splitlines()[-1]

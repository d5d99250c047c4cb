"""Odd servers, roles and neighbours: what stands around a run must not spoil it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from runtime.migrator.errors import Dirty, MigrationFailed, NothingRecorded
from runtime.migrator.indexes import invalid
from tests.runtime.migrator.failures import means_sqlx as sqlx
from tests.runtime.migrator.failures.means import (
    Background,
    Heard,
    ask,
    ledger,
    session,
    tables,
    until_waits,
    up,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from twin.postgres import Server

OUTSIDE = "-- no-transaction\n"


def name_of(url: str) -> sql.Identifier:
    """The database's name, to be altered."""
    return sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]))


def test_a_database_that_writes_dates_its_own_way_is_read(database: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "migrations", {"1_a.sql": "SELECT 1"})
    with session(database) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET datestyle = 'German'").format(name_of(database)))
    up(database, folder)

    assert () == up(database, folder).applied


def test_a_search_path_from_the_environment_holds(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_nothing(database, "CREATE SCHEMA app")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=app")
    up(database, write(tmp_path / "migrations", {"1_a.sql": "CREATE TABLE mine ()"}))

    assert [("app",)] == ask(database, "SELECT schemaname FROM pg_tables WHERE tablename = 'mine'")


def ask_nothing(url: str, statement: str) -> None:
    """Execute something that has no answer."""
    with session(url) as connection:
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("letter", "first_line"), [("a", ""), ("b", OUTSIDE)], ids=["in a transaction", "outside"]
)
def test_a_user_who_becomes_another_role_at_login_writes_the_ledger_as_that(
    postgres: Server, database: str, tmp_path: Path, letter: str, first_line: str
) -> None:
    login = f"deployer_{letter}"
    with session(postgres.superuser_url()) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOINHERIT PASSWORD {} IN ROLE miyabi_admin").format(
                sql.Identifier(login), "for this test alone"
            )
        )
        connection.execute(sql.SQL("ALTER ROLE {} SET role = miyabi_admin").format(sql.Identifier(login)))
    url = postgres.url(
        str(psycopg.conninfo.conninfo_to_dict(database)["dbname"]), user=login, password="for this test alone"
    )
    files = {"1_a.sql": f"{first_line}CREATE TABLE a (); CREATE TABLE b ()"}

    up(url, write(tmp_path / "migrations", files))

    assert [(1, True)] == ledger(database)


def test_a_program_that_takes_the_lent_lock_does_not_spoil_what_is_done(
    database: str, tmp_path: Path
) -> None:
    """Case 7: it meets the unfinished row, stops, and keeps the lock until its connection ends."""
    files = {"1_t.sql": "CREATE TABLE t (i int)", "2_i.sql": f"{OUTSIDE}CREATE INDEX CONCURRENTLY i ON t (i)"}
    folder = write(tmp_path / "migrations", files)
    up(database, folder, target=1)

    with session(database) as old, session(database, "the application") as application:
        old.execute("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE")
        ours = Background(lambda: up(database, folder))
        until_waits(database)
        with pytest.raises(sqlx.SqlxError, match="partially applied"):
            sqlx.run_embedded(application, folder)
        old.execute("ROLLBACK")
        ours.result()

    assert [(1, True), (2, True)] == ledger(database)


def test_a_row_that_another_hand_deletes_is_missed(database: str, tmp_path: Path) -> None:
    """Case 50: deleting the unfinished row is what sqlx advises, also while it is being worked on."""
    text = "CREATE TABLE a (); DELETE FROM _sqlx_migrations WHERE NOT success; CREATE TABLE b ()"
    folder = write(tmp_path / "migrations", {"1_a.sql": OUTSIDE + text})

    with pytest.raises(NothingRecorded, match=r"1_a\.sql is gone"):
        up(database, folder)


def test_what_commits_by_itself_is_not_tried_again(database: str, tmp_path: Path) -> None:
    """Case 34: it would do twice what it has done before it had to wait."""
    ask_nothing(database, "CREATE TABLE done (); CREATE TABLE busy ()")
    text = f"{OUTSIDE}DO $$ BEGIN INSERT INTO done DEFAULT VALUES; COMMIT; LOCK TABLE busy; END $$"
    folder = write(tmp_path / "migrations", {"1_a.sql": text})

    with session(database) as reader:
        reader.execute("BEGIN; SELECT FROM busy")
        with pytest.raises(MigrationFailed, match="lock timeout"):
            up(database, folder, lock_timeout=0.1, attempts=3)

    assert [(1,)] == ask(database, "SELECT count(*) FROM done")


@pytest.mark.parametrize("name", ["", "a" * 70], ids=["no name", "a name that is cut"])
def test_an_invalid_index_goes_whatever_its_name(database: str, tmp_path: Path, name: str) -> None:
    """Case 22: also where PostgreSQL chooses the name, or keeps but 63 bytes of it."""
    ask_nothing(database, "CREATE TABLE t (i int); INSERT INTO t VALUES (1), (1)")
    text = f"{OUTSIDE}CREATE UNIQUE INDEX CONCURRENTLY {name} ON t (i)"

    with pytest.raises(MigrationFailed, match="nothing of it is left"):
        up(database, write(tmp_path / "migrations", {"1_a.sql": text}))

    with session(database) as connection:
        assert frozenset() == invalid(connection)


def test_an_invalid_index_that_cant_be_dropped_is_told_and_dropped_by_the_resumed_run(
    database: str, tmp_path: Path
) -> None:
    """Case 21: a reader keeps the index from being built, and then from being dropped."""
    ask_nothing(database, "CREATE TABLE t (i int)")
    text = f"{OUTSIDE}SET statement_timeout = 300; CREATE INDEX CONCURRENTLY i ON t (i)"
    folder = write(tmp_path / "migrations", {"1_a.sql": text})

    with session(database) as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t")
        with pytest.raises(
            MigrationFailed, match=r"the invalid index public\.i on t is left, and it is marked"
        ):
            up(database, folder)
    assert [(1, False)] == ledger(database)

    up(database, folder, resume=True)

    assert [(True,)] == ask(database, "SELECT indisvalid FROM pg_index WHERE indrelid = 't'::regclass")


def test_a_partition_that_is_half_detached_is_told(database: str, tmp_path: Path) -> None:
    ask_nothing(
        database,
        "CREATE TABLE t (i int) PARTITION BY LIST (i); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1)",
    )
    text = f"{OUTSIDE}ALTER TABLE t DETACH PARTITION t_1 CONCURRENTLY"
    folder = write(tmp_path / "migrations", {"1_a.sql": text})

    with session(database) as reader:
        reader.execute("BEGIN; SELECT FROM t")
        with pytest.raises(MigrationFailed, match="t_1 is half detached"):
            up(database, folder, lock_timeout=0.1, attempts=1)

    assert [(1, False)] == ledger(database)


def test_what_is_put_off_to_the_end_is_checked_under_the_files_settings(
    database: str, tmp_path: Path
) -> None:
    """Case 49: a deferred trigger finds its tables by the path that the file has set."""
    text = """
    CREATE SCHEMA app; SET search_path = app;
    CREATE TABLE seen (); CREATE TABLE t (i int);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO seen DEFAULT VALUES; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER see AFTER INSERT ON t INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION see();
    INSERT INTO t VALUES (1);
    """
    up(database, write(tmp_path / "migrations", {"1_a.sql": text}))

    assert [(1,)] == ask(database, "SELECT count(*) FROM app.seen")


def test_resuming_goes_no_further_than_the_target(database: str, tmp_path: Path) -> None:
    files = {"1_a.sql": "SELECT 1", "2_b.sql": f"{OUTSIDE}CREATE TABLE b (); CREATE TABLE b ()"}
    folder = write(tmp_path / "migrations", files)
    with pytest.raises(MigrationFailed):
        up(database, folder)

    assert () == up(database, folder, resume=True, target=1).applied
    assert [(1, True), (2, False)] == ledger(database)


def test_an_unfinished_file_that_was_changed_is_told_as_that(database: str, tmp_path: Path) -> None:
    """Case 5: what is left to do can't be known from another file than the one that was begun."""
    folder = write(tmp_path / "migrations", {"1_b.sql": f"{OUTSIDE}CREATE TABLE b (); CREATE TABLE b ()"})
    with pytest.raises(MigrationFailed):
        up(database, folder)
    write(folder, {"1_b.sql": f"{OUTSIDE}CREATE TABLE b (); CREATE TABLE c ()"})

    with pytest.raises(Dirty, match="after 1 of 2 statements, and its file has changed since"):
        up(database, folder, resume=True)


def test_a_password_in_a_failing_statement_is_not_shown(database: str, tmp_path: Path) -> None:
    text = "CREATE ROLE miyabi_admin PASSWORD 'it''s a secret'"

    with pytest.raises(MigrationFailed) as failed:
        up(database, write(tmp_path / "migrations", {"1_a.sql": text}))

    assert "CREATE ROLE miyabi_admin PASSWORD '…'" in str(failed.value)
    assert "secret" not in str(failed.value)


def test_an_error_inside_a_block_is_told_with_its_line_there(database: str, tmp_path: Path) -> None:
    text = "DO $$\nBEGIN\n    PERFORM 1;\n    RAISE EXCEPTION 'no';\nEND\n$$"

    with pytest.raises(MigrationFailed, match="no, PL/pgSQL function inline_code_block line 4 at RAISE"):
        up(database, write(tmp_path / "migrations", {"1_a.sql": text}))


def test_locks_taken_by_a_file_itself_do_not_unbalance_ours(database: str, tmp_path: Path) -> None:
    """Case 29: a file unlocks our key; the index after it is built while sqlx waits."""
    files = {
        "1_t.sql": "CREATE TABLE t (i int); SELECT pg_advisory_unlock_all()",
        "2_i.sql": f"{OUTSIDE}CREATE INDEX CONCURRENTLY i ON t (i)",
    }
    heard = Heard()
    up(database, write(tmp_path / "migrations", files), heard)

    assert [(1, True), (2, True)] == ledger(database)
    assert "gave the migration lock away" in str(heard)
    assert ["t"] == tables(database)

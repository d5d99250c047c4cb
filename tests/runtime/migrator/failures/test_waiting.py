"""A migration that must wait for others neither holds them up for long nor gives up at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from runtime.migrator import apply, progress, runner
from runtime.migrator.errors import MigrationFailed
from tests.runtime.migrator.failures.means import (
    PATIENCE,
    Background,
    Heard,
    ask,
    find_deadlocks_soon,
    held_locks,
    ledger,
    session,
    tables,
    until,
    until_waits,
    up,
    write,
)
from tests.runtime.migrator.failures.means_here import AtBegin

if TYPE_CHECKING:
    from pathlib import Path

    from twin.postgres import Server

TABLES = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);"
COLUMN = "CREATE TABLE half ();\nALTER TABLE a ADD COLUMN name text;"
READ = "BEGIN; SELECT FROM a"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that looks after 0.05 s who is in its way, and pauses no longer than 0.05 s."""
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    monkeypatch.setattr(progress, "INTERVAL", 0.02)
    monkeypatch.setattr(apply, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(apply, "LONGEST_PAUSE", 0.05)


def setting(url: str, name: str, value: str) -> None:
    """Set something for all new sessions of a database, as a parameter group does."""
    ((database,),) = ask(url, "SELECT current_database()")
    with session(url) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                sql.Identifier(str(database)), sql.Identifier(name), value
            )
        )


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("first_line", ["", "-- no-transaction\n"], ids=["transaction", "no transaction"])
def test_a_table_in_use_is_tried_for_again_and_its_user_named(
    database: str, tmp_path: Path, first_line: str
) -> None:
    """Case 34: each try ends at the lock timeout (55P03), so that whoever queues behind it gets on."""
    files = {"1_tables.sql": TABLES, "2_column.sql": first_line + COLUMN.splitlines()[-1]}
    folder = write(tmp_path / "migrations", files)
    up(database, folder, target=1)
    heard = Heard()

    with session(database, "a long report") as reader, session(database) as behind:
        reader.execute(READ)
        run = Background(lambda: up(database, folder, heard, lock_timeout=0.3, attempts=1000))
        until_waits(database)
        behind.execute("SELECT FROM a")  # gets on although the reader is still there
        until(lambda: "attempt 3 of 1000" in str(heard), "it is tried a third time")
        reader.execute("COMMIT")
        assert [2] == [applied.migration.version for applied in run.result().applied]

    assert "waiting for a long report (pid " in str(heard)
    assert "2_column.sql: canceling statement due to lock timeout" in str(heard)
    assert ([(1, True), (2, True)], []) == (ledger(database), held_locks(database))


@pytest.mark.usefixtures("impatient")
def test_after_the_last_try_it_is_rolled_back_and_told_who_was_in_the_way(
    database: str, tmp_path: Path
) -> None:
    """Case 34: the reader never ends."""
    folder = write(tmp_path / "migrations", {"1_tables.sql": TABLES, "2_column.sql": COLUMN})
    up(database, folder, target=1)
    heard = Heard()

    with session(database, "a long report") as reader:
        reader.execute(READ)
        pid = reader.info.backend_pid
        with pytest.raises(MigrationFailed) as failed:
            up(database, folder, heard, lock_timeout=0.4, attempts=2)

    assert 1 == sum("attempt " in sentence for sentence in heard.sentences)
    sentence = str(failed.value)
    begin = f"canceling statement due to lock timeout, behind a long report (pid {pid}, user miyabi_admin"
    assert f"{folder / '2_column.sql'}:2:1: {begin}" in sentence
    assert "idle in transaction: BEGIN; SELECT FROM a) (55P03); it was rolled back\n" in sentence
    assert ([(1, True)], ["a", "b"], []) == (ledger(database), tables(database), held_locks(database))


@pytest.mark.usefixtures("impatient")
def test_a_deadlock_is_rolled_back_and_tried_again(postgres: Server, database: str, tmp_path: Path) -> None:
    """Case 35: 40P01 in a transaction; the other one of the two goes on, and then ours."""
    files = {"1_tables.sql": TABLES, "2_both.sql": "LOCK TABLE a;\nSELECT FROM gate;\nLOCK TABLE b;"}
    folder = write(tmp_path / "migrations", files)
    heard = Heard()

    deadlock(postgres, database, lambda: up(database, folder, heard, lock_timeout=PATIENCE)).result()

    assert "2_both.sql: deadlock detected" in str(heard)
    assert [(1, True), (2, True)] == ledger(database)


def test_a_deadlock_outside_of_a_transaction_is_reported(
    postgres: Server, database: str, tmp_path: Path
) -> None:
    """Case 35: without a transaction it is not known what a second try would do twice."""
    both = "DO $$ BEGIN LOCK TABLE a; PERFORM FROM gate; LOCK TABLE b; END $$;"
    files = {"1_tables.sql": TABLES, "2_both.sql": f"-- no-transaction\n{both}"}
    folder = write(tmp_path / "migrations", files)

    with pytest.raises(MigrationFailed) as failed:
        deadlock(postgres, database, lambda: up(database, folder, lock_timeout=PATIENCE)).result()

    assert ("40P01", f"{folder / '2_both.sql'}:2:1") == (failed.value.sqlstate, failed.value.place)
    assert [(1, True)] == ledger(database)


def deadlock(server: Server, url: str, run: Any) -> Background:
    """Start a run, and another session that locks the tables the other way round and is no victim."""
    find_deadlocks_soon(server, url)
    ((name,),) = ask(url, "SELECT current_database()")
    with session(url) as gate, session(server.superuser_url(str(name))) as other:
        gate.execute("CREATE TABLE gate ()")
        gate.execute("BEGIN; LOCK TABLE gate")
        ours = Background(run)
        until_waits(url)
        other.execute("SET deadlock_timeout = '1 h'")
        other.execute("BEGIN; LOCK TABLE b")
        waiting = Background(lambda: other.execute("LOCK TABLE a"))
        until_waits(url, 2)
        gate.execute("COMMIT")
        waiting.result()
        other.execute("COMMIT")
    return ours


@pytest.mark.usefixtures("impatient")
def test_a_serialization_failure_is_tried_again(database: str, tmp_path: Path) -> None:
    """Case 35: 40001, here raised by a file that passes at its third try."""
    text = (
        "DO $$ BEGIN IF nextval('tries') < 3 THEN "
        "RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END IF; END $$;"
    )
    files = {"1_tries.sql": "CREATE SEQUENCE tries;", "2_third.sql": text}
    heard = Heard()

    up(database, write(tmp_path / "migrations", files), heard)

    assert [(3,)] == ask(database, "SELECT last_value FROM tries")
    assert 2 == str(heard).count("2_third.sql: could not serialize")


def test_a_statement_timeout_from_outside_does_not_hold(database: str, tmp_path: Path) -> None:
    """Case 36: a role's, a database's or a parameter group's; ours sets its own, which is none."""
    setting(database, "statement_timeout", "50ms")

    up(database, write(tmp_path / "migrations", {"1_slow.sql": "SELECT pg_sleep(0.2);"}))

    assert [(1, True)] == ledger(database)


@pytest.mark.parametrize(
    ("first_line", "seconds", "origin"),
    [
        ("SET statement_timeout = 50;\n", None, "statement timeout, which the file or a function has set"),
        (
            "",
            runner.RESERVE,
            "user request, since the time of this run is over: it needs more, or another way to the database",
        ),
    ],
    ids=["of the file", "of the run"],
)
def test_a_statement_timeout_is_told_with_its_origin(
    database: str, tmp_path: Path, first_line: str, seconds: float | None, origin: str
) -> None:
    """Case 36: 57014; the file has set one, or the function that runs it must end."""
    folder = write(tmp_path / "migrations", {"1_slow.sql": f"{first_line}SELECT pg_sleep(60);"})
    deadline = None if seconds is None else time.monotonic() + seconds + 0.5

    with pytest.raises(MigrationFailed) as failed:
        up(database, folder, deadline=deadline)

    assert ("57014", f"canceling statement due to {origin}", "it was rolled back") == (
        failed.value.sqlstate,
        failed.value.reason,
        failed.value.state,
    )
    assert [] == ledger(database)


def test_a_session_that_idles_with_its_lock_is_not_ended(database: str, tmp_path: Path) -> None:
    """Case 37: idle_session_timeout and idle_in_transaction_session_timeout; ours sets both to none.

    And the server looks itself whether a silent client is still there, within half a minute.
    """
    names = ["idle_session_timeout", "idle_in_transaction_session_timeout", "tcp_keepalives_idle"]
    text = "CREATE TABLE told AS SELECT " + ", ".join(
        f"current_setting('{name}') AS {name}" for name in names
    )
    folder = write(tmp_path / "migrations", {"1_first.sql": "CREATE TABLE first ();", "2_told.sql": text})
    for name in names[:2]:
        setting(database, name, "100ms")

    def idle(_: object) -> None:
        query = (
            "SELECT FROM pg_stat_activity WHERE application_name = 'miyabi migrate' "
            "AND state = 'idle' AND clock_timestamp() - state_change > '0.2 s'"
        )
        until(lambda: ask(database, query), "the run has been idle for twice that time")

    up(database, folder, AtBegin(idle))

    assert [(1, True), (2, True)] == ledger(database)
    assert [("0", "0", "15")] == ask(database, "TABLE told")

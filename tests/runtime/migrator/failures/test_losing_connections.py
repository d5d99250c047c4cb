"""The connection may go at any moment: what became of the migration is looked up, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from runtime.migrator.errors import ConnectionLost, Outcome
from runtime.migrator.lock import OWN_KEY
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import (
    PATIENCE,
    Background,
    ask,
    held_locks,
    ledger,
    session,
    tables,
    until,
    until_runs,
    until_waits,
    up,
    write,
)
from tests.runtime.migrator.failures.means_proxy import proxy
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here
    from twin.postgres import Server

FILES = {
    "1_first.sql": "CREATE TABLE first (id int);",
    "2_second.sql": "CREATE TABLE second (id int);\nSELECT pg_sleep(seconds) FROM pace;",
}
AT_COMMIT = """
CREATE TABLE second (id int);
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM FROM gate; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON second DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
INSERT INTO second VALUES (1);
"""
"""Its COMMIT waits while somebody has the table `gate` locked."""


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that the tests here may crash, and turn into a replica."""
    with start() as server:
        yield server


def paced(url: str, seconds: float) -> None:
    """Set how long the second migration takes."""
    with session(url) as connection:
        connection.execute("DROP TABLE IF EXISTS pace")
        connection.execute("CREATE TABLE pace AS SELECT %s::float AS seconds", [seconds])


def test_a_crash_of_the_server_is_survived_and_its_outcome_told(own: Server, tmp_path: Path) -> None:
    """Case 38: an immediate restart in a statement; ours asks the new server what became of it."""
    folder = write(tmp_path / "migrations", FILES)
    url = own.url(own.create_database())
    paced(url, 60)

    run = Background(lambda: up(url, folder))
    until_runs(url, "pg_sleep")
    own.restart()
    with pytest.raises(ConnectionLost) as lost:
        run.result()

    assert Outcome.ROLLED_BACK == lost.value.outcome
    assert str(lost.value).startswith("the connection was lost during 2_second.sql (")
    assert str(lost.value).endswith("): it was rolled back; run again")
    assert ([(1, True)], ["first", "pace"]) == (ledger(url), tables(url))
    paced(url, 0)
    assert [2] == [applied.migration.version for applied in up(url, folder).applied]
    assert [] == held_locks(url)


def test_a_session_that_is_ended_from_outside_is_told_the_same_way(database: str, tmp_path: Path) -> None:
    """Case 40: pg_terminate_backend (57P01)."""
    folder = write(tmp_path / "migrations", FILES)
    paced(database, 60)

    run = Background(lambda: up(database, folder))
    ask(database, "SELECT pg_terminate_backend(%s)", until_runs(database, "pg_sleep"))
    with pytest.raises(ConnectionLost) as lost:
        run.result()

    assert (
        "the connection was lost during 2_second.sql "
        "(terminating connection due to administrator command): it was rolled back; run again"
    ) == str(lost.value)
    assert ([(1, True)], []) == (ledger(database), held_locks(database))


def test_a_connection_lost_outside_of_a_transaction_leaves_a_true_mark(database: str, tmp_path: Path) -> None:
    """Case 40: part of the file is done, and a later run can do the rest."""
    text = "-- no-transaction\nCREATE TABLE second ();\nSELECT pg_sleep(seconds) FROM pace;"
    folder = write(tmp_path / "migrations", {"1_first.sql": FILES["1_first.sql"], "2_second.sql": text})
    paced(database, 60)

    run = Background(lambda: up(database, folder))
    ask(database, "SELECT pg_terminate_backend(%s)", until_runs(database, "pg_sleep"))
    with pytest.raises(ConnectionLost) as lost:
        run.result()

    assert str(lost.value).endswith(
        ": part of it is done, and it is marked as unfinished; do the rest by `miyabi migrate up --resume`"
    )
    assert [(1, True), (2, False)] == ledger(database)
    paced(database, 0)
    assert [2] == [applied.migration.version for applied in up(database, folder, resume=True).applied]


@pytest.mark.parametrize("outcome", [Outcome.APPLIED, Outcome.ROLLED_BACK])
def test_whether_a_lost_commit_was_done_is_read_from_the_ledger(
    postgres: Server, database: str, tmp_path: Path, outcome: Outcome
) -> None:
    """Case 39: the line is cut while the server is at the last message; it may yet commit, or not."""
    folder = write(tmp_path / "migrations", {"1_late.sql": AT_COMMIT})

    with proxy(postgres.port) as line, session(database) as gate:
        gate.execute("CREATE TABLE gate ()")
        gate.execute("BEGIN; LOCK TABLE gate")
        run = Background(lambda: up(line.url(database), folder, lock_timeout=PATIENCE))
        (pid,) = until_waits(database)
        line.cut()
        until_runs(database, "pg_stat_activity", "idle")
        if outcome is Outcome.APPLIED:
            gate.execute("COMMIT")
        else:
            ask(database, "SELECT pg_terminate_backend(%s)", pid)
        with pytest.raises(ConnectionLost) as lost:
            run.result()

    assert outcome == lost.value.outcome
    applied = ([(1, True)], ["gate", "second"])
    assert (applied if outcome is Outcome.APPLIED else ([], ["gate"])) == (ledger(database), tables(database))


def test_a_commit_that_waits_for_a_standby_while_the_line_is_cut_is_waited_for(
    own: Server, tmp_path: Path
) -> None:
    """Case 39: it is written and nobody can see it yet; ours looks only when the session is done."""
    folder = write(tmp_path / "migrations", {"1_first.sql": FILES["1_first.sql"], "2_last.sql": "SELECT 1;"})
    url = own.url(own.create_database())
    up(url, folder, target=1)
    waiting = "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

    with proxy(own.port) as line, session(own.superuser_url()) as superuser:
        superuser.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        superuser.execute("SELECT pg_reload_conf()")
        until(lambda: ask(url, "SHOW synchronous_standby_names") == [("nobody",)], "the setting is there")
        run = Background(lambda: up(line.url(url), folder))
        until(lambda: ask(url, waiting), "the run waits at its COMMIT")
        line.cut()
        until_runs(url, "pg_stat_activity", "idle")
        superuser.execute("ALTER SYSTEM RESET synchronous_standby_names")
        superuser.execute("SELECT pg_reload_conf()")
        with pytest.raises(ConnectionLost) as lost:
            run.result()

    assert (Outcome.APPLIED, [(1, True), (2, True)]) == (lost.value.outcome, ledger(url))


def test_a_session_that_is_ended_while_it_waits_for_the_lock_is_told(
    here: Here, database: str, tmp_path: Path
) -> None:
    """Case 40: there is no migration yet whose outcome could be asked for."""
    folder = write(tmp_path / "migrations", FILES)

    with session(database) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])
        ending = Background(
            lambda: ask(
                database, "SELECT pg_terminate_backend(%s)", until_runs(database, "pg_locks AS l", "idle")
            )
        )
        ended = here(database, folder, "up")
        ending.result()

    assert (Exit.DATABASE_REFUSED, []) == (ended.code, ledger(database))
    assert (
        "miyabi: the database did not go along with up: terminating connection due to administrator "
        "command (57P01); see `miyabi migrate status` for what is done, and run again"
    ) == ended.err.splitlines()[-1]


def test_a_replica_is_refused_before_anything_is_tried(here: Here, own: Server, tmp_path: Path) -> None:
    """Case 41: the lock would be granted there, and protect nothing; status and plan work."""
    folder = write(tmp_path / "migrations", FILES)
    name = own.create_database()
    url = own.url(name)
    up(url, folder, target=1)
    signal = own.data / "standby.signal"

    try:
        own.stop()
        signal.touch()
        own.restart()
        refused = here(url, folder, "up")
        shown, planned = here(url, folder, "status"), here(url, folder, "plan")
    finally:
        own.stop()
        signal.unlink()
        own.restart()

    assert (Exit.NO_ACCESS, "") == (refused.code, refused.out)
    assert (
        f"nothing can be applied here: {name} is a replica; connect to the primary, as a user who may write"
    ) == refused.sentence
    assert (Exit.DONE, Exit.CHANGES) == (shown.code, planned.code)
    assert "1 applied, 1 pending" in shown.out


def test_a_read_only_session_is_refused_with_its_reason(here: Here, database: str, tmp_path: Path) -> None:
    """Case 42: default_transaction_read_only, of a role or a database."""
    folder = write(tmp_path / "migrations", FILES)
    ((name,),) = ask(database, "SELECT current_database()")
    with session(database) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(
                sql.Identifier(str(name))
            )
        )

    refused = here(database, folder, "up")

    assert (Exit.NO_ACCESS, "") == (refused.code, refused.out)
    assert (
        f"nothing can be applied here: sessions of miyabi_admin in {name} are read-only "
        "(default_transaction_read_only); connect to the primary, as a user who may write"
    ) == refused.sentence
    assert (Exit.DONE, []) == (here(database, folder, "status").code, tables(database))

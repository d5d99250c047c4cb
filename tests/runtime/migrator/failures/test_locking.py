"""One run at a time: whoever comes second waits, knows for whom, and never ends anybody's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.migrator.errors import LockHeld, LockLost
from runtime.migrator.lock import OWN_KEY, sqlx_key
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import (
    PATIENCE,
    Background,
    Heard,
    ask,
    held_locks,
    ledger,
    session,
    tables,
    until,
    until_waits,
    up,
    write,
)
from tests.runtime.migrator.failures.means_pooler import OWN_PID, pooler

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here

FILES = {"1_first.sql": "CREATE TABLE first (id int);", "2_second.sql": "CREATE TABLE second (id int);"}


def key(url: str) -> int:
    """The key that sqlx takes for the database of a URL."""
    ((name,),) = ask(url, "SELECT current_database()")
    return sqlx_key(str(name))


def test_of_two_runs_the_second_waits_and_finds_nothing_to_do(database: str, tmp_path: Path) -> None:
    """Case 6: the second says who has the lock, and every migration is applied once."""
    files = FILES | {"3_third.sql": "INSERT INTO first VALUES (1);\nSELECT FROM gate;"}
    folder = write(tmp_path / "migrations", files)
    heard = Heard()

    with session(database) as gate:
        gate.execute("CREATE TABLE gate ()")
        with gate.transaction():
            gate.execute("LOCK TABLE gate")
            first = Background(lambda: up(database, folder, lock_timeout=PATIENCE))
            until(lambda: len(ledger(database)) == 2, "the first run is at its third migration")
            second = Background(lambda: up(database, folder, heard))
            until(lambda: heard.sentences, "the second run has said that it waits")

    assert [1, 2, 3] == [applied.migration.version for applied in first.result().applied]
    assert () == second.result().applied
    assert heard.sentences[0].startswith("waiting for the migration lock, held by miyabi migrate (pid ")
    assert [(1,)] == ask(database, "SELECT id FROM first")
    assert [] == held_locks(database)


@pytest.mark.parametrize("whose", ["ours", "sqlx's"])
def test_a_wait_that_is_too_long_ends_with_the_holders_name(
    here: Here, database: str, tmp_path: Path, whose: str
) -> None:
    """Case 9: an exit code of its own, and pid, program, since when and what it does."""
    folder = write(tmp_path / "migrations", FILES)

    with session(database, "deploy of Tuesday") as holder, holder.transaction():
        holder.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY if whose == "ours" else key(database)])
        since = holder.execute("SELECT date_trunc('second', now())::text AS what_it_does").fetchone()
        assert since is not None
        who = f"deploy of Tuesday (pid {holder.info.backend_pid}, user miyabi_admin, from 127.0.0.1"
        ended = here(database, folder, "up", "--lock-wait", "0.2")

    assert (Exit.LOCKED, "") == (ended.code, ended.out)
    sentence = ended.err.splitlines()[-1]
    assert [] == [fact for fact in (who, f"since {since[0]}", "AS what_it_does") if fact not in sentence]
    assert ([], []) == (ledger(database), tables(database))


def test_a_lock_that_an_idle_session_leaked_is_told_and_left(database: str, tmp_path: Path) -> None:
    """Case 10: sqlx failed in a pooled session, which keeps its lock; nobody ends it but the operator."""
    folder = write(tmp_path / "migrations", FILES)

    with session(database, "api pool") as pooled:
        pooled.execute("SELECT pg_advisory_lock(%s)", [key(database)])
        pid = pooled.info.backend_pid
        with pytest.raises(LockHeld) as refused:
            up(database, folder, lock_wait=0.1)
        assert "api pool (pid " in str(refused.value)
        assert ", idle: SELECT pg_advisory_lock(" in str(refused.value)
        assert str(refused.value).endswith(f": SELECT pg_terminate_backend({pid})")
        assert (1,) == pooled.execute("SELECT 1").fetchone()
        ask(database, "SELECT pg_terminate_backend(%s, 5000)", pid)
        pooled.close()

    assert 2 == len(up(database, folder).applied)


@pytest.mark.parametrize("statement", ["SELECT pg_advisory_unlock_all()", "-- no-transaction\nDISCARD ALL"])
def test_a_file_that_gives_the_lock_away_does_not_give_it_away_for_the_next(
    database: str, tmp_path: Path, statement: str
) -> None:
    """Case 29: it is missed after the file, and taken again."""
    files = FILES | {
        "1_first.sql": f"{statement};",
        "2_second.sql": (
            "CREATE TABLE locks AS SELECT FROM pg_locks "
            "WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted;"
        ),
    }
    folder = write(tmp_path / "migrations", files)
    heard = Heard()

    up(database, folder, heard)

    assert "1_first.sql gave the migration lock away; taking it again" in heard.sentences
    assert [(2,)] == ask(database, "SELECT count(*) FROM locks")
    assert ([(1, True), (2, True)], []) == (ledger(database), held_locks(database))


def test_a_run_whose_lock_was_taken_meanwhile_stops_after_the_file(database: str, tmp_path: Path) -> None:
    """Case 29: another run got the lock that the file had given away."""
    files = FILES | {"1_first.sql": "SELECT pg_advisory_unlock_all();\nSELECT FROM gate;"}
    folder = write(tmp_path / "migrations", files)

    with session(database) as gate, session(database) as other:
        gate.execute("CREATE TABLE gate ()")
        with gate.transaction():
            gate.execute("LOCK TABLE gate")
            run = Background(lambda: up(database, folder, lock_timeout=PATIENCE))
            until_waits(database)
            other.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])
        with pytest.raises(LockLost) as stopped:
            run.result()

    assert (
        "1_first.sql gave the migration lock away and another session has taken it; "
        "it is applied, the ones after it are not: run again"
    ) == str(stopped.value)
    assert ([(1, True)], ["gate"]) == (ledger(database), tables(database))


def test_a_pooler_is_noticed_before_the_lock_is_asked_for(here: Here, database: str, tmp_path: Path) -> None:
    """Case 11: PgBouncer announces a backend of its own, and another one answers."""
    folder = write(tmp_path / "migrations", FILES)

    with pooler(database, takes_options=True) as url:
        refused = here(url, folder, "up")

    assert (Exit.NO_ACCESS, "") == (refused.code, refused.out)
    assert refused.sentence.startswith(
        f"the connection goes through a pooler (announced as backend {OWN_PID}, answered by "
    )
    assert refused.sentence.endswith("; name the database's own address")
    assert ([], []) == (ledger(database), held_locks(database))


def test_a_pooler_that_refuses_our_settings_is_told_as_one(here: Here, database: str, tmp_path: Path) -> None:
    """Case 11: PgBouncer as it is configured at first."""
    folder = write(tmp_path / "migrations", FILES)

    with pooler(database, takes_options=False) as url:
        refused = here(url, folder, "up")

    assert (Exit.NO_ACCESS, "") == (refused.code, refused.out)
    assert refused.sentence.endswith(
        ": unsupported startup parameter: options; name the database's own address, not a pooler's"
    )

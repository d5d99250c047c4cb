"""`miyabi migrate rehearse`: what it prints, how it exits, and what is left of it when it is stopped."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING

import pytest

from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ask, running, session, until, until_runs, write
from tests.runtime.migrator.failures.means_here import Here, unasked
from tests.runtime.migrator.reported import scratch_databases

if TYPE_CHECKING:
    from pathlib import Path

    from twin.postgres import Server

INDEX = "-- An index for the search.\nCREATE INDEX accounts_name_idx ON accounts (name);\n"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """`miyabi migrate` in this process."""
    return Here(monkeypatch, capsys)


@pytest.fixture
def pg_dump(postgres: Server) -> str:
    """The option that names the program that fits the server."""
    return f"--pg-dump={postgres.binaries / 'pg_dump'}"


@pytest.fixture
def accounts(database: str) -> str:
    """A database with a table of three rows, and no ledger."""
    with session(database) as connection:
        connection.execute("CREATE TABLE accounts (id bigint, name varchar(20))")
        connection.execute("INSERT INTO accounts SELECT generate_series(1, 3)")
        connection.execute("ANALYZE accounts")
    return database


def test_it_prints_locks_and_verdicts_of_each_statement(
    here: Here, accounts: str, tmp_path: Path, pg_dump: str
) -> None:
    write(tmp_path, {"1_search.sql": INDEX, "2_lock.sql": "LOCK TABLE accounts IN SHARE MODE;"})

    answer = here(accounts, tmp_path, "rehearse", pg_dump)

    assert Exit.DONE == answer.code
    assert re.fullmatch(
        r"database_\w+, PostgreSQL [\d.]+, as miyabi_admin\n"
        r"\n"
        r"1_search\.sql, in a transaction, [\d.]+ ms without rows\n"
        r"     line  statement                                     locks           verdict\n"
        r"  !  2     CREATE INDEX accounts_name_idx ON accounts …  SHARE accounts  "
        r"blocks writes of accounts while it scans accounts \(3 rows, 8\.0 kB\)\n"
        r"\n"
        r"2_lock\.sql, in a transaction, [\d.]+ ms without rows\n"
        r"     line  statement                          locks           verdict\n"
        r"     1     LOCK TABLE accounts IN SHARE MODE  SHARE accounts  short: no scan, no rewrite\n"
        r"\n"
        r"(?:warning: .*\n)+"
        r"not told by a rehearsal: the copy has no rows: .*\n"
        r"not told by a rehearsal: an UPDATE, .*\n"
        r"2 statements rehearsed, 1 keeps others waiting while it scans or rewrites \(!\)\n",
        answer.out,
    )
    assert "reading the schema of database_" in answer.err
    assert "1/2  1  search" in answer.err


@pytest.mark.parametrize(("text", "code"), [(INDEX, Exit.RULE_BROKEN), ("LOCK TABLE accounts;", Exit.DONE)])
def test_it_refuses_what_blocks_where_it_is_asked_to(
    here: Here, accounts: str, tmp_path: Path, pg_dump: str, text: str, code: Exit
) -> None:
    write(tmp_path, {"1_a.sql": text})

    answer = here(accounts, tmp_path, "rehearse", pg_dump, "--refuse-blocking", "--json")

    assert code == answer.code
    assert (code == Exit.RULE_BROKEN) == json.loads(answer.out)["blocking"]


def test_a_file_that_fails_exits_9(here: Here, accounts: str, tmp_path: Path, pg_dump: str) -> None:
    write(tmp_path, {"1_a.sql": "SELECT nothing FROM accounts;"})

    answer = here(accounts, tmp_path, "rehearse", pg_dump)

    assert Exit.DATABASE_REFUSED == answer.code
    (told,) = [line for line in answer.err.splitlines() if line.startswith("miyabi: ")]
    assert f"{tmp_path}/1_a.sql:1:8: " in told
    assert told.endswith("(42703); that was the rehearsal, and nothing was changed")


def test_where_nothing_is_pending_it_says_so(here: Here, accounts: str, tmp_path: Path) -> None:
    answer = here(accounts, tmp_path, "rehearse", "--pg-dump=/nowhere/pg_dump")

    assert Exit.DONE == answer.code
    assert answer.out.endswith("\nnothing to rehearse: nothing is pending\n")


def test_an_environment_is_refused_with_the_reason(here: Here, tmp_path: Path) -> None:
    with unasked() as port:
        answer = here(f"postgresql://localhost:{port}/x?sslmode=require", tmp_path, "rehearse", "production")

    assert Exit.WRONG_INPUT == answer.code
    assert (
        "rehearse runs pg_dump, which the function of production does not have; "
        "leave the environment out, and give --database-url or set DATABASE_URL"
    ) == answer.sentence


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_it_leaves_nothing(
    accounts: str, tmp_path: Path, pg_dump: str, number: signal.Signals
) -> None:
    write(tmp_path, {"1_slow.sql": "CREATE TABLE made (); SELECT pg_sleep(30);"})
    with running(accounts, "rehearse", pg_dump, folder=tmp_path) as command:
        (name,) = until(lambda: scratch_databases(accounts), "there is a scratch database")
        until_runs(re.sub(r"(:\d+/)[^?]+", rf"\g<1>{name}", accounts), "pg_sleep")
        command.signal(number)
        command.end()

    assert 128 + number == command.code
    assert "miyabi: stopped during rehearse: no migration was running; run again" in command.err
    assert [] == scratch_databases(accounts)
    assert [(None, None)] == ask(accounts, "SELECT to_regclass('made'), to_regclass('_sqlx_migrations')")

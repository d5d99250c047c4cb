"""What runs out - shared memory, disk, memory, patience - takes the migration back and is told."""

from __future__ import annotations

import resource
import subprocess
from functools import partial
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Final

import pytest
from psycopg import sql

from runtime.migrator.errors import MigrationFailed
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import (
    Background,
    ask,
    held_locks,
    ledger,
    session,
    tables,
    until_runs,
    up,
)
from tests.runtime.migrator.failures.means_here import AtBegin, put
from tests.sampling import examples
from twin.account import find_account
from twin.postgres import MASTER, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.migrator.failures.means_here import Here
from twin.postgres import Server

FULL: Final = "/dev/full"
"""A device on which there is never room (Linux): what the kernel answers is what a full disk gets."""
MEMORY: Final = 200 << 20
"""Bytes of address space that a backend gets on top of what it has."""


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    """A server with room for few locks, on which the master may write files, as onto a full disk."""
    with start(settings={"max_locks_per_transaction": "10", "max_connections": "10"}) as server:
        with session(server.superuser_url()) as connection:
            connection.execute(sql.SQL("GRANT pg_write_server_files TO {}").format(sql.Identifier(MASTER)))
        yield server


def created(first: int, count: int) -> str:
    """SQL that makes so many tables."""
    return "".join(f"CREATE TABLE t{number} ();\n" for number in range(first, first + count))


def test_too_many_tables_in_one_file_exhaust_the_lock_table(
    here: Here, small: Server, tmp_path: Path
) -> None:
    """Case 48: thousands of tables in one transaction: 53200 with the server's hint, and rolled back."""
    url = small.url(small.create_database())
    folder = put(tmp_path / "migrations", {"1_all.sql": created(1, 3000)})

    answer = here(url, folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert "out of shared memory" in answer.err
    hint = "You might need to increase max_locks_per_transaction (53200); it was rolled back"
    assert hint in answer.err.replace('"', "")  # newer servers quote the setting
    assert ([], []) == (ledger(url), tables(url))
    assert [] == held_locks(url)


def test_as_many_tables_in_many_files_do_not(small: Server, tmp_path: Path) -> None:
    """Case 48: each migration has a transaction of its own, so their number does not matter."""
    url = small.url(small.create_database())
    count = examples(60, 300)
    folder = put(
        tmp_path / "migrations",
        {f"{number}_ten.sql": created(10 * number, 10) for number in range(1, count + 1)},
    )

    up(url, folder)

    assert 10 * count == len(tables(url))


@pytest.mark.skipif(not Path(FULL).exists(), reason="there is no device here that is always full")
def test_a_full_disk_takes_the_migration_back(here: Here, small: Server, tmp_path: Path) -> None:
    """Case 52: no space left on device, 53100: rolled back, reported, exit code of the database."""
    url = small.url(small.create_database())
    folder = put(
        tmp_path / "migrations",
        {
            "1_good.sql": "CREATE TABLE good ();",
            "2_full.sql": "CREATE TABLE more ();\n"
            "COPY (SELECT repeat('x', 8000) FROM generate_series(1, 100)) TO '/dev/full';\n",
        },
    )

    answer = here(url, folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert (
        f"{folder / '2_full.sql'}:2:1: could not write to COPY file: No space left on device (53100); "
        in (answer.err)
    )
    assert "it was rolled back" in answer.err
    assert ([(1, True)], ["good"]) == (ledger(url), tables(url))


@pytest.mark.skipif(not which("prlimit"), reason="no program sets limits of another process here")
def test_memory_that_runs_out_takes_the_migration_back(database: str, tmp_path: Path) -> None:
    """Case 52: out of memory, 53200: the backend says so and lives; rolled back and reported."""
    hungry = (
        "SELECT sum(length(x)) FROM (SELECT array_to_string(array_agg(repeat('x', 1000)), '') AS x "
        "FROM generate_series(1, 400000)) AS all_of_it"
    )
    folder = put(
        tmp_path / "migrations",
        {"1_good.sql": "CREATE TABLE good ();", "2_hungry.sql": f"CREATE TABLE more ();\n{hungry};\n"},
    )

    def limit(_: object) -> None:
        ((pid,),) = ask(
            database,
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'miyabi migrate' "
            "AND datname = current_database()",
        )
        used = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        command = ["prlimit", f"--pid={pid}", f"--as={used + MEMORY}"]
        subprocess.run(command, check=True, **find_account().options)

    with pytest.raises(MigrationFailed) as failed:
        up(database, folder, AtBegin(limit))

    assert ("53200", "it was rolled back") == (failed.value.sqlstate, failed.value.state)
    assert f"{folder / '2_hungry.sql'}:2:1" == failed.value.place
    assert "out of memory" in failed.value.reason
    assert ([(1, True)], ["good"]) == (ledger(database), tables(database))
    assert [] == held_locks(database)


def test_a_statement_that_somebody_cancels_takes_the_migration_back(database: str, tmp_path: Path) -> None:
    """Case 52: query_canceled, 57014: rolled back and reported, and nothing is tried again."""
    folder = put(tmp_path / "migrations", {"1_long.sql": "CREATE TABLE more ();\nSELECT pg_sleep(60);\n"})
    run = Background(partial(up, database, folder))
    with session(database) as connection:
        connection.execute("SELECT pg_cancel_backend(%s)", [until_runs(database, "pg_sleep(60)")])

    with pytest.raises(MigrationFailed) as failed:
        run.result()

    assert ("57014", "it was rolled back") == (failed.value.sqlstate, failed.value.state)
    assert f"{folder / '1_long.sql'}:2:1" == failed.value.place
    assert "canceling statement due to user request" == failed.value.reason
    assert ([], []) == (ledger(database), tables(database))
    assert [] == held_locks(database)

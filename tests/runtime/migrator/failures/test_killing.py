"""A run may be stopped or killed at any moment: what is left is true, and the next run goes on from there."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from runtime.migrator.errors import Dirty, MigrationFailed
from runtime.migrator.lock import OWN_KEY
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures import means_sqlx as sqlx
from tests.runtime.migrator.failures.means import (
    Heard,
    ask,
    held_locks,
    ledger,
    miyabi,
    running,
    session,
    tables,
    until,
    until_ended,
    until_runs,
    up,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here

PACED = {
    "1_first.sql": "CREATE TABLE first (id int);",
    "2_second.sql": "CREATE TABLE second (id int);\nSELECT pg_sleep(seconds) FROM pace;",
}
"""The second migration takes as long as the table `pace` says."""
OUTSIDE = {
    "1_first.sql": "CREATE TABLE first (id int);",
    "2_index.sql": (
        "-- no-transaction\n"
        "CREATE INDEX CONCURRENTLY first_id ON first (id);\n"
        "SELECT pg_sleep(seconds) FROM pace;\n"
        "CREATE INDEX CONCURRENTLY first_id_again ON first (id);"
    ),
}


def paced(url: str, seconds: float) -> None:
    """Set how long the paced migration takes."""
    with session(url) as connection:
        connection.execute("DROP TABLE IF EXISTS pace")
        connection.execute("CREATE TABLE pace AS SELECT %s::float AS seconds", [seconds])


def indexes(url: str) -> list[tuple[str, bool]]:
    """The indexes of the table `first`, and whether they are valid."""
    query = (
        "SELECT indexrelid::regclass::text, indisvalid FROM pg_index "
        "WHERE indrelid = 'first'::regclass ORDER BY 1"
    )
    return [(str(name), bool(valid)) for name, valid in ask(url, query)]


def test_what_a_killed_run_had_begun_is_rolled_back_and_done_by_the_next(
    database: str, tmp_path: Path
) -> None:
    """Case 1: SIGKILL in a migration; the next run waits until the server has noticed, some 2 s."""
    folder = write(tmp_path / "migrations", PACED)
    paced(database, 60)

    with running(database, "up", folder=folder) as command:
        pid = until_runs(database, "pg_sleep")
        command.signal(signal.SIGKILL)
        command.end()
    assert [(1, True)] == ledger(database)
    paced(database, 0)
    result = up(database, folder, lock_wait=20)  # less than the statement would go on

    assert [2] == [applied.migration.version for applied in result.applied]
    assert ([(1, True), (2, True)], ["first", "pace", "second"]) == (ledger(database), tables(database))
    until_ended(database, pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_stopped_run_cancels_rolls_back_and_says_where_it_was(
    database: str, tmp_path: Path, number: signal.Signals
) -> None:
    """Case 2: SIGTERM. Case 3: SIGINT. The exit code is the one that shells give."""
    folder = write(tmp_path / "migrations", PACED)
    paced(database, 60)

    with running(database, "up", folder=folder) as command:
        pid = until_runs(database, "pg_sleep")
        command.signal(number)
        command.end()
        until_ended(database, pid, 1.0)

    assert 128 + number == command.code
    assert (
        "miyabi: stopped during 2_second.sql: it was rolled back; run again" == (command.err.splitlines()[-1])
    )
    assert ([(1, True)], ["first", "pace"], []) == (ledger(database), tables(database), held_locks(database))


def test_a_run_that_is_stopped_while_it_waits_for_the_lock_ends_too(database: str, tmp_path: Path) -> None:
    """Case 2: SIGTERM, before there is a migration to name."""
    folder = write(tmp_path / "migrations", PACED)

    with session(database) as holder, running(database, "up", folder=folder) as command:
        holder.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])
        until_runs(database, "pg_locks AS l", "idle")  # it asks who has it, and sleeps
        command.signal(signal.SIGTERM)
        command.end()

    assert 128 + signal.SIGTERM == command.code
    assert "miyabi: stopped during up: no migration was running; run again" == (command.err.splitlines()[-1])


def test_a_time_that_was_never_written_is_a_question_mark(database: str, tmp_path: Path) -> None:
    """Case 4: sqlx was killed between its COMMIT and the update of execution_time."""
    folder = write(tmp_path / "migrations", {"1_first.sql": "CREATE TABLE first (id int);"})
    up(database, folder)
    with session(database) as connection:
        connection.execute("UPDATE _sqlx_migrations SET execution_time = -1")

    shown = miyabi(database, "status", folder=folder)

    assert Exit.DONE == shown.code
    assert "?" == next(line for line in shown.out.splitlines() if "first" in line).split()[-1]
    assert not up(database, folder).applied


def test_a_run_killed_outside_of_a_transaction_leaves_a_true_mark(database: str, tmp_path: Path) -> None:
    """Case 5: SIGKILL between two statements of a file without a transaction, and then `up --resume`."""
    folder = write(tmp_path / "migrations", OUTSIDE)
    paced(database, 60)

    with running(database, "up", folder=folder) as command:
        pid = until_runs(database, "pg_sleep")
        command.signal(signal.SIGKILL)
        command.end()
    paced(database, 0)
    until_ended(database, pid)

    assert ([(1, True), (2, False)], [("first_id", True)]) == (ledger(database), indexes(database))
    shown = miyabi(database, "status", folder=folder)
    assert "unfinished, 1 of 3 statements done" in shown.out
    with pytest.raises(Dirty) as refused:
        up(database, folder)
    assert (2, 1, 3) == (refused.value.version, refused.value.done, refused.value.statements)
    with session(database) as connection, pytest.raises(sqlx.SqlxError, match="migration 2 is partially"):
        sqlx.run_embedded(connection, folder)
    result = up(database, folder, resume=True)
    assert [2] == [applied.migration.version for applied in result.applied]
    assert [(1, True), (2, True)] == ledger(database)
    assert [("first_id", True), ("first_id_again", True)] == indexes(database)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_run_stopped_outside_of_a_transaction_says_that_part_is_done(
    database: str, tmp_path: Path, number: signal.Signals
) -> None:
    """Case 5: the same by a signal that can be answered."""
    folder = write(tmp_path / "migrations", OUTSIDE)
    paced(database, 60)

    with running(database, "up", folder=folder) as command:
        until_runs(database, "pg_sleep")
        command.signal(number)
        command.end()

    assert 128 + number == command.code
    assert (
        "miyabi: stopped during 2_index.sql: part of it is done, and it is marked as unfinished; "
        "do the rest by `miyabi migrate up --resume`"
    ) == command.err.splitlines()[-1]
    assert ([(1, True), (2, False)], []) == (ledger(database), held_locks(database))


def test_a_build_of_an_index_that_was_stopped_is_begun_anew(database: str, tmp_path: Path) -> None:
    """Case 5: SIGTERM while CREATE INDEX CONCURRENTLY waits for others; it leaves the index invalid."""
    folder = write(tmp_path / "migrations", OUTSIDE)
    paced(database, 0)
    up(database, folder, target=1)

    with session(database) as reader, running(database, "up", folder=folder) as command:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM first")
        until_runs(database, "CREATE INDEX CONCURRENTLY")
        until(lambda: indexes(database), "the index is begun")
        command.signal(signal.SIGTERM)
        command.end()

    assert (128 + signal.SIGTERM, [("first_id", False)]) == (command.code, indexes(database))
    heard = Heard()
    up(database, folder, heard, resume=True)
    assert "dropping the invalid index public.first_id on first, left by an earlier try" in str(heard)
    assert [("first_id", True), ("first_id_again", True)] == indexes(database)


@pytest.mark.parametrize(
    ("word", "ledger_says"), [("--applied", [(1, True), (2, True)]), ("--rolled-back", [(1, True)])]
)
def test_an_operator_can_say_what_became_of_an_unfinished_one(
    here: Here, database: str, tmp_path: Path, word: str, ledger_says: list[tuple[int, bool]]
) -> None:
    """Case 5: `repair`, where the rest was done, or undone, by hand."""
    folder = write(tmp_path / "migrations", OUTSIDE)
    paced(database, 0)
    up(database, folder, target=1)
    with session(database) as connection:
        connection.execute("CREATE INDEX first_id_again ON first (id)")  # in the way of the last statement
    with pytest.raises(MigrationFailed):
        up(database, folder)
    assert [(1, True), (2, False)] == ledger(database)

    mended = here(database, folder, "repair", "2", word, "--yes")

    assert (Exit.DONE, ledger_says) == (mended.code, ledger(database))

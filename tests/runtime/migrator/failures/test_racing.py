"""sqlx beside a run: one with its lock, one without; nothing is applied twice, and nobody is locked out."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.migrator.errors import AppliedElsewhere, DatabaseError, MigrationFailed
from runtime.migrator.files import read_migrations
from tests.runtime.migrator.failures import means_sqlx as sqlx
from tests.runtime.migrator.failures.means import (
    PATIENCE,
    Background,
    Heard,
    ask,
    find_deadlocks_soon,
    held_locks,
    ledger,
    session,
    until,
    until_waits,
    up,
    write,
)
from tests.runtime.migrator.failures.means_here import AtBegin
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twin.postgres import Server

FILES = {
    "1_first.sql": "CREATE TABLE first (id int);\nINSERT INTO first VALUES (1);",
    "2_gate.sql": "SELECT FROM gate;\nCREATE TABLE second (id int);",
    "3_third.sql": "INSERT INTO first VALUES (3);",
}
"""The second waits while somebody else has the table `gate` locked."""
SECOND = "INSERT INTO first VALUES (2);"
INDEX = "-- no-transaction\nCREATE INDEX CONCURRENTLY first_id ON first (id);"


def gated(url: str) -> psycopg.Connection:
    """A session that has the gate locked, until its COMMIT."""
    gate = session(url, "gate")
    gate.execute("CREATE TABLE gate ()")
    gate.execute("BEGIN; LOCK TABLE gate")
    return gate


def test_ours_waits_for_an_application_that_migrates(database: str, tmp_path: Path) -> None:
    """Case 7: the program has sqlx's lock; ours begins when it is done, and then has nothing to do."""
    folder = write(tmp_path / "migrations", FILES)
    heard = Heard()

    with gated(database) as gate, session(database, "the application") as application:
        theirs = Background(lambda: sqlx.run_embedded(application, folder))
        until_waits(database)
        ours = Background(lambda: up(database, folder, heard))
        until(lambda: heard.sentences, "ours has said that it waits")
        gate.execute("COMMIT")
        assert ([1, 2, 3], ()) == (theirs.result(), ours.result().applied)

    assert "held by the application (pid " in str(heard)
    assert [(1,), (3,)] == ask(database, "SELECT id FROM first ORDER BY id")


def test_an_application_waits_for_ours(database: str, tmp_path: Path) -> None:
    """Case 7: ours has sqlx's lock too; the program starts when ours is done, and accepts what it finds."""
    folder = write(tmp_path / "migrations", FILES)

    with gated(database) as gate, session(database, "the application") as application:
        ours = Background(lambda: up(database, folder, lock_timeout=PATIENCE))
        until_waits(database)
        theirs = Background(lambda: sqlx.run_embedded(application, folder))
        until_waits(database, 2)
        gate.execute("COMMIT")
        assert (3, []) == (len(ours.result().applied), theirs.result())

    assert [(1,), (3,)] == ask(database, "SELECT id FROM first ORDER BY id")


def test_an_application_that_waits_does_not_lock_out_an_index(database: str, tmp_path: Path) -> None:
    """Case 7: sqlx waits inside of the server with a snapshot, for which CREATE INDEX CONCURRENTLY waits.

    Ours lends the lock for that while: the program sees an unfinished migration, and stops.
    """
    folder = write(tmp_path / "migrations", FILES | {"3_index.sql": INDEX})
    (folder / "3_third.sql").unlink()

    with gated(database) as gate, session(database) as old:
        old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class")  # the index waits for it
        ours = Background(lambda: up(database, folder, lock_timeout=PATIENCE))
        until_waits(database)
        with session(database, "the application") as application:
            theirs = Background(lambda: sqlx.run_embedded(application, folder))
            until_waits(database, 2)
            gate.execute("COMMIT")
            with pytest.raises(sqlx.SqlxError, match=r"^migration 3 is partially applied"):
                theirs.result()  # and its connection ends with it, as a program's that does not start
        old.execute("ROLLBACK")
        assert 3 == len(ours.result().applied)

    assert [(True,)] == ask(database, "SELECT indisvalid FROM pg_index WHERE indrelid = 'first'::regclass")
    assert ([(1, True), (2, True), (3, True)], []) == (ledger(database), held_locks(database))


@pytest.mark.parametrize("first_line", ["", "-- no-transaction\n"], ids=["transaction", "no transaction"])
def test_what_the_command_of_sqlx_applied_meanwhile_is_told(
    database: str, tmp_path: Path, first_line: str
) -> None:
    """Case 8: it takes no lock, and was quicker after ours had looked; the ledger's key tells."""
    files = {
        "1_first.sql": FILES["1_first.sql"],
        "2_second.sql": first_line + SECOND,
    }
    folder = write(tmp_path / "migrations", files)

    with session(database, "sqlx") as connection:
        quicker = AtBegin(lambda migration: migration.version == 2 and sqlx.run_command(connection, folder))
        with pytest.raises(AppliedElsewhere) as stopped:
            up(database, folder, quicker)

    assert (
        "migration 2 was applied by another tool at the same moment; ours was rolled back: run again"
    ) == str(stopped.value)
    assert isinstance(stopped.value, DatabaseError)
    assert [(1,), (2,)] == ask(database, "SELECT id FROM first ORDER BY id")
    assert ([(1, True), (2, True)], []) == (ledger(database), held_locks(database))
    assert () == up(database, folder).applied


def test_what_the_command_of_sqlx_is_applying_is_waited_for(database: str, tmp_path: Path) -> None:
    """Case 8: its row is written and not committed; ours waits at its claim, before the file."""
    folder = write(tmp_path / "migrations", {"1_first.sql": FILES["1_first.sql"]})
    (migration,) = read_migrations(folder).up

    with session(database, "sqlx") as connection:
        connection.execute(sqlx.CREATE.encode())
        with connection.transaction():
            connection.execute(migration.content)
            connection.execute(sqlx.INSERT, [1, migration.description, migration.checksum])
            ours = Background(lambda: up(database, folder))
            until_waits(database)
        with pytest.raises(AppliedElsewhere):
            ours.result()

    assert [(1,)] == ask(database, "SELECT id FROM first")


def test_the_command_of_sqlx_fails_at_what_ours_is_applying(database: str, tmp_path: Path) -> None:
    """Case 8: the other way round; ours goes on as if nobody was there."""
    files = FILES | {"2_gate.sql": "CREATE TABLE second (id int);\nSELECT FROM gate;"}
    folder = write(tmp_path / "migrations", files)

    with gated(database) as gate, session(database, "sqlx") as connection:
        ours = Background(lambda: up(database, folder, lock_timeout=PATIENCE))
        until_waits(database)
        theirs = Background(lambda: sqlx.run_command(connection, folder))
        until_waits(database, 2)
        gate.execute("COMMIT")
        with pytest.raises((psycopg.errors.DuplicateTable, psycopg.errors.UniqueViolation)):
            theirs.result()
        assert 3 == len(ours.result().applied)

    assert [(1,), (3,)] == ask(database, "SELECT id FROM first ORDER BY id")


@pytest.mark.parametrize("trial", range(examples(1, 24)))
def test_in_a_race_with_the_command_of_sqlx_everything_is_applied_once(
    postgres: Server, database: str, tmp_path: Path, trial: int
) -> None:
    """Case 8: both begin at the same moment, at the creation of the ledger; whoever fails begins again."""
    files = {
        f"{number}_any.sql": f"CREATE TABLE t{number} ();\nINSERT INTO rows VALUES ({number});"
        for number in range(1, 9)
    }
    folder = write(tmp_path / "migrations", files | {"0_rows.sql": "CREATE TABLE rows (id int);"})
    ready = threading.Barrier(2)
    find_deadlocks_soon(postgres, database)
    del trial

    def again(run: Callable[[], object], *refusals: type[Exception]) -> None:
        ready.wait(PATIENCE)
        for _ in range(20):
            try:
                run()
            except refusals:
                continue
            return
        raise AssertionError("it does not come to an end")

    with session(database, "sqlx") as connection:
        theirs = Background(lambda: again(lambda: sqlx.run_command(connection, folder), psycopg.Error))
        again(lambda: up(database, folder), AppliedElsewhere, MigrationFailed)
        theirs.result()

    assert [(number,) for number in range(1, 9)] == ask(database, "SELECT id FROM rows ORDER BY id")
    assert [(number, True) for number in range(9)] == ledger(database)

"""A file and its ledger row are one transaction, and what a file does to that is refused or told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from runtime.migrator.errors import MigrationFailed, NothingRecorded
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ask, held_locks, ledger, session, tables, up
from tests.runtime.migrator.failures.means_here import put, run_uninspected

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here
    from twin.postgres import Server

OUTSIDE_ONLY: Final = [
    "VACUUM",
    "VACUUM ANALYZE thing",
    "CREATE INDEX CONCURRENTLY thing_name ON thing (name)",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS thing_name ON thing (name)",
    "DROP INDEX CONCURRENTLY thing_id",
    "REINDEX INDEX CONCURRENTLY thing_id",
    "REINDEX (CONCURRENTLY) TABLE thing",
    "REINDEX DATABASE {database}",
    "REINDEX SYSTEM {database}",
    "REINDEX SCHEMA public",
    "CREATE DATABASE another",
    "DROP DATABASE another",
    "CREATE TABLESPACE another LOCATION '/nowhere'",
    "DROP TABLESPACE another",
    "ALTER SYSTEM SET work_mem = '4MB'",
    "CLUSTER",
    "CLUSTER VERBOSE",
    "DISCARD ALL",
    "ALTER DATABASE {database} SET TABLESPACE pg_default",
    "ALTER TABLE parted DETACH PARTITION part CONCURRENTLY",
    "CREATE SUBSCRIPTION sub CONNECTION 'host=localhost' PUBLICATION pub",
]
"""What the server refuses in a transaction block: 25001, `cannot run inside a transaction block`."""
INSIDE_TOO: Final = [
    "ALTER TYPE mood ADD VALUE 'glad'",
    "CHECKPOINT",
    "LOAD 'plpgsql'",
    "REINDEX TABLE thing",
    "CLUSTER thing USING thing_id",
    "CREATE SUBSCRIPTION sub CONNECTION 'host=localhost' PUBLICATION pub WITH (connect = false)",
]
THINGS: Final = """
CREATE TABLE thing (id int, name text);
CREATE INDEX thing_id ON thing (id);
CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE parted (id int) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
"""


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN;\nCREATE TABLE own ();\nCOMMIT;\n",
        "CREATE TABLE own ();\nCOMMIT;\nCREATE TABLE more ();\n",
        "START TRANSACTION;\nCREATE TABLE own ();\nEND;\n",
        "CREATE TABLE own ();\nCOMMIT;\nBEGIN;\nCREATE TABLE more ();",
        "CREATE TABLE own ();\nCOMMIT AND CHAIN;\nCREATE TABLE more ();",
    ],
)
def test_a_file_with_its_own_transaction_runs_with_a_warning(
    here: Here, database: str, tmp_path: Path, text: str
) -> None:
    """Case 25: a file with its own BEGIN or COMMIT runs and is recorded; both are warned not to be one."""
    folder = put(tmp_path / "migrations", {"1_own.sql": text, "2_next.sql": "CREATE TABLE next ()"})

    answer = here(database, folder, "up")

    assert Exit.DONE == answer.code
    assert [(1, True), (2, True)] == ledger(database)
    assert {"own", "next"} <= set(tables(database))
    assert "the file and its ledger row are not applied as one" in answer.err
    assert [] == held_locks(database)


def test_a_file_that_fails_after_its_own_commit_is_marked(here: Here, database: str, tmp_path: Path) -> None:
    """Case 25: what such a file has committed before it fails is left, and the ledger tells so."""
    folder = put(
        tmp_path / "migrations", {"1_own.sql": "CREATE TABLE own ();\nCOMMIT;\nCREATE TABLE own ();\n"}
    )

    failed = here(database, folder, "up")
    again = here(database, folder, "up", "--resume")
    dropped = here(database, folder, "repair", "1", "--rolled-back", "--yes")

    assert Exit.DATABASE_REFUSED == failed.code
    assert f"{folder / '1_own.sql'}:3:14: " in failed.err or f"{folder / '1_own.sql'}:3:1: " in failed.err
    assert "what it had committed by itself is left, and it is marked as unfinished" in failed.err
    assert ["own"] == tables(database)
    assert Exit.DATABASE_REFUSED == again.code
    assert "migration 1 was begun and not finished; see what it left behind" in again.err
    assert "--resume" not in again.err  # it is no migration of single statements
    assert Exit.DONE == dropped.code
    assert [] == ledger(database)


def test_a_file_that_committed_by_itself_is_not_tried_again(database: str, tmp_path: Path) -> None:
    """Case 25: what would be tried again in a transaction is not, where a part of it is committed."""
    raising = "DO $$ BEGIN RAISE serialization_failure; END $$;"
    folder = put(tmp_path / "migrations", {"1_own.sql": f"CREATE TABLE own ();\nCOMMIT;\nBEGIN;\n{raising}"})

    with pytest.raises(MigrationFailed) as failed:
        up(database, folder)

    assert "40001" == failed.value.sqlstate
    assert "what it had committed by itself is left, and it is marked as unfinished" == failed.value.state
    assert [(1, False)] == ledger(database)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE lost ();\nROLLBACK;\n",
        "BEGIN;\nCREATE TABLE lost ();\nROLLBACK;\n",
        "CREATE TABLE lost ();\nABORT;\n",
        "CREATE TABLE lost ();\nROLLBACK AND CHAIN;\nCREATE TABLE kept ();\n",
    ],
)
def test_a_file_that_rolls_back_is_refused_and_never_recorded(
    here: Here, database: str, tmp_path: Path, text: str
) -> None:
    """Case 26: sqlx records such a file as applied with nothing done; ours refuses it before it is sent."""
    folder = put(tmp_path / "migrations", {"1_lost.sql": text})

    answer = here(database, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / '1_lost.sql'}:" in answer.err
    assert "ROLLBACK" in answer.err
    assert ([], []) == (ledger(database), tables(database))

    # and if the inspection had let it pass, the run would have noticed
    with pytest.raises(NothingRecorded, match=r"row of 1_lost\.sql is gone"):
        run_uninspected(database, folder)
    assert [] == ledger(database)
    assert [] == held_locks(database)


def test_rolling_back_to_a_savepoint_is_fine(database: str, tmp_path: Path) -> None:
    """Case 26: ROLLBACK TO takes back a part, and the file is applied."""
    text = "CREATE TABLE kept (); SAVEPOINT a; CREATE TABLE lost (); ROLLBACK TO SAVEPOINT a; RELEASE a"
    folder = put(tmp_path / "migrations", {"1_savepoint.sql": text})

    up(database, folder)

    assert [(1, True)] == ledger(database)
    assert ["kept"] == tables(database)


def test_what_can_not_run_in_a_transaction_is_refused_where_it_would(
    here: Here, postgres: Server, database: str, tmp_path: Path
) -> None:
    """Case 23: what the server refuses in a transaction is refused before, with what to do."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    statements = [statement.format(database=name) for statement in OUTSIDE_ONLY]
    names = {f"{number}_outside.sql": f"{text};\n" for number, text in enumerate(statements, start=2)}
    folder = put(tmp_path / "migrations", {"1_things.sql": THINGS, **names})

    answer = here(database, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    refused = [line for line in answer.err.splitlines() if "needs-no-transaction" in line]
    assert [str(folder / name) for name in names] == [line.partition(":")[0] for line in refused]
    assert all("write -- no-transaction as the first line" in line for line in refused)
    assert ([], []) == (ledger(database), tables(database))

    # and the server does refuse them, even to its superuser
    with session(postgres.superuser_url(str(name))) as connection:
        connection.execute(THINGS)
        for statement in statements:
            connection.execute("BEGIN")
            with pytest.raises(psycopg.errors.ActiveSqlTransaction):
                connection.execute(statement.encode())
            connection.execute("ROLLBACK")


def test_what_only_looks_like_it_runs_in_a_transaction(
    postgres: Server, database: str, tmp_path: Path
) -> None:
    """Case 23: what the server takes in a transaction is not refused; most of it is the superuser's here."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    folder = put(tmp_path / "migrations", {"1_things.sql": THINGS})
    put(folder, {f"{number}_inside.sql": text for number, text in enumerate(INSIDE_TOO, start=2)})

    result = up(postgres.superuser_url(str(name)), folder)

    assert 1 + len(INSIDE_TOO) == len(result.applied)
    with session(postgres.superuser_url(str(name))) as connection:
        connection.execute("ALTER SUBSCRIPTION sub SET (slot_name = NONE)")
        connection.execute("DROP SUBSCRIPTION sub")


def test_a_new_enum_value_can_not_be_used_before_its_commit(
    here: Here, database: str, tmp_path: Path
) -> None:
    """Case 23: ALTER TYPE ADD VALUE runs in a transaction, but the value is of no use there (55P04)."""
    folder = put(
        tmp_path / "migrations",
        {
            "1_mood.sql": "CREATE TYPE mood AS ENUM ('sad');",
            "2_glad.sql": "ALTER TYPE mood ADD VALUE 'glad';\n"
            "CREATE TABLE day AS SELECT 'glad'::mood AS mood;",
        },
    )

    answer = here(database, folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert f"{folder / '2_glad.sql'}:2:" in answer.err
    assert "(55P04); it was rolled back" in answer.err
    assert [(1, True)] == ledger(database)
    assert [("sad",)] == ask(database, "SELECT enumlabel FROM pg_enum")


def test_a_deferred_constraint_fails_at_the_commit(here: Here, database: str, tmp_path: Path) -> None:
    """Case 49: a deferred constraint that fails at COMMIT (23503) takes the ledger's row back too."""
    folder = put(
        tmp_path / "migrations",
        {
            "1_tables.sql": "CREATE TABLE parent (id int PRIMARY KEY); "
            "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);",
            "2_orphan.sql": "CREATE TABLE other ();\nINSERT INTO child VALUES (1);",
            "3_never.sql": "CREATE TABLE never ();",
        },
    )

    answer = here(database, folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert (
        f"miyabi: {folder / '2_orphan.sql'}, at COMMIT: "
        'insert or update on table "child" violates foreign key constraint "child_id_fkey", '
        'Key (id)=(1) is not present in table "parent" (23503); it was rolled back'
    ) == answer.err.splitlines()[-1]
    assert [(1, True)] == ledger(database)
    assert ["child", "parent"] == tables(database)
    assert [] == held_locks(database)

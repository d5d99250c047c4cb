"""A rehearsal runs what is pending on a copy of the schema, tells what it saw, and leaves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.migrator import catalogue
from runtime.migrator.comparing import LedgerMoved
from runtime.migrator.connection import read_url
from runtime.migrator.context import Context
from runtime.migrator.copying import CopyRefused
from runtime.migrator.errors import Edited, MigrationFailed, NothingRecorded, ReadOnly
from runtime.migrator.rehearse import rehearse
from runtime.migrator.rehearsing import BeyondTheDatabase
from runtime.migrator.runner import up
from tests.runtime.migrator.failures.means import Heard, ask, session
from tests.runtime.migrator.folders import folder
from tests.runtime.migrator.rehearsed_statements import FILLING, SCHEMA
from tests.runtime.migrator.reported import rows, scratch_databases

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.migrator.context import Document
    from twin.postgres import Server

FIRST = {"1_schema.sql": SCHEMA}


@pytest.fixture
def rehearsed(postgres: Server, database: str, tmp_path: Path) -> Any:
    """Apply the first file, and rehearse others."""
    applied = folder(tmp_path, FIRST)
    up(read_url(database), applied)

    def run(files: dict[str, str], progress: Heard | None = None, **options: Any) -> Document:
        context = Context(read_url(database), folder(tmp_path, files), progress or Heard())
        return rehearse(context, options, pg_dump=postgres.binaries / "pg_dump")

    return run


def told(document: Document, file: int = 0) -> list[tuple[str, str]]:
    """The locks, but for those of reading, and the verdict of each statement of a file."""
    return [
        (
            ", ".join(
                f"{lock['relation']} {lock['mode'].removesuffix('Lock')}"
                for lock in statement["locks"]
                if lock["mode"] not in ("AccessShareLock", "RowShareLock")
            ),
            statement["verdict"],
        )
        for statement in document["files"][file]["statements"]
    ]


def schema_of(url: str) -> catalogue.Catalogue:
    """The catalogue of a database."""
    with session(url) as connection:
        return catalogue.read(connection)


SHORT = "short: no scan, no rewrite"
WAITS = "does not block, and waits until every older transaction has ended"


def test_statements_outside_of_a_transaction_are_seen_from_another_session(rehearsed: Any) -> None:
    document = rehearsed(
        {
            "2_outside.sql": "-- no-transaction\n"
            "CREATE INDEX CONCURRENTLY accounts_name_idx ON accounts (name);\n"
            "DROP INDEX CONCURRENTLY accounts_spare_idx;\n"
            "REINDEX INDEX CONCURRENTLY accounts_code_idx;\n"
            "VACUUM accounts;\n"
            "VACUUM FULL accounts;\n"
            "ALTER TABLE parts DETACH PARTITION parts_2026 CONCURRENTLY;\n"
            "ALTER TABLE entries ALTER COLUMN note TYPE varchar(100);\n",
        }
    )

    assert not document["files"][0]["transaction"]
    assert [
        ("accounts ShareUpdateExclusive", WAITS),
        ("accounts ShareUpdateExclusive", WAITS),
        ("accounts ShareUpdateExclusive", WAITS),
        ("accounts ShareUpdateExclusive", "does not block"),
        (
            "accounts AccessExclusive",
            "blocks reads and writes of accounts while it rewrites accounts (empty)",
        ),
        ("parts ShareUpdateExclusive", WAITS),
        ("entries AccessExclusive", "blocks reads and writes of entries while it rewrites entries (empty)"),
    ] == told(document)


def test_what_was_rebuilt_counts_as_locked_where_the_lock_was_not_seen(rehearsed: Any) -> None:
    """Of a statement that goes from table to table the first lock is seen, and here all are closed."""
    (statement,) = rehearsed({"2_a.sql": "-- no-transaction\nREINDEX SCHEMA public;"})["files"][0][
        "statements"
    ]

    assert "blocks" == statement["level"]
    assert {"accounts_pkey", "entries_pkey"} < set(statement["rebuilds"])
    assert {"accounts", "entries"} < {lock["relation"] for lock in statement["locks"]}


def test_transactions_of_the_files_own_are_followed(rehearsed: Any) -> None:
    """A lock goes with them, and the isolation of one may be set."""
    document = rehearsed(
        {
            "2_inside.sql": "LOCK TABLE accounts; COMMIT; UPDATE accounts SET balance = 0;",
            "3_outside.sql": "-- no-transaction\n"
            "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n"
            "LOCK TABLE entries IN SHARE MODE; CREATE INDEX ON accounts (name); COMMIT;\n"
            "DO 'BEGIN LOCK TABLE accounts; COMMIT; END';\n",
        }
    )

    assert ["short", "none", "rows"] == [each["level"] for each in document["files"][0]["statements"]]
    assert [
        ("", "does not block"),
        ("", "does not block"),
        ("entries Share", SHORT),
        (
            "accounts Share",
            (
                "blocks writes of accounts and entries (locked by an earlier statement) "
                "while it scans accounts (empty)"
            ),
        ),
        ("", "does not block"),
        ("accounts AccessExclusive", SHORT),
    ] == told(document, 1)


def test_it_tells_how_big_the_real_tables_are(database: str, rehearsed: Any) -> None:
    with session(database) as connection:
        for statement in FILLING.split(";"):
            connection.execute(statement.encode())

    document = rehearsed({"2_a.sql": "ALTER TABLE accounts ALTER COLUMN balance TYPE bigint;"})

    size = document["tables"]["accounts"]
    assert 2000 == size["rows"]
    assert [size["table_bytes"], size["index_bytes"]] == [
        *ask(database, "SELECT pg_table_size('accounts'), pg_indexes_size('accounts')")[0]
    ]
    kilobytes = (size["table_bytes"] + size["index_bytes"]) // 1024
    assert [
        (
            "accounts AccessExclusive",
            f"blocks reads and writes of accounts while it rewrites accounts (2,000 rows, {kilobytes} kB)",
        )
    ] == told(document)
    assert 1 == document["blocking"]


def test_it_goes_on_without_sizes_where_somebody_holds_a_table(
    database: str, rehearsed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime.migrator import rehearse as module

    held = []

    class Holding(Heard):
        def end(self, *_: object) -> None:
            """Hold the table once it has been copied."""
            held.append(session(database))
            held[0].execute("BEGIN; LOCK TABLE accounts")

    monkeypatch.setattr(module, "_PATIENCE", {"lock_timeout": "10ms"})
    heard = Holding()
    try:
        document = rehearsed({"2_a.sql": "CREATE INDEX ON accounts (name);"}, heard)
    finally:
        held[0].close()

    assert {} == document["tables"]
    assert [("accounts Share", "blocks writes of accounts while it scans accounts")] == told(document)
    assert "how big the tables are is not told: somebody holds one of them" == heard.sentences[-1]


def test_what_pending_files_make_is_in_nobodys_way(rehearsed: Any) -> None:
    document = rehearsed(
        {
            "2_make.sql": "CREATE TABLE fresh AS SELECT id FROM accounts;",
            "3_use.sql": "CREATE INDEX ON fresh (id); ALTER TABLE fresh ALTER COLUMN id TYPE integer;",
            "4_anew.sql": "DROP VIEW names; CREATE VIEW names AS SELECT 1 AS one;",
            "5_again.sql": "DROP VIEW names;",
        }
    )

    assert [("", "does not block"), ("", "does not block")] == told(document, 1)
    assert [("names AccessExclusive", f"{SHORT}, drops names")] == told(document, 3)


def test_a_database_without_a_ledger_is_rehearsed_too(
    postgres: Server, database: str, tmp_path: Path
) -> None:
    files = folder(tmp_path, FIRST)

    document = rehearse(Context(read_url(database), files), {}, pg_dump=postgres.binaries / "pg_dump")

    assert {"does not block"} == {verdict for _, verdict in told(document)}
    assert [(None,)] == ask(database, "SELECT to_regclass('_sqlx_migrations')")


def test_the_files_find_the_ledgers_rows(rehearsed: Any) -> None:
    """One that asks for them would do something else, or fail."""
    document = rehearsed(
        {
            "2_a.sql": "DO 'BEGIN ASSERT (SELECT array_agg(version) FROM _sqlx_migrations) ="
            " ARRAY[1, 2]::bigint[]; END';"
        }
    )

    assert 1 == len(document["files"])


def test_target_ends_it_early(rehearsed: Any) -> None:
    document = rehearsed({"2_a.sql": "SELECT 1;", "3_b.sql": "SELECT x;"}, target=2)

    assert [2] == [file["version"] for file in document["files"]]


def test_where_nothing_is_pending_no_copy_is_made(rehearsed: Any) -> None:
    heard = Heard()

    document = rehearsed({}, heard)

    assert ([], 0) == (document["files"], document["blocking"])
    assert [] == heard.sentences


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (
            "SELECT 1;\n  SELECT name, nothing FROM accounts;",
            "2_a.sql:2:16",
            'column "nothing" does not exist',
        ),
        (
            "-- no-transaction\nSELECT 1;\nCREATE INDEX CONCURRENTLY ON accounts (nothing);",
            "2_a.sql:3:1",
            'column "nothing" does not exist',
        ),
        ("-- no-transaction\n\nSELECT nothing;", "2_a.sql:3:8", 'column "nothing" does not exist'),
        (
            (
                "CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n"
                "INSERT INTO a VALUES (1, 2);"
            ),
            "2_a.sql, at COMMIT",
            "violates foreign key constraint",
        ),
    ],
)
def test_a_file_that_fails_is_told_with_its_place_and_nothing_is_left(
    database: str, rehearsed: Any, tmp_path: Path, text: str, place: str, reason: str
) -> None:
    before = (schema_of(database), rows(database))

    with pytest.raises(MigrationFailed) as caught:
        rehearsed({"2_a.sql": text})

    assert f"{tmp_path}/{place}" == caught.value.place
    assert reason in caught.value.reason
    assert "that was the rehearsal, and nothing was changed" == caught.value.state
    assert before == (schema_of(database), rows(database))
    assert [] == scratch_databases(database)


def test_a_file_that_takes_its_row_away_is_refused_as_in_a_run(rehearsed: Any) -> None:
    with pytest.raises(NothingRecorded):
        rehearsed({"2_a.sql": "CREATE TABLE a (); DELETE FROM _sqlx_migrations WHERE version = 2;"})


@pytest.mark.parametrize(
    ("text", "catalogue"),
    [
        ("SELECT 1;\nCREATE ROLE passing;", "pg_authid"),
        ("-- no-transaction\nDO 'BEGIN CREATE ROLE passing; COMMIT; END';", "a role"),
        ("-- no-transaction\nCREATE ROLE passing;", "pg_authid"),
        ("-- no-transaction\nCREATE DATABASE passing;", "a database"),
        ("-- no-transaction\nDROP DATABASE template0;", "a database"),
    ],
)
def test_what_would_reach_beyond_the_copy_is_not_done(
    database: str, rehearsed: Any, text: str, catalogue: str
) -> None:
    with pytest.raises(
        BeyondTheDatabase, match=rf":2:1: this changes {catalogue}, which is the whole server's"
    ):
        rehearsed({"2_a.sql": text})

    assert [] == ask(database, "SELECT FROM pg_roles WHERE rolname = 'passing'")
    assert [] == ask(database, "SELECT FROM pg_database WHERE datname = 'passing'")


def test_files_that_a_run_would_refuse_are_refused_before_anything_is_copied(
    rehearsed: Any,
) -> None:
    heard = Heard()

    with pytest.raises(Edited):
        rehearsed({"1_schema.sql": "SELECT 1;"}, heard)

    assert [] == heard.sentences


def test_a_ledger_that_moves_meanwhile_is_noticed(database: str, rehearsed: Any) -> None:
    class Moving(Heard):
        def say(self, sentence: str) -> None:
            """Have somebody else apply a migration while the schema is read."""
            if sentence.startswith("reading"):
                ask(database, "UPDATE _sqlx_migrations SET success = false RETURNING 1")

    with pytest.raises(LedgerMoved, match="nothing was rehearsed: run again"):
        rehearsed({"2_a.sql": "SELECT 1;"}, Moving())


def test_a_session_that_may_not_write_is_refused_before_anything_is_copied(
    database: str, rehearsed: Any
) -> None:
    with session(database) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET default_transaction_read_only = on")
    heard = Heard()

    with pytest.raises(ReadOnly, match="a rehearsal makes a scratch database, which a replica"):
        rehearsed({"2_a.sql": "SELECT 1;"}, heard)

    assert [] == heard.sentences


def test_a_schema_that_only_a_superuser_can_make_is_told(
    postgres: Server, database: str, rehearsed: Any
) -> None:
    name = read_url(database).parameters["dbname"]
    with session(postgres.superuser_url(name)) as superuser:
        superuser.execute("CREATE FUNCTION own() RETURNS int LANGUAGE internal AS 'pg_backend_pid'")

    with pytest.raises(
        CopyRefused, match="permission denied for language internal; connect as a user who may"
    ):
        rehearsed({"2_a.sql": "SELECT 1;"})

    assert [] == scratch_databases(database)

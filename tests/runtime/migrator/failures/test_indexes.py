"""An index is built valid or not at all, and a file without a transaction statement by statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.migrator.errors import Dirty, MigrationFailed
from tests.runtime.migrator.failures import means_sqlx as sqlx
from tests.runtime.migrator.failures.means import (
    Background,
    Heard,
    ask,
    ledger,
    session,
    tables,
    until,
    until_runs,
    up,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "CREATE TABLE account (id int, name text);\nINSERT INTO account VALUES (1, 'Aoi'), (2, 'Ren');"
OLD_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM account"
INDEX = "CREATE INDEX CONCURRENTLY IF NOT EXISTS account_name ON account (name);"
UNIQUE = "CREATE UNIQUE INDEX CONCURRENTLY account_name ON account (name);"


def outside(*statements: str) -> str:
    """A file of these statements that runs outside of a transaction."""
    return "\n".join(["-- no-transaction", *statements])


def indexes(url: str) -> list[tuple[str, bool]]:
    """The indexes of the schema `public` but the ledger's, and whether they are valid."""
    query = (
        "SELECT c.relname, i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid "
        "WHERE c.relnamespace = 'public'::regnamespace AND i.indrelid <> '_sqlx_migrations'::regclass "
        "ORDER BY 1"
    )
    return [(str(name), bool(valid)) for name, valid in ask(url, query)]


def test_an_index_waits_for_old_snapshots_longer_than_any_lock_timeout(database: str, tmp_path: Path) -> None:
    """Case 21: a timeout in that wait would leave it invalid; the statements after it have theirs again."""
    files = {
        "1_table.sql": TABLE,
        "2_index.sql": outside(INDEX, "CREATE TABLE told AS SELECT current_setting('lock_timeout');"),
    }
    folder = write(tmp_path / "migrations", files)
    up(database, folder, target=1)

    with session(database) as reader:
        reader.execute(OLD_SNAPSHOT)
        run = Background(lambda: up(database, folder, lock_timeout=0.05))
        pid = until_runs(database, "CREATE INDEX CONCURRENTLY")
        until(
            lambda: ask(
                database,
                "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'virtualxid' "
                "AND clock_timestamp() - query_start > '0.2 s'",
                pid,
            ),
            "it has waited for four times the lock timeout",
        )
        reader.execute("COMMIT")
        assert [2] == [applied.migration.version for applied in run.result().applied]

    assert [("account_name", True)] == indexes(database)
    assert [("50ms",)] == ask(database, "TABLE told")


def test_an_invalid_index_of_an_earlier_try_is_not_taken_for_done(database: str, tmp_path: Path) -> None:
    """Case 21: somebody built it by hand under a lock timeout; IF NOT EXISTS would be content with it."""
    folder = write(tmp_path / "migrations", {"1_table.sql": TABLE, "2_index.sql": outside(INDEX)})
    up(database, folder, target=1)
    with session(database) as reader, session(database) as somebody:
        reader.execute(OLD_SNAPSHOT)
        somebody.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            somebody.execute(INDEX)
        assert [("account_name", False)] == indexes(database)
        heard = Heard()
        run = Background(lambda: up(database, folder, heard, lock_timeout=0.05))
        until(lambda: heard.sentences, "it has said what it drops")
        reader.execute("COMMIT")
        run.result()

    assert "dropping the invalid index public.account_name on account, left by an earlier try" in str(heard)
    assert [("account_name", True)] == indexes(database)


def test_an_invalid_index_of_the_same_name_elsewhere_is_left_alone(database: str, tmp_path: Path) -> None:
    """Case 21: only the one that the statement would create is its own."""
    with session(database) as somebody:
        somebody.execute("CREATE SCHEMA other; CREATE TABLE other.account (name text)")
        somebody.execute("INSERT INTO other.account VALUES ('Aoi'), ('Aoi')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            somebody.execute(UNIQUE.replace("ON account", "ON other.account"))
    folder = write(tmp_path / "migrations", {"1_table.sql": TABLE, "2_index.sql": outside(INDEX)})

    up(database, folder)

    query = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    assert [("other.account_name",)] == ask(database, query)
    assert [("account_name", True)] == indexes(database)


def test_an_index_that_is_not_unique_is_reported_and_leaves_nothing(database: str, tmp_path: Path) -> None:
    """Case 22: 23505; the invalid index is dropped, and the migration is pending again."""
    folder = write(tmp_path / "migrations", {"1_table.sql": TABLE, "2_index.sql": outside(UNIQUE)})
    up(database, folder, target=1)
    with session(database) as somebody:
        somebody.execute("INSERT INTO account VALUES (3, 'Aoi')")
    heard = Heard()

    with pytest.raises(MigrationFailed) as failed:
        up(database, folder, heard)

    assert (
        f'{folder / "2_index.sql"}:2:1: could not create unique index "account_name", '
        "Key (name)=(Aoi) is duplicated (23505); nothing of it is left\n    " + UNIQUE.rstrip(";")
    ) == str(failed.value)
    assert "dropping the invalid index public.account_name on account, left by the failed statement" in str(
        heard
    )
    assert ([(1, True)], []) == (ledger(database), indexes(database))
    with session(database) as somebody:
        somebody.execute("DELETE FROM account WHERE id = 3")
    up(database, folder)
    assert [("account_name", True)] == indexes(database)


def test_several_statements_are_run_one_by_one_where_sqlx_sends_one_message(
    database: str, tmp_path: Path
) -> None:
    """Case 24: and a warning says that sqlx can't."""
    files = {"1_table.sql": TABLE, "2_index.sql": outside(UNIQUE, "VACUUM account;", INDEX)}
    folder = write(tmp_path / "migrations", files)

    with session(database) as connection, pytest.raises(psycopg.errors.ActiveSqlTransaction):
        sqlx.run_embedded(connection, folder)
    result = up(database, folder)

    assert [2] == [applied.migration.version for applied in result.applied]
    (warning,) = [warning for warning in result.warnings if warning.rule == "several-statements"]
    assert (3, 1) == (warning.line, warning.column)
    assert "sqlx" in warning.sentence
    assert [("account_name", True)] == indexes(database)


def test_what_was_done_before_a_failing_statement_is_counted_and_not_repeated(
    database: str, tmp_path: Path
) -> None:
    """Case 24: a statement in the middle fails; the rest is done when it is mended."""
    statements = (
        "SET search_path = other, public;",
        "INSERT INTO account VALUES (3, 'Aoi');",
        UNIQUE,
        "CREATE TABLE told AS SELECT current_setting('search_path');",
    )
    files = {"1_table.sql": TABLE, "2_index.sql": outside(*statements)}
    folder = write(tmp_path / "migrations", files)

    with pytest.raises(MigrationFailed) as failed:
        up(database, folder)

    assert f"{folder / '2_index.sql'}:4:1" == failed.value.place
    assert "2 of its statements are done, and it is marked as unfinished" == failed.value.state
    with pytest.raises(Dirty, match="after 2 of 4 statements"):
        up(database, folder)
    with session(database) as somebody:
        somebody.execute("DELETE FROM account WHERE id = 1")
    up(database, folder, resume=True)
    assert [("Ren",), ("Aoi",)] == ask(database, "SELECT name FROM account ORDER BY id")
    assert [("other, public",)] == ask(database, "TABLE told")
    assert ([(1, True), (2, True)], ["account", "told"]) == (ledger(database), tables(database))


def test_an_index_that_was_built_before_the_run_was_killed_is_not_built_again(
    database: str, tmp_path: Path
) -> None:
    """Case 5: SIGKILL after the statement, before it was counted; the ledger's row is the older one."""
    files = {"1_table.sql": TABLE, "2_index.sql": outside("INSERT INTO account VALUES (3, 'Yui');", UNIQUE)}
    folder = write(tmp_path / "migrations", files)
    up(database, folder, target=1)
    with session(database) as killed:
        killed.execute("CREATE INDEX account_name ON account (id)")
        with pytest.raises(MigrationFailed):
            up(database, folder)
        killed.execute("DROP INDEX account_name")
        killed.execute(UNIQUE)
    heard = Heard()

    up(database, folder, heard, resume=True)

    assert "2_index.sql: statement 2 was done already, by the earlier run" in heard.sentences
    assert ([(1, True), (2, True)], [("account_name", True)]) == (ledger(database), indexes(database))


def test_a_statement_is_counted_in_the_transaction_that_runs_it(database: str, tmp_path: Path) -> None:
    """Case 5: so no moment is left in which a kill would have it done and not counted."""
    files = {"1_count.sql": outside("CREATE TABLE told AS SELECT txid_current() AS id;", "SELECT 1 / 0;")}

    with pytest.raises(MigrationFailed, match="division by zero"):
        up(database, write(tmp_path / "migrations", files))

    rows = ask(database, "SELECT xmin::text::bigint, execution_time FROM _sqlx_migrations")
    assert [(*ask(database, "TABLE told")[0], -2)] == rows


def test_an_index_of_somebody_else_is_not_taken_for_the_one_of_the_earlier_run(
    database: str, tmp_path: Path
) -> None:
    """Case 24: it was there before, so the statement failed; it fails again, and nothing hides that."""
    files = {"1_table.sql": TABLE, "2_index.sql": outside("INSERT INTO account VALUES (3, 'Yui');", UNIQUE)}
    folder = write(tmp_path / "migrations", files)
    up(database, folder, target=1)
    with session(database) as somebody:
        somebody.execute("CREATE INDEX account_name ON account (id)")

    for resume in (False, True):
        with pytest.raises(MigrationFailed, match='relation "account_name" already exists'):
            up(database, folder, resume=resume)

    assert [(1, True), (2, False)] == ledger(database)

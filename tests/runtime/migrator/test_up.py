"""A run brings a database up to its files, writes the ledger as sqlx would, and a second one does nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.migrator.errors import FileChanged, HazardsFound, OutOfOrder
from runtime.migrator.files import read_migrations
from runtime.migrator.ledger import COLUMNS, Ledger
from runtime.migrator.progress import Progress
from runtime.migrator.runner import RESERVE, Options, Result, up
from tests.runtime.migrator.folders import folder, tables, target

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.migrator.files import Migration


class Told(Progress):
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, int, int]] = []
        self.ended: list[int] = []
        self.said: list[str] = []

    def say(self, sentence: str) -> None:
        """Keep a sentence."""
        self.said.append(sentence)

    def begin(self, migration: Migration, number: int, total: int) -> None:
        """Keep that one began."""
        self.begun.append((migration.version, number, total))

    def end(self, migration: Migration, nanoseconds: int) -> None:
        """Keep that one ended."""
        assert nanoseconds > 0
        self.ended.append(migration.version)


def versions(result: Result) -> list[int]:
    """Which ones a run applied."""
    return [applied.migration.version for applied in result.applied]


def ask(url: str, question: str) -> list[tuple[object, ...]]:
    """Ask the database, over a connection of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question.encode()).fetchall()


def test_everything_is_applied_and_a_second_run_does_nothing(database: str, tmp_path: Path) -> None:
    migrations = tables(tmp_path, 3)
    first = up(target(database), migrations)
    rows = ask(database, "SELECT xmin, * FROM _sqlx_migrations")
    second = up(target(database), migrations)

    assert [1, 2, 3] == versions(first)
    assert [] == versions(second)
    assert rows == ask(database, "SELECT xmin, * FROM _sqlx_migrations")


def test_the_ledger_is_the_table_that_sqlx_makes(database: str, tmp_path: Path) -> None:
    up(target(database), tables(tmp_path, 1))
    columns = ask(
        database,
        "SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns "
        "WHERE table_name = '_sqlx_migrations' ORDER BY ordinal_position",
    )

    assert [
        (name, type_, "NO", "now()" if name == "installed_on" else None) for name, type_ in COLUMNS.items()
    ] == columns
    assert [("PRIMARY KEY (version)",)] == ask(
        database,
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = '_sqlx_migrations'::regclass AND contype = 'p'",
    )


def test_a_row_says_what_sqlx_would_have_written(database: str, tmp_path: Path) -> None:
    migrations = folder(tmp_path, {"20251024000000_it_s_o'clock.sql": "SELECT pg_sleep(0.02)"})
    up(target(database), migrations)
    ((version, description, success, checksum, nanoseconds, age),) = ask(
        database,
        "SELECT version, description, success, checksum, execution_time, "
        "now() - installed_on < interval '1 minute' FROM _sqlx_migrations",
    )

    assert (20251024000000, "it s o'clock", True, True) == (version, description, success, age)
    assert migrations.up[0].checksum == checksum
    assert isinstance(nanoseconds, int)
    assert 20_000_000 < nanoseconds < 5_000_000_000


def test_a_run_stops_after_its_target(database: str, tmp_path: Path) -> None:
    assert [1, 2] == versions(up(target(database), tables(tmp_path, 3), Options(target=2)))


def test_late_migrations_are_applied_unless_the_run_is_strict(database: str, tmp_path: Path) -> None:
    migrations = tables(tmp_path, 3)
    (tmp_path / "2_make_t2.sql").rename(tmp_path / "later")
    up(target(database), read_migrations(tmp_path))
    (tmp_path / "later").rename(tmp_path / "2_make_t2.sql")
    with pytest.raises(OutOfOrder):
        up(target(database), migrations, Options(strict=True))

    assert [2] == versions(up(target(database), migrations))


def test_nothing_is_applied_while_one_pending_file_holds_what_cant_be_sent(
    database: str, tmp_path: Path
) -> None:
    migrations = folder(tmp_path, {"1_good.sql": "CREATE TABLE t (id int)", "2_bad.sql": "VACUUM"})

    with pytest.raises(HazardsFound, match=r"2_bad\.sql:1:1"):
        up(target(database), migrations)
    assert [(None, None)] == ask(database, "SELECT to_regclass('t'), to_regclass('_sqlx_migrations')")


def test_what_is_applied_already_is_inspected_no_more(database: str, tmp_path: Path) -> None:
    """Another tool's files may hold what ours would refuse; once applied they are history."""
    migrations = folder(tmp_path, {"1_odd.sql": "VACUUM", "2_good.sql": "CREATE TABLE t (id int)"})
    with psycopg.connect(database, autocommit=True) as connection:
        ledger = Ledger("public", exists=False)
        ledger.create(connection)
        connection.execute(ledger.claim(migrations.up[0]))
        connection.execute(ledger.complete(1, 5))

    assert [2] == versions(up(target(database), migrations))


def test_a_file_that_changed_since_it_was_read_is_not_run(database: str, tmp_path: Path) -> None:
    migrations = tables(tmp_path, 2)
    (tmp_path / "2_make_t2.sql").write_text("DROP TABLE t1", encoding="utf-8")

    with pytest.raises(FileChanged, match=r"2_make_t2\.sql"):
        up(target(database), migrations)
    assert [("t1", None)] == ask(database, "SELECT to_regclass('t1')::text, to_regclass('t2')::text")


def test_no_migration_begins_when_the_time_is_nearly_over(database: str, tmp_path: Path) -> None:
    result = up(target(database), tables(tmp_path, 2), Options(deadline=time.monotonic() + RESERVE / 2))

    assert ([], [1, 2]) == (versions(result), [migration.version for migration in result.remaining])


def test_a_run_tells_what_it_does(database: str, tmp_path: Path) -> None:
    told = Told()
    up(target(database), tables(tmp_path, 2), progress=told)

    assert [(1, 1, 2), (2, 2, 2)] == told.begun
    assert [1, 2] == told.ended
    assert [] == told.said


def test_a_long_statement_is_told_with_whoever_stands_in_its_way(database: str, tmp_path: Path) -> None:
    told = Told()
    migrations = folder(tmp_path, {"1_wait.sql": "ALTER TABLE busy ADD COLUMN more int"})
    with psycopg.connect(database, application_name="a long report") as reader:
        reader.execute("CREATE TABLE busy (id int)")
        reader.commit()
        reader.execute("SELECT FROM busy")

        class Releasing(Told):
            def say(self, sentence: str) -> None:
                super().say(sentence)
                if "waiting for" in sentence:
                    reader.rollback()

        told = Releasing()
        result = up(target(database), migrations, Options(lock_timeout=30), told)

    assert [1] == versions(result)
    assert 1 == len([sentence for sentence in told.said if "a long report" in sentence])

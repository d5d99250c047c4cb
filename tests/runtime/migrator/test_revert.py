"""The newest migration is taken back by its down file, with its row or not at all."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from runtime.migrator.comparing import LedgerMoved
from runtime.migrator.consent import NotAsShown
from runtime.migrator.errors import CantRevert, Dirty, HazardsFound, MigrationFailed
from runtime.migrator.revert import RevertLost
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import (
    Background,
    ask,
    held_locks,
    ledger,
    running,
    session,
    until_runs,
    up,
    write,
)
from tests.runtime.migrator.failures.means import tables as tables_of
from tests.runtime.migrator.failures.means_here import Here
from tests.runtime.migrator.folders import folder
from tests.runtime.migrator.reported import FILES, perform_on

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.migrator.files import Migrations

UP = {
    "1_a.up.sql": "CREATE TABLE a (id bigint);\n",
    "1_a.down.sql": "DROP TABLE a;\n",
    "2_b.sql": "CREATE TABLE b (id bigint);\n",
}
"""A reversible migration, and a simple one as sqlx allows beside it."""


def applied(url: str, path: Path, down: str | None = "DROP TABLE b;\n", **more: str) -> Migrations:
    """Apply both, the second with a down file such as this."""
    write(path, UP | more | ({} if down is None else {"2_b.down.sql": down}))
    up(url, path)
    return folder(path, {})


def test_the_newest_is_taken_back_with_its_row(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path)

    answer = perform_on(database, "revert", files)

    assert ("reverted", 2, "2_b.down.sql") == (answer["outcome"], answer["version"], answer["file"])
    assert ([(1, True)], ["a"]) == (ledger(database), tables_of(database))
    assert [] == held_locks(database)


def test_one_after_the_other_until_none_is_left(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path)

    outcomes = [perform_on(database, "revert", files)["outcome"] for _ in range(3)]

    assert ["reverted", "reverted", "nothing to revert"] == outcomes
    assert ([], []) == (ledger(database), tables_of(database))


def test_what_was_taken_back_can_be_applied_again(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path)
    perform_on(database, "revert", files)

    assert [2] == [each.migration.version for each in up(database, tmp_path).applied]


def test_a_down_file_that_fails_leaves_the_row_and_says_where(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path, "DROP TABLE b;\n  DROP TABLE c;\n")

    with pytest.raises(MigrationFailed) as failed:
        perform_on(database, "revert", files)

    assert f"{tmp_path / '2_b.down.sql'}:2:3" == failed.value.place
    assert "it was rolled back, and the migration is still applied" == failed.value.state
    assert ([(1, True), (2, True)], ["a", "b"]) == (ledger(database), tables_of(database))


def test_a_down_file_that_can_not_be_parsed_says_where(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path, "DROP TABEL b;\n")

    with pytest.raises(MigrationFailed, match=r"2_b\.down\.sql:1:6: syntax error"):
        perform_on(database, "revert", files)


def test_a_constraint_that_is_checked_at_commit_leaves_the_row(database: str, tmp_path: Path) -> None:
    down = (
        "ALTER TABLE a ADD PRIMARY KEY (id);"
        "ALTER TABLE b ADD FOREIGN KEY (id) REFERENCES a DEFERRABLE INITIALLY DEFERRED;"
        "INSERT INTO b VALUES (1);"
    )
    files = applied(database, tmp_path, down)

    with pytest.raises(MigrationFailed, match="at COMMIT"):
        perform_on(database, "revert", files)

    assert [(1, True), (2, True)] == ledger(database)


def test_what_a_down_file_sets_for_its_session_does_not_reach_the_ledger(
    database: str, tmp_path: Path
) -> None:
    files = applied(database, tmp_path, "SET ROLE pg_monitor; SET search_path = pg_catalog;")

    perform_on(database, "revert", files)

    assert [(1, True)] == ledger(database)


def without_down(url: str, path: Path) -> tuple[Migrations, dict[str, Any]]:
    """It has no down file."""
    return applied(url, path, None), {}


def edited(url: str, path: Path) -> tuple[Migrations, dict[str, Any]]:
    """Its file is no longer what was applied."""
    applied(url, path)
    return folder(path, {"2_b.sql": "CREATE TABLE b (id int);"}), {}


def without_file(url: str, path: Path) -> tuple[Migrations, dict[str, Any]]:
    """Only the down file is left of it."""
    applied(url, path)
    (path / "2_b.sql").unlink()
    return folder(path, {}), {}


def not_newest(url: str, path: Path) -> tuple[Migrations, dict[str, Any]]:
    """Another one is newer."""
    return applied(url, path), {"version": 1}


def outside(url: str, path: Path) -> tuple[Migrations, dict[str, Any]]:
    """Its down file asks for no transaction."""
    return applied(url, path, "-- no-transaction\nDROP TABLE b;"), {}


def own_transaction(url: str, path: Path) -> tuple[Migrations, dict[str, Any]]:
    """Its down file commits."""
    return applied(url, path, "DROP TABLE b; COMMIT;"), {}


@pytest.mark.parametrize(
    ("arrange", "why"),
    [
        (without_down, "2_b.sql has no .down.sql beside it"),
        (edited, "2_b.sql has changed since it was applied"),
        (without_file, "it has no file here"),
        (not_newest, "it is not the newest that is applied, which is 2"),
        (outside, "2_b.down.sql is to run outside of a transaction"),
        (own_transaction, r"2_b.down.sql has a transaction of its own \(COMMIT\)"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_it_is_refused_where(database: str, tmp_path: Path, arrange: Any, why: str) -> None:
    files, options = arrange(database, tmp_path)

    with pytest.raises(CantRevert, match=why):
        perform_on(database, "revert", files, **options)

    assert ([(1, True), (2, True)], ["a", "b"]) == (ledger(database), tables_of(database))


def test_an_unfinished_migration_is_not_taken_back(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path)
    with session(database) as connection:
        connection.execute("UPDATE _sqlx_migrations SET success = false WHERE version = 2")

    with pytest.raises(Dirty):
        perform_on(database, "revert", files)


def test_a_down_file_is_inspected_like_any_other(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path, "\\echo gone\nDROP TABLE b;")

    with pytest.raises(HazardsFound):
        perform_on(database, "revert", files)


def test_a_row_that_goes_meanwhile_takes_nothing_with_it(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path)
    with session(database) as other:
        with other.transaction():
            other.execute("DELETE FROM _sqlx_migrations WHERE version = 2")
            running_revert = Background(lambda: perform_on(database, "revert", files))
            until_runs(database, "DELETE FROM", "active")

        with pytest.raises(LedgerMoved):
            running_revert.result()

    assert ["a", "b"] == tables_of(database)


def test_a_table_that_is_in_use_is_waited_for_in_turns(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path)
    with session(database) as other:
        with other.transaction():
            other.execute("SELECT FROM b")
            reverting = Background(lambda: perform_on(database, "revert", files, lock_timeout=0.05))
            until_runs(database, "ROLLBACK; RESET SESSION", "idle")

        assert "reverted" == reverting.result()["outcome"]


def test_a_lost_connection_is_told_with_what_became_of_it(database: str, tmp_path: Path) -> None:
    files = applied(database, tmp_path, "DROP TABLE b; SELECT pg_sleep(30);")
    reverting = Background(lambda: perform_on(database, "revert", files))
    pid = until_runs(database, "pg_sleep")
    ask(database, "SELECT pg_terminate_backend(%s)", pid)

    with pytest.raises(RevertLost, match="it was rolled back, and the migration is still applied"):
        reverting.result()


def test_a_signal_takes_nothing_back(database: str, tmp_path: Path) -> None:
    applied(database, tmp_path, "DROP TABLE b; SELECT pg_sleep(30);")
    with running(database, "revert", "--yes", folder=tmp_path) as command:
        until_runs(database, "pg_sleep")
        command.signal(signal.SIGINT)
        command.end()

    assert 128 + signal.SIGINT == command.code
    told = "stopped during 2_b.down.sql: it was rolled back, and the migration is still applied"
    assert f"miyabi: {told}\n" == command.err
    assert [(1, True), (2, True)] == ledger(database)


def test_a_yes_is_to_the_file_that_was_shown(database: str, tmp_path: Path) -> None:
    shown = perform_on(database, "revert", applied(database, tmp_path), dry_run=True)

    with pytest.raises(NotAsShown):
        perform_on(
            database,
            "revert",
            folder(tmp_path, {"2_b.down.sql": "DROP TABLE b, a;"}),
            shown=shown["shown"],
        )

    assert ("would revert", ["a", "b"]) == (shown["outcome"], tables_of(database))


def test_our_own_migrations_go_forward_only() -> None:
    assert {} == FILES.down


def test_the_command_says_what_it_would_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: str, tmp_path: Path
) -> None:
    applied(database, tmp_path)

    answer = Here(monkeypatch, capsys)(database, tmp_path, "revert", "--dry-run")

    assert Exit.DONE == answer.code
    assert "2 b: would be reverted by 2_b.down.sql, and its row deleted" == answer.out.splitlines()[-1]

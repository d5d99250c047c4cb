"""A row of the ledger is repaired only where it is known what was applied, or somebody says what is true."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from runtime.migrator.consent import NotAsShown
from runtime.migrator.errors import Dirty, MigrationFailed
from runtime.migrator.repair import CantRepair, OtherSql, TwoAnswers, VersionMissing
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ask, ledger, session, up, write
from tests.runtime.migrator.failures.means_here import Here
from tests.runtime.migrator.folders import folder, tables
from tests.runtime.migrator.reported import perform_on, rows

if TYPE_CHECKING:
    from pathlib import Path

SQL = "CREATE TABLE t (\n    id bigint\n);\n"
REFORMATTED = {
    "line endings": SQL.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + SQL,
    "trailing white space": SQL + "\n",
}
"""What does not touch the text; whatever else does, is found in git alone."""


def applied(url: str, path: Path, text: str = SQL) -> None:
    """Apply a file."""
    up(url, write(path, {"1_make_t.sql": text}))


@pytest.mark.parametrize("kind", REFORMATTED)
def test_a_file_that_was_only_reformatted_gets_its_checksum_back(
    database: str, tmp_path: Path, kind: str
) -> None:
    applied(database, tmp_path)
    before = rows(database)
    files = folder(tmp_path, {"1_make_t.sql": REFORMATTED[kind]})

    answer = perform_on(database, "repair", files, version=1)

    assert [(*before[0][:4], files.up[0].checksum, before[0][5])] == rows(database)
    assert ("repaired", before[0][4].hex()) == (answer["outcome"], answer["recorded"])
    assert 1 == perform_on(database, "verify", files)["verified"]


def in_git(folder: Path, *words: str) -> None:
    """Run git without the developer's settings."""
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", folder, *words],
        check=True,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        capture_output=True,
    )


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """A folder in git, with the file in it."""
    write(tmp_path, {"1_make_t.sql": SQL})
    in_git(tmp_path, "init", "-q")
    in_git(tmp_path, "add", ".")
    in_git(tmp_path, "commit", "-qm", "a table")
    return tmp_path


def test_a_comment_is_accepted_where_git_knows_what_was_applied(database: str, committed: Path) -> None:
    applied(database, committed)
    files = folder(committed, {"1_make_t.sql": f"-- all of them\n{SQL}"})

    answer = perform_on(database, "repair", files, version=1)

    assert "repaired" == answer["outcome"]
    assert "+-- all of them\n" in answer["diff"]


def test_other_sql_is_refused_with_what_has_changed(database: str, committed: Path) -> None:
    applied(database, committed)
    before = rows(database)
    files = folder(committed, {"1_make_t.sql": SQL.replace("bigint", "integer")})

    with pytest.raises(OtherSql, match=r"its checksum stays: (?s:.*)\n-    id bigint\n\+    id integer\n"):
        perform_on(database, "repair", files, version=1)

    assert before == rows(database)


def test_what_nobody_can_explain_is_refused(database: str, tmp_path: Path) -> None:
    applied(database, tmp_path)
    files = folder(tmp_path, {"1_make_t.sql": "-- all of them\n" + SQL})

    with pytest.raises(OtherSql, match=r"bring back the file that was applied$"):
        perform_on(database, "repair", files, version=1)


def test_a_row_that_is_in_order_is_left_alone(database: str, tmp_path: Path) -> None:
    applied(database, tmp_path)

    assert "nothing to repair" == perform_on(database, "repair", folder(tmp_path, {}), version=1)["outcome"]


def test_a_dry_run_changes_nothing_and_its_mark_stands_for_what_it_showed(
    database: str, tmp_path: Path
) -> None:
    applied(database, tmp_path)
    before = rows(database)
    first = folder(tmp_path, {"1_make_t.sql": REFORMATTED["line endings"]})
    shown = perform_on(database, "repair", first, version=1, dry_run=True)
    second = folder(tmp_path, {"1_make_t.sql": REFORMATTED["trailing white space"]})

    with pytest.raises(NotAsShown):
        perform_on(database, "repair", second, version=1, shown=shown["shown"])

    assert ("would repair", before) == (shown["outcome"], rows(database))


@pytest.fixture
def unfinished(database: str, tmp_path: Path) -> Any:
    """A migration of which the first of three statements is done, and the second has failed."""
    files = folder(
        tmp_path,
        {
            "1_index.sql": "-- no-transaction\n"
            "CREATE TABLE t (id bigint);\nINSERT INTO t VALUES (0), (1 / (SELECT 0));\nSELECT 3;\n"
        },
    )
    with pytest.raises(MigrationFailed):
        up(database, tmp_path)
    return files


def test_an_unfinished_migration_is_marked_as_applied(database: str, unfinished: Any) -> None:
    answer = perform_on(database, "repair", unfinished, version=1, applied=True)

    assert [(1, True)] == ledger(database)
    assert -1 == rows(database)[0][5]
    assert (1, 3) == (answer["done"], answer["statements"])


def test_an_unfinished_migration_is_forgotten(database: str, unfinished: Any) -> None:
    perform_on(database, "repair", unfinished, version=1, rolled_back=True)

    assert [] == ledger(database)


def test_invalid_indexes_that_are_left_are_named(database: str, unfinished: Any) -> None:
    with session(database) as connection:
        connection.execute("INSERT INTO t VALUES (1), (1)")
        with pytest.raises(Exception, match="could not create unique index"):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (id)")

    answer = perform_on(database, "repair", unfinished, version=1, applied=True, dry_run=True)

    assert ["public.broken on t"] == answer["invalid_indexes"]
    assert [(1, False)] == ledger(database)


def test_what_is_true_of_an_unfinished_migration_must_be_said(database: str, unfinished: Any) -> None:
    with pytest.raises(Dirty, match="after 1 of 3 statements"):
        perform_on(database, "repair", unfinished, version=1)


@pytest.mark.parametrize("word", ["applied", "rolled_back"])
def test_a_finished_migration_is_neither_marked_nor_forgotten(
    database: str, tmp_path: Path, word: str
) -> None:
    files = tables(tmp_path, 1)
    up(database, tmp_path)
    before = rows(database)
    options: dict[str, Any] = {"version": 1, word: True}

    with pytest.raises(CantRepair, match="it is finished"):
        perform_on(database, "repair", files, **options)

    assert before == rows(database)


def test_a_version_without_a_row_is_refused(database: str, tmp_path: Path) -> None:
    files = tables(tmp_path, 2)
    up(database, tmp_path, target=1)

    with pytest.raises(CantRepair, match=r"the ledger has no row of it \(its newest row is of 1\)"):
        perform_on(database, "repair", files, version=2)


def test_a_version_without_a_file_is_refused(database: str, tmp_path: Path) -> None:
    up(database, tables(tmp_path / "two", 2).folder)

    with pytest.raises(CantRepair, match="no file here has this version"):
        perform_on(database, "repair", tables(tmp_path / "one", 1), version=2)


@pytest.mark.parametrize(
    ("options", "error"),
    [({}, VersionMissing), ({"version": 1, "applied": True, "rolled_back": True}, TwoAnswers)],
)
def test_words_that_say_too_little_or_too_much_are_refused(
    database: str, tmp_path: Path, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        perform_on(database, "repair", tables(tmp_path, 1), **options)


def test_the_command_repairs_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: str, tmp_path: Path
) -> None:
    applied(database, tmp_path)
    write(tmp_path, {"1_make_t.sql": REFORMATTED["line endings"]})

    answer = Here(monkeypatch, capsys)(database, tmp_path, "repair", "1", "--yes")

    assert Exit.DONE == answer.code
    assert "its lines ended in LF and end in CRLF now" in answer.out
    assert "1 make t: repaired; see `miyabi migrate status`" == answer.out.splitlines()[-1]
    assert [(True,)] == ask(database, "SELECT success FROM _sqlx_migrations")

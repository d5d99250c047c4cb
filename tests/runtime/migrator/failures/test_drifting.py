"""Files that do not fit what is applied: changed, gone, or late."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ask, ledger, tables, up
from tests.runtime.migrator.failures.means_here import put

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here

THREE: Final = {f"{number}_t{number}.sql": f"CREATE TABLE t{number} (id int);\n" for number in (1, 2, 3)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations."""
    return put(tmp_path / "migrations", THREE)


def everything(url: str) -> list[tuple[Any, ...]]:
    """The whole ledger."""
    return ask(url, "SELECT * FROM _sqlx_migrations ORDER BY version")


GIT: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Nobody",
    "GIT_AUTHOR_EMAIL": "nobody@example.org",
    "GIT_COMMITTER_NAME": "Nobody",
    "GIT_COMMITTER_EMAIL": "nobody@example.org",
}


def commit(folder: Path) -> str:
    """Commit everything in a repository, and return the commit's short name."""
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "it"]):
        subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, env=os.environ | GIT)
    name = subprocess.check_output(["git", "-C", folder, "rev-parse", "HEAD"], text=True)
    return name[:7]


def test_every_file_that_has_changed_is_listed(here: Here, database: str, folder: Path) -> None:
    """Case 12: changed files refuse the whole run, each is listed, and what is known of it is told."""
    up(database, folder, target=2)
    put(
        folder,
        {
            "1_t1.sql": THREE["1_t1.sql"].replace("\n", "\r\n"),
            "2_t2.sql": "CREATE TABLE t2 (id bigint);\n",
        },
    )
    before = everything(database)

    answers = [here(database, folder, action) for action in ("up", "plan", "verify")]

    for answer in answers:
        assert Exit.DATABASE_REFUSED == answer.code
        first, *explained = answer.err.splitlines()
        assert first.startswith("miyabi: changed since they were applied: 1_t1.sql, 2_t2.sql; ")
        assert explained[0].startswith("    1_t1.sql: its lines ended in LF and end in CRLF now")
        assert explained[1].startswith("    2_t2.sql: what was applied is neither a variant of this file")
    assert before == everything(database)
    assert ["t1", "t2"] == tables(database)
    assert "changed since" in here(database, folder, "status").out


def test_a_database_of_other_files_is_to_be_adopted(here: Here, database: str, folder: Path) -> None:
    """Case 12: where no file is known in any version, restoring them is no way out."""
    up(database, folder)
    put(folder, {name: f"SELECT '{name}'" for name in THREE})

    answer = here(database, folder, "up")

    assert Exit.DATABASE_REFUSED == answer.code
    assert [
        (
            "miyabi: other files than these were applied: 1_t1.sql, 2_t2.sql, 3_t3.sql; "
            "`miyabi migrate adopt --dry-run` compares what they made, to take the database over"
        )
    ] == answer.err.splitlines()


def test_the_version_that_was_applied_is_found_in_git(here: Here, database: str, folder: Path) -> None:
    """Case 12: the commit whose file was applied is named; a change of comments alone can be repaired."""
    up(database, folder)
    first = commit(folder)
    put(
        folder, {"1_t1.sql": f"-- a table\n{THREE['1_t1.sql']}", "2_t2.sql": "CREATE TABLE t2 (id bigint);\n"}
    )
    commit(folder)

    refused = here(database, folder, "up")
    repaired = here(database, folder, "repair", "1", "--yes")
    other_sql = here(database, folder, "repair", "2", "--yes")

    assert Exit.DATABASE_REFUSED == refused.code
    assert f"1_t1.sql: applied was commit {first} of " in refused.err
    assert f"2_t2.sql: applied was commit {first} of " in refused.err
    assert Exit.DONE == repaired.code
    assert Exit.DATABASE_REFUSED == other_sql.code
    assert "2_t2.sql is not known to be the SQL that was applied, so its checksum stays" in other_sql.err
    assert "-CREATE TABLE t2 (id int);\n+CREATE TABLE t2 (id bigint);" in other_sql.err
    assert here(database, folder, "verify").err.startswith(
        "miyabi: changed since they were applied: 2_t2.sql;"
    )


def test_an_applied_migration_without_a_file_is_refused(here: Here, database: str, folder: Path) -> None:
    """Case 13: applied, but no file: refused unless it is to be ignored; status shows it, sqlx does not."""
    up(database, folder, target=2)
    (folder / "1_t1.sql").unlink()

    refused = here(database, folder, "up")
    shown = here(database, folder, "status")
    as_data = json.loads(here(database, folder, "status", "--json").out)
    ignored = here(database, folder, "up", "--ignore-missing")

    assert Exit.DATABASE_REFUSED == refused.code
    assert (
        "applied, but without a file here: 1; bring the files back, or go on without them by --ignore-missing"
    ) == refused.sentence
    assert Exit.DONE == shown.code
    assert any(line.split()[:5] == ["1", "t1", "no", "file", "here"] for line in shown.out.splitlines())
    assert ("missing", "t1") == (as_data["steps"][0]["state"], as_data["steps"][0]["description"])
    assert Exit.DONE == ignored.code
    assert [(1, True), (2, True), (3, True)] == ledger(database)


def test_a_late_migration_is_shown_and_applied_or_refused(here: Here, database: str, folder: Path) -> None:
    """Case 20: pending, but older than applied ones: in the plan, applied as by sqlx, refused by --strict."""
    late = folder / "2_t2.sql"
    late.rename(folder / "later")
    up(database, folder)
    (folder / "later").rename(late)

    planned = here(database, folder, "plan")
    strict = [here(database, folder, action, "--strict") for action in ("plan", "up", "verify")]
    nothing_done = ledger(database)
    applied = here(database, folder, "up")

    assert Exit.CHANGES == planned.code
    assert any(
        line.split()[:2] == ["2", "t2"] and line.endswith("older than applied ones")
        for line in planned.out.splitlines()
    )
    for answer in strict:
        assert Exit.DATABASE_REFUSED == answer.code
        assert (
            "pending, but older than the applied 3: 2; give them newer versions, or leave out --strict"
        ) == answer.sentence
    assert [(1, True), (3, True)] == nothing_done
    assert Exit.DONE == applied.code
    assert [(1, True), (2, True), (3, True)] == ledger(database)

"""Files that can't be used are refused by name, whole folder at once, before anybody connects."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime.migrator import hazards
from runtime.migrator.errors import FileChanged
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ask, held_locks, ledger, tables, up
from tests.runtime.migrator.failures.means_here import AtBegin, put, unasked
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.migrator.failures.means_here import Here

ENDLESS = Path("/proc/self/mem")
"""Opens, and can't be read from its start, not even by root."""


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a server that nobody may have come to when the test is over."""
    with unasked() as port:
        yield f"postgresql://somebody:something@127.0.0.1:{port}/any?sslmode=require"


def test_two_files_of_one_version_are_refused_by_both_names(here: Here, silent: str, tmp_path: Path) -> None:
    """Case 14: a duplicate version is refused before connecting; both names are told."""
    folder = put(tmp_path / "migrations", {"1_users.sql": "", "01_roles.sql": "", "2_more.sql": ""})

    answer = here(silent, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert (
        "version 1 is given twice, by 01_roles.sql and 1_users.sql; give one of them a version of its own"
    ) == answer.sentence


@pytest.mark.parametrize(
    "name",
    [
        "seed_data.sql",
        "_x.sql",
        ".1_a.sql",
        "9223372036854775808_a.sql",
        "-9223372036854775809_a.sql",
        "１_a.sql",  # noqa: RUF001  (a full-width digit, which `int` would take)
        " 1_a.sql",
        "1-1_a.sql",
    ],
)
def test_a_name_without_a_version_is_refused_with_the_whole_folder(
    here: Here, silent: str, tmp_path: Path, name: str
) -> None:
    """Case 15: one bad name refuses the whole folder, as sqlx does, and is told."""
    folder = put(tmp_path / "migrations", {"1_good.sql": "CREATE TABLE good ()", name: "SELECT 1"})

    answer = here(silent, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / name}: {name.partition('_')[0]!r} is no version" in answer.sentence


@pytest.mark.parametrize("name", ["README.md", "notes.SQL", "1.sql", "x_y.sql.bak", "schema.sql"])
def test_what_is_no_migration_is_passed_over(here: Here, database: str, tmp_path: Path, name: str) -> None:
    """Case 15: a name that sqlx passes over is passed over here."""
    folder = put(tmp_path / "migrations", {"1_good.sql": "CREATE TABLE good ()", name: "no SQL"})

    assert Exit.DONE == here(database, folder, "up").code
    assert [(1, True)] == ledger(database)


def test_a_file_that_is_not_utf_8_is_refused_with_the_place(here: Here, silent: str, tmp_path: Path) -> None:
    """Case 16: a file that is not UTF-8 is refused with the offset of the byte; nothing is run."""
    folder = put(
        tmp_path / "migrations", {"1_good.sql": "CREATE TABLE good ()", "2_latin.sql": b"-- caf\xe9\n"}
    )

    answer = here(silent, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / '2_latin.sql'}: is not UTF-8 at byte 6; save it as UTF-8" == answer.sentence


def test_a_file_as_large_as_no_message_may_be_is_refused(
    here: Here, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 47: a file over the limit is refused with its size, before anything is applied."""
    size = examples(1000, hazards.LARGEST)
    monkeypatch.setattr(hazards, "LARGEST", size)
    folder = put(
        tmp_path / "migrations", {"1_good.sql": "CREATE TABLE good ()", "2_huge.sql": "-- " + "x" * size}
    )

    answer = here(database, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / '2_huge.sql'}:1:1: " in answer.err
    assert "the file is larger than one message to the server should be; cut it into several" in answer.err
    assert ([], []) == (ledger(database), tables(database))


def test_a_large_statement_is_sent_as_it_is(database: str, tmp_path: Path) -> None:
    """Case 47: a statement of many megabytes (64 in the soak) arrives whole."""
    size = examples(2, 64) << 20
    text = f"CREATE TABLE large AS SELECT '{'x' * size}' AS content"
    folder = put(tmp_path / "migrations", {"1_large.sql": text})

    up(database, folder)

    assert [(size,)] == ask(database, "SELECT length(content) FROM large")


@pytest.mark.parametrize("gone", [False, True], ids=["written to", "removed"])
@pytest.mark.parametrize("first_line", ["", "-- no-transaction\n"], ids=["transaction", "no transaction"])
def test_a_file_that_changes_during_the_run_is_not_applied(
    database: str, tmp_path: Path, first_line: str, *, gone: bool
) -> None:
    """Case 53: a file is hashed when it is planned and again when it is run; between, it may not change."""
    folder = put(
        tmp_path / "migrations",
        {"1_first.sql": "CREATE TABLE first ()", "2_second.sql": f"{first_line}CREATE TABLE second ()"},
    )
    second = folder / "2_second.sql"

    def change(_: object) -> None:
        if gone:
            second.unlink(missing_ok=True)
        else:
            second.write_text(f"{first_line}CREATE TABLE another ()")

    with pytest.raises(FileChanged, match=r"2_second\.sql has changed since this run read it; nothing of it"):
        up(database, folder, AtBegin(change))

    assert [(1, True)] == ledger(database)
    assert ["first"] == tables(database)
    assert [] == held_locks(database)


def test_a_folder_that_is_not_there_is_refused(here: Here, silent: str, tmp_path: Path) -> None:
    """Case 54: a missing folder is an error before connecting."""
    answer = here(silent, tmp_path / "missing", "up")

    assert Exit.WRONG_INPUT == answer.code
    assert (
        f"the folder of migrations {tmp_path / 'missing'} can't be read (No such file or directory); "
        "name one that can"
    ) == answer.sentence


def test_a_file_in_place_of_the_folder_is_refused(here: Here, silent: str, tmp_path: Path) -> None:
    """Case 54: a file where the folder should be is an error before connecting."""
    file = tmp_path / "migrations"
    file.touch()

    answer = here(silent, file, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"the folder of migrations {file} can't be read (Not a directory)" in answer.sentence


@pytest.mark.parametrize(
    ("leads_to", "found"),
    [("nowhere.sql", "No such file or directory"), ("2_link.sql", "Too many levels of symbolic links")],
    ids=["nowhere", "itself"],
)
def test_a_link_that_leads_nowhere_is_refused(
    here: Here, silent: str, tmp_path: Path, leads_to: str, found: str
) -> None:
    """Case 54: a broken link is an error before connecting."""
    folder = put(tmp_path / "migrations", {"1_good.sql": "CREATE TABLE good ()"})
    (folder / "2_link.sql").symlink_to(folder / leads_to)

    answer = here(silent, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / '2_link.sql'}: can't be read ({found}); mend its rights or its link" == answer.sentence


def test_a_file_that_can_not_be_read_is_refused(here: Here, silent: str, tmp_path: Path) -> None:
    """Case 54: a file that may not or can't be read is an error before connecting."""
    folder = put(tmp_path / "migrations", {"1_good.sql": "CREATE TABLE good ()"})
    unreadable = folder / "2_closed.sql"
    if os.geteuid() != 0:
        unreadable.touch(mode=0)
    elif ENDLESS.exists():
        unreadable.symlink_to(ENDLESS)  # root may read any file, but not this one
    else:
        pytest.skip("nothing is unreadable to root here")

    answer = here(silent, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{unreadable}: can't be read (" in answer.sentence


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
def test_what_is_no_file_is_passed_over(here: Here, database: str, tmp_path: Path) -> None:
    """Case 54: a folder, a pipe, a link to a folder are no migrations; a link to a file is one."""
    folder = put(tmp_path / "migrations", {"1_good.sql": "CREATE TABLE good ()"})
    real = put(tmp_path / "elsewhere", {"real.sql": "CREATE TABLE linked ()"}) / "real.sql"
    (folder / "2_folder.sql").mkdir()
    (folder / "3_link_to_folder.sql").symlink_to(real.parent)
    os.mkfifo(folder / "4_pipe.sql")
    (folder / "5_link.sql").symlink_to(real)

    assert Exit.DONE == here(database, folder, "up").code
    assert [(1, True), (5, True)] == ledger(database)

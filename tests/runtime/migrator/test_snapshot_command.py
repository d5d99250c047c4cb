"""`miyabi migrate snapshot`: prints or writes the schema, or tells how a file of it differs."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from runtime.migrator.snapshot import take
from scripts.exit_codes import Exit
from scripts.miyabi import main
from tests.runtime.migrator.failures.means import session
from tests.runtime.migrator.failures.means_here import Answer, secrets, unasked

if TYPE_CHECKING:
    from pathlib import Path

    from twin.postgres import Server


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`miyabi migrate snapshot` in this process, with the pg_dump that fits the server."""

    url: str
    binaries: Path
    patching: pytest.MonkeyPatch
    printed: pytest.CaptureFixture[str]

    def __call__(self, *words: object, **environment: str) -> Answer:
        """Run it with these words; no traceback and no password is printed."""
        given = {"DATABASE_URL": self.url, "PGBIN": str(self.binaries)} | environment
        with self.patching.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["miyabi", "migrate", "snapshot", *map(str, words)])
            with pytest.raises(SystemExit) as ended:
                main()
        told = self.printed.readouterr()
        assert "Traceback" not in told.out + told.err
        assert not [secret for secret in secrets(self.url) if secret in told.out + told.err]
        assert isinstance(ended.value.code, int)
        return Answer(ended.value.code, told.out, told.err)


@pytest.fixture
def snapshot(
    postgres: Server, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Snapshot:
    """The command, for a database with one table."""
    with session(database) as connection:
        connection.execute("CREATE TABLE accounts (id bigint)")
    return Snapshot(database, postgres.binaries, monkeypatch, capsys)


def test_it_prints_or_writes_the_same_bytes(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "schema.sql"
    expected = take(snapshot.url, pg_dump=snapshot.binaries / "pg_dump")

    assert Answer(Exit.DONE, expected, "") == snapshot()
    assert Answer(Exit.DONE, "", f"wrote {file}\n") == snapshot("--output", file)
    assert expected.encode() == file.read_bytes()


def test_it_compares_with_a_file_and_shows_what_has_drifted(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "schema.sql"
    snapshot("--output", file)

    assert Answer(Exit.DONE, "", f"the schema is the one of {file}\n") == snapshot("--check", file)
    with session(snapshot.url) as connection:
        connection.execute("ALTER TABLE accounts ALTER COLUMN id TYPE integer")
    answer = snapshot("--check", file)

    assert Exit.DATABASE_REFUSED == answer.code
    assert f"--- {file}\n+++ the database\n" in answer.out
    assert "\n-    id bigint\n+    id integer\n" in answer.out
    assert f"the schema is not the one of {file}" == answer.sentence


def test_other_line_ends_are_told_as_such(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "schema.sql"
    file.write_bytes(snapshot().out.replace("\n", "\r\n").encode())

    answer = snapshot("--check", file)

    assert (Exit.DATABASE_REFUSED, f"{file} has other line ends\n") == (answer.code, answer.out)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["production"],
            (
                "snapshot runs pg_dump, which the function of production does not have; "
                "leave the environment out, and give --database-url or set DATABASE_URL"
            ),
        ),
        (
            ["--output", "a", "--check", os.devnull],
            "--output writes a file and --check compares with one; give one of them",
        ),
        (["--check", "nowhere.sql"], "nowhere.sql: can't be read (No such file or directory)"),
        (["--database-url="], "no database is named; give --database-url, or set DATABASE_URL"),
    ],
    ids=["environment", "both", "no file", "no database"],
)
def test_words_that_can_not_be_used_are_refused_before_connecting(
    snapshot: Snapshot, words: list[str], sentence: str
) -> None:
    with unasked() as port:
        answer = snapshot(*words, DATABASE_URL=f"postgresql://localhost:{port}/x?sslmode=require")

    assert (Exit.WRONG_INPUT, sentence) == (answer.code, answer.sentence)


def test_the_program_may_be_named(snapshot: Snapshot, tmp_path: Path) -> None:
    missing = tmp_path / "pg_dump"

    answer = snapshot("--pg-dump", missing)

    assert Exit.WRONG_INPUT == answer.code
    assert answer.sentence.startswith(f"{missing} is not there, or can't be run; ")


def test_an_output_that_can_not_be_written_is_told(snapshot: Snapshot, tmp_path: Path) -> None:
    answer = snapshot("--output", tmp_path)

    assert Exit.WRONG_INPUT == answer.code
    assert answer.sentence.startswith(f"the result can't be written to {tmp_path}: Is a directory; ")

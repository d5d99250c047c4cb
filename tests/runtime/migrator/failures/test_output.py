"""Whoever reads what is printed, and whether anybody does, makes no difference to what is done."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from subprocess import PIPE
from typing import TYPE_CHECKING, Any, Final

import pytest

from runtime.migrator.snapshot import take
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import MIYABI, ledger, up
from tests.runtime.migrator.failures.means_here import put

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here
    from twin.postgres import Server

APPLIED: Final = [(number, True) for number in range(1, 4)]
ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
WIPED: Final = "\r\x1b[2K"
TOLD: Final = [["1/3", "1", "first"], ["2/3", "2", "naïve", "漢字"], ["3/3", "3", "third"]]
"""The lines of the three migrations, without their times."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations, one of which takes so long that it is told."""
    return put(
        tmp_path / "migrations",
        {
            "1_first.sql": "CREATE TABLE first ();",
            "2_naïve_漢字.sql": "SELECT pg_sleep(0.3);",
            "3_third.sql": "CREATE TABLE third ();",
        },
    )


def run(
    url: str, folder: Path, word: str, *, out: int = PIPE, err: int = PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command with streams of its own; what is not given is kept apart."""
    return subprocess.run(
        [MIYABI, "migrate", word, "--migrations", folder],
        env=os.environ | {"DATABASE_URL": url} | environment,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        check=False,
        timeout=60,
    )


def run_closed(url: str, folder: Path, words: str, redirections: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command from a shell that closes some of its streams."""
    return subprocess.run(
        ["sh", "-c", f'"$0" migrate {words} --migrations "$1" {redirections}', MIYABI, folder],
        env=os.environ | {"DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )


def told(lines: Iterable[str]) -> list[list[str]]:
    """The words of each line that tells of a migration, without its time."""
    return [line.split()[:-2] for line in lines if line and not line.startswith("warning: ")]


def unread() -> int:
    """The end to write to of a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    return write


@pytest.mark.parametrize(("out", "err"), [(True, False), (False, True)], ids=["out", "err"])
def test_a_reader_who_leaves_stops_nothing(database: str, folder: Path, *, out: bool, err: bool) -> None:
    """Case 56: a pipe that nobody reads any more: no traceback, and the run is done and says so."""
    pipe = unread()
    try:
        done = run(database, folder, "up", out=pipe if out else PIPE, err=pipe if err else PIPE)
    finally:
        os.close(pipe)

    said = (done.stdout or b"") + (done.stderr or b"")
    assert Exit.DONE == done.returncode
    assert APPLIED == ledger(database)
    assert b"Traceback" not in said
    assert b"Broken pipe" not in said


@pytest.mark.parametrize("redirections", [">&-", "2>&-", ">&- 2>&- <&-"], ids=["out", "err", "all"])
def test_a_closed_stream_stops_nothing(database: str, folder: Path, redirections: str) -> None:
    """Case 56: streams that are closed from the start: the same, and no connection takes their numbers."""
    done = run_closed(database, folder, "up", redirections)

    assert Exit.DONE == done.returncode
    assert APPLIED == ledger(database)
    assert b"Traceback" not in done.stdout + done.stderr


def test_a_mistake_has_its_exit_code_though_nobody_listens(database: str, tmp_path: Path) -> None:
    """Case 56: without a standard error nobody reads the sentence, and the exit code is the same."""
    done = run_closed(database, tmp_path / "missing", "up", "2>&-")

    assert (Exit.WRONG_INPUT, b"") == (done.returncode, done.stdout)


def test_a_result_for_which_there_is_no_room_is_told(database: str, folder: Path) -> None:
    """Case 56: standard output on a full disk: the run is done, and it is told that its result is lost."""
    done = run_closed(database, folder, "up", "> /dev/full")

    assert Exit.WRONG_INPUT == done.returncode
    assert APPLIED == ledger(database)
    last = done.stderr.decode().splitlines()[-1]
    assert "miyabi: the result can't be written: No space left on device; " in last
    assert b"Traceback" not in done.stderr


def test_letters_that_a_stream_can_not_write_stop_nothing(database: str, folder: Path) -> None:
    """Case 56: descriptions beyond ASCII in a terminal that knows no more are written with backslashes."""
    done = run(database, folder, "status", PYTHONIOENCODING="ascii:strict")

    assert Exit.DONE == done.returncode
    assert rb"na\xefve \u6f22\u5b57" in done.stdout


def test_away_from_a_terminal_nothing_moves(database: str, folder: Path) -> None:
    """Case 56: no terminal: a line for each migration on standard error, the result on standard output."""
    done = run(database, folder, "up")

    out, err = done.stdout.decode(), done.stderr.decode()
    assert Exit.DONE == done.returncode
    assert not ESCAPE.search(out + err)
    assert "\r" not in out + err
    assert TOLD == told(err.splitlines())
    assert 1 == len(out.splitlines())
    assert "3 migrations applied in " in out


@pytest.mark.parametrize("no_colour", ["", "1"], ids=["colour allowed", "NO_COLOR"])
def test_on_a_terminal_one_line_lives_and_is_gone_in_the_end(
    database: str, folder: Path, no_colour: str
) -> None:
    """Case 56: on a terminal what runs is shown and wiped; NO_COLOR is kept to, the result stands apart."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        done = run(database, folder, "up", err=theirs, NO_COLOR=no_colour)
        os.close(theirs)
        shown = everything_of(screen).decode()

    assert Exit.DONE == done.returncode
    living = [line.split() for line in shown.split(WIPED)]
    assert ["2/3", "2", "naïve", "漢字", "…"] in [line[-5:] for line in living]
    assert not COLOUR.search(shown)
    assert TOLD == told(line.rpartition(WIPED)[2] for line in shown.split("\r\n"))
    assert not ESCAPE.search(done.stdout.decode())


def everything_of(screen: Any) -> bytes:
    """Whatever was written to a terminal; its end is an error where the system has no better word."""
    shown = b""
    while True:
        try:
            piece = screen.read(65536)
        except OSError:
            return shown
        if not piece:
            return shown
        shown += piece


def test_json_stands_alone_on_standard_output(here: Here, database: str, folder: Path) -> None:
    """Case 56: with --json there is one document on standard output, progress and warnings elsewhere."""
    pending = here(database, folder, "plan", "--json")
    applied = here(database, folder, "up", "--json")
    status = here(database, folder, "status", "--json")

    assert [1, 2, 3] == [step["version"] for step in json.loads(pending.out)["pending"]]
    assert [1, 2, 3] == [step["version"] for step in json.loads(applied.out)["applied"]]
    assert {"applied": 3} == json.loads(status.out)["counts"]
    assert ["1/3", "1", "first"] == applied.err.splitlines()[-3].split()[:3]
    assert ("", "") == (pending.err, status.err)


@pytest.mark.parametrize(
    ("name", "text", "code", "kind"),
    [
        ("seed_data.sql", "", Exit.WRONG_INPUT, "FileRefused"),
        ("2_b.sql", "VACUUM", Exit.WRONG_INPUT, "HazardsFound"),
        ("2_b.sql", "SELECT 1 / 0", Exit.DATABASE_REFUSED, "MigrationFailed"),
    ],
)
def test_an_error_is_json_too(
    here: Here, database: str, tmp_path: Path, name: str, text: str, code: Exit, kind: str
) -> None:
    """Case 56: with --json an error is a document too, and the sentence is on standard error all the same."""
    folder = put(tmp_path / "migrations", {"1_a.sql": "CREATE TABLE a ();", name: text})

    answer = here(database, folder, "up", "--json")

    error = json.loads(answer.out)["error"]
    assert code == answer.code
    assert kind == error["kind"]
    assert f"miyabi: {error['message']}\n" in answer.err


def test_two_snapshots_of_one_schema_are_the_same_bytes(
    postgres: Server, database: str, folder: Path
) -> None:
    """Case 57: pg_dump writes a random key into each dump; a snapshot has none, so two are equal."""
    up(database, folder)

    first, second = (take(database, pg_dump=postgres.binaries / "pg_dump") for _ in range(2))

    assert first == second
    assert "CREATE TABLE public.third" in first
    assert "restrict" not in first

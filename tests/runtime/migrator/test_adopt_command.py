"""`miyabi migrate adopt`: what it shows, when it asks, and what is left of it when it is stopped."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from runtime.migrator.connection import read_url
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import (
    MIYABI,
    Heard,
    ask,
    running,
    session,
    until,
    until_runs,
    write,
)
from tests.runtime.migrator.failures.means_here import Here
from tests.runtime.migrator.folders import folder, tables
from tests.runtime.migrator.reported import migrate_as_reported, perform_on, rows, scratch_databases

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.migrator.files import Migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RETURN 1;
END
$$;
"""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """`miyabi migrate` in this process."""
    return Here(monkeypatch, capsys)


def test_it_prints_each_difference_and_exits_9(here: Here, database: str, tmp_path: Path) -> None:
    migrate_as_reported(database, folder(tmp_path, {"1_one.sql": FUNCTION}))
    with session(database) as connection:
        connection.execute(FUNCTION.replace("RETURN 1;", "RETURN 2 - 1;").encode())

    answer = here(database, tmp_path, "adopt", "--yes")

    assert Exit.DATABASE_REFUSED == answer.code
    assert (
        "not compared: rows\n"
        "  text   function one(), body from line 3: expected RETURN 1;, found RETURN 2 - 1;\n"
        "         --- expected\n"
        "         +++ found\n"
        "         @@ -1,4 +1,4 @@\n"
        "          \n"
        "          BEGIN\n"
        "         -    RETURN 1;\n"
        "         +    RETURN 2 - 1;\n"
        "          END\n"
        "\n"
    ) in answer.out
    assert "refused, and nothing was changed" in answer.out


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_it_changes_nothing_where_nobody_can_be_asked(
    here: Here, database: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = here(database, tables(tmp_path, 1).folder, "adopt", *words)

    assert Exit.WRONG_INPUT == answer.code
    assert "there is nobody to ask; write --yes, or --dry-run to look only" in answer.sentence


@pytest.mark.parametrize(
    ("reply", "last"), [("y", "adopted, 1 checksum replaced"), ("n", "nothing was changed")]
)
def test_at_a_terminal_it_shows_and_asks(database: str, tmp_path: Path, reply: str, last: str) -> None:
    files = tables(tmp_path, 1)
    migrate_as_reported(database, files)
    ours, its = pty.openpty()
    with subprocess.Popen(
        [MIYABI, "migrate", "adopt", "--migrations", tmp_path],
        env=os.environ | {"DATABASE_URL": database},
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as command:
        os.close(its)
        os.write(ours, f"{reply}\n".encode())
        out, _ = command.communicate()
    os.close(ours)

    assert 0 == command.returncode
    name = read_url(database).parameters["dbname"]
    assert f"Adopt {name}, and replace checksums of 1 migration?" in out
    assert last in out
    assert (rows(database)[0][4] == files.up[0].checksum) == (reply == "y")


@pytest.fixture
def slow(database: str, tmp_path: Path) -> Migrations:
    """A file that takes half a minute to build, in the ledger of the database with another checksum."""
    files = folder(tmp_path / "slow", {"1_slow.sql": "SELECT pg_sleep(30);"})
    quick = folder(tmp_path / "quick", {"1_slow.sql": "SELECT 1;"})
    migrate_as_reported(database, quick)
    return files


def sleeping(database: str) -> str:
    """Wait until the file is being built, and return the URL of where."""
    (name,) = until(lambda: scratch_databases(database), "there is a scratch database")
    url = re.sub(r"(:\d+/)[^?]+", rf"\g<1>{name}", database)
    until_runs(url, "pg_sleep")
    return url


def test_killed_while_it_builds_it_leaves_the_ledger_and_the_next_run_cleans_up(
    database: str, slow: Migrations
) -> None:
    before = rows(database)
    with running(database, "adopt", "--yes", folder=slow.folder) as command:
        sleeping(database)
        command.signal(signal.SIGKILL)
    (left,) = scratch_databases(database)
    write(slow.folder, {"1_slow.sql": "SELECT 2;"})
    heard = Heard()
    until(
        lambda: ask(database, "SELECT FROM pg_stat_activity WHERE datname = %s", left) == [],
        "the server has noticed",
    )

    assert before == rows(database)
    answer = perform_on(database, "adopt", folder(slow.folder, {}), heard)
    assert "adopted" == answer["outcome"]
    assert f"dropped the scratch database {left}, left by a run that was killed" in heard.sentences
    assert [] == scratch_databases(database)


def test_stopped_while_it_builds_it_cleans_up_itself(database: str, slow: Migrations) -> None:
    before = rows(database)
    with running(database, "adopt", "--yes", folder=slow.folder) as command:
        sleeping(database)
        command.signal(signal.SIGTERM)
        command.end()

    assert (128 + signal.SIGTERM, before) == (command.code, rows(database))
    assert [] == scratch_databases(database)

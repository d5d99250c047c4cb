"""The files themselves: their form, what squawk says of them, and what the documents say."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from pglast import split

from runtime.migrator.hazards import inspect
from tests.migrations import reading
from tests.migrations.applying import ALL, FOLDER, MENDING
from tests.migrations.test_api_role import RIGHTS

if TYPE_CHECKING:
    from psycopg import Connection

    from runtime.migrator.files import Migration

ROOT: Final = Path(__file__).parents[2]
SCHEMA: Final = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")


def name(migration: Migration) -> str:
    """A file's name, as a test's."""
    return migration.name


@pytest.mark.parametrize("migration", ALL, ids=name)
def test_a_file_has_the_form_of_all(migration: Migration) -> None:
    """Its checksum covers every byte, so there must be one way to write it down."""
    text = migration.content.decode("ascii")
    lines = text.splitlines()

    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert [] == [line for line in lines if "\r" in line or "\t" in line or line != line.rstrip()]
    assert max(map(len, lines)) <= 110


@pytest.mark.parametrize("migration", ALL, ids=name)
def test_a_file_says_first_what_it_is_for(migration: Migration) -> None:
    said = migration.text.splitlines()[1 if migration.no_transaction else 0]

    assert re.fullmatch(r"-- [A-Z].{30,}\.", said)


@pytest.mark.parametrize("migration", [each for each in ALL if each.no_transaction], ids=name)
def test_a_file_without_a_transaction_holds_one_statement(migration: Migration) -> None:
    """Several would run in a transaction after all, for the file is sent as one message."""
    assert len(split(migration.text)) == 1


@pytest.mark.parametrize("migration", ALL, ids=name)
def test_what_is_built_concurrently_is_built_outside_of_a_transaction(migration: Migration) -> None:
    assert migration.no_transaction == ("CONCURRENTLY" in migration.text)


def test_versions_of_new_files_are_not_taken_for_a_sequence() -> None:
    """Where the last two differ by one, the tool that applied the first seven numbers the next by one."""
    versions = [migration.version for migration in MENDING]

    assert min(later - earlier for earlier, later in pairwise(versions)) >= 100


def test_git_keeps_the_bytes_as_they_are() -> None:
    paths = [f"migrations/{migration.name}" for migration in ALL]
    asked = ["git", "check-attr", "eol", "--", *paths]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert said.splitlines() == [f"{path}: eol: lf" for path in paths]


@pytest.mark.parametrize("migration", ALL, ids=name)
def test_the_runner_has_nothing_to_warn_of(migration: Migration) -> None:
    assert inspect(migration.name, migration.text, no_transaction=migration.no_transaction) == ()


# Squawk.


def squawk(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run squawk with the project's settings."""
    return subprocess.run(
        [ROOT / ".venv" / "bin" / "squawk", "--config", ROOT / ".squawk.toml", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_squawk_finds_nothing_that_is_not_explained() -> None:
    done = subprocess.run(["scripts/lint-migrations"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    files = sum(map(int, re.findall(r"Found 0 issues in (\d+) file", done.stdout + done.stderr)))
    assert files == len(MENDING)


def test_squawk_finds_what_is_unsafe(tmp_path: Path) -> None:
    unsafe = tmp_path / "unsafe.sql"
    unsafe.write_text("ALTER TABLE tasks ALTER COLUMN name SET NOT NULL;\n", encoding="utf-8")

    done = squawk(unsafe)

    assert done.returncode == 1
    assert "adding-not-nullable-field" in done.stdout


@pytest.mark.parametrize("migration", MENDING, ids=name)
def test_what_squawk_is_to_ignore_has_a_reason_and_would_be_found(
    migration: Migration, tmp_path: Path
) -> None:
    ignored = re.findall(r"^(.*)\n-- squawk-ignore(?:-file)? (.*)$", migration.text, re.MULTILINE)
    bare = tmp_path / migration.name
    bare.write_text(re.sub(r"^-- squawk-ignore.*\n", "", migration.text, flags=re.MULTILINE), "utf-8")

    found = set(re.findall(r"warning: ([a-z-]+)", squawk("--reporter", "gcc", bare).stdout))

    assert all(reason.startswith("-- ") for reason, _ in ignored)
    expected = {rule for _, rules in ignored for rule in rules.split(", ")}
    if not migration.no_transaction:
        assert expected == found


# Documents.


@pytest.mark.parametrize("migration", MENDING, ids=name)
def test_a_mending_file_is_explained(migration: Migration) -> None:
    assert f"| `{migration.version}` |" in SCHEMA


def test_the_folder_holds_migrations_and_what_is_said_of_them() -> None:
    others = {path.name for path in FOLDER.iterdir()} - {migration.name for migration in ALL}

    assert others == {"README.md"}


def test_every_table_and_view_is_explained(mended: Connection) -> None:
    for table in reading.columns(mended) | reading.columns(mended, "v"):
        assert f"`{table}`" in SCHEMA, table


def test_the_diagram_shows_every_reference_and_whether_it_may_be_missing(mended: Connection) -> None:
    """A line is drawn once for two tables; `||` where a row needs the other, by one reference at least."""
    drawn = re.findall(r"^    (\w+) (\|\||\|o)--o\{ (\w+) : ", SCHEMA, re.MULTILINE)
    needed: dict[tuple[str, str], bool] = {}
    for parent, child, demanded in mended.execute(
        "SELECT confrelid::regclass::text, conrelid::regclass::text, attnotnull FROM pg_constraint"
        " JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1] WHERE contype = 'f'"
    ):
        needed[parent, child] = needed.get((parent, child), False) or demanded

    assert len(drawn) == len(needed)
    assert needed == {(parent, child): end == "||" for parent, end, child in drawn}


def test_rights_are_documented_as_they_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ((?:none|select)[a-z, ]*) \|", SCHEMA, re.MULTILINE)

    assert RIGHTS == {
        table: "" if rights == "none" else "".join(right[0].upper() for right in rights.split(", "))
        for table, rights in rows
    }

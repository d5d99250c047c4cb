"""A database of the reported tool is adopted when its schema is the one of our files, and only then."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from pglast.visitors import referenced_relations
from psycopg import sql

from runtime.migrator.adopt import CantAdopt, Change, recognise
from runtime.migrator.comparing import AcceptedNothing, LedgerMoved, SchemaBusy
from runtime.migrator.connection import connect, read_url
from runtime.migrator.consent import NotAsShown
from runtime.migrator.errors import Dirty, LockHeld, VersionUnknown
from runtime.migrator.survey import survey
from scripts.commands.migrate.adopt import question
from tests.runtime.migrator.failures.means import (
    Heard,
    ask,
    held_locks,
    session,
)
from tests.runtime.migrator.folders import tables
from tests.runtime.migrator.reported import (
    FILES,
    REPORTED,
    differences,
    migrate_as_reported,
    perform_on,
    rows,
    scratch_databases,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twin.postgres import Server

OTHER_BODY = """
CREATE OR REPLACE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = NOW();
    RETURN NEW;
END
$$"""
FUNCTION = "function update_updated_at_column()"
ENTRY = re.compile(
    r"^\d\S+ \S+ UTC \[\d+\] LOG:  (?:statement|execute [^:]*): ((?:.*\n)(?:\t.*\n)*)", re.MULTILINE
)


@pytest.fixture(scope="module")
def template(postgres: Server) -> Iterator[str]:
    """A database of the reported tool, to copy."""
    name = postgres.create_database()
    migrate_as_reported(postgres.url(name))
    yield name
    postgres.drop_database(name)


@pytest.fixture
def live(postgres: Server, template: str) -> Iterator[str]:
    """The URL of a database of the reported tool."""
    name = postgres.create_database(template=template)
    yield postgres.url(name)
    postgres.drop_database(name)


def change(url: str, statement: str, *values: Any) -> None:
    """Run a statement as somebody else."""
    with session(url) as connection:
        connection.execute(statement.encode(), values)


def test_the_checksums_become_those_of_our_files_and_nothing_else_changes(live: str) -> None:
    before = rows(live)

    answer = perform_on(live, "adopt")

    expected = [
        (*row[:4], hashlib.sha384(file.path.read_bytes()).digest(), row[5])
        for row, file in zip(before, REPORTED.up, strict=True)
    ]
    assert expected == rows(live)
    assert "adopted" == answer["outcome"]
    assert [] == differences(answer)
    assert [row[4].hex() for row in before] == [change["recorded"] for change in answer["changes"]]
    assert [] == held_locks(live)
    assert [] == scratch_databases(live)


def test_the_mending_migrations_follow(live: str) -> None:
    perform_on(live, "adopt")

    status = perform_on(live, "plan")

    assert [each.version for each in FILES.up[7:]] == [each["version"] for each in status["pending"]]


def test_what_is_adopted_already_is_left_alone(live: str) -> None:
    perform_on(live, "adopt")
    before = rows(live)

    answer = perform_on(live, "adopt")

    assert "nothing to adopt" == answer["outcome"]
    assert before == rows(live)


def test_no_statement_touches_its_tables(postgres: Server, live: str) -> None:
    with session(postgres.superuser_url()) as connection:
        name = sql.Identifier(str(read_url(live).parameters["dbname"]))
        connection.execute(sql.SQL("ALTER DATABASE {} SET log_statement = 'all'").format(name))
    start = postgres.log.stat().st_size

    perform_on(live, "adopt")

    log = postgres.log.read_bytes()[start:].decode()
    statements = [found.replace("\n\t", "\n").strip() for found in ENTRY.findall(log)]
    touched = {name for each in statements for name in referenced_relations(each)}
    words = [each.split()[0].upper() for each in statements]
    assert {"public._sqlx_migrations"} == {name for name in touched if not name.startswith("pg_")}
    assert ["UPDATE"] == [word for word in words if word in {"UPDATE", "INSERT", "DELETE", "ALTER", "LOCK"}]
    assert {"CREATE DATABASE", "DROP DATABASE"} == {
        " ".join(each.split()[:2]) for each in statements if each.split()[0] in {"CREATE", "DROP"}
    }


def test_one_changed_column_is_refused_with_exactly_that_difference(live: str) -> None:
    change(live, "ALTER TABLE users ALTER email DROP NOT NULL")
    before = rows(live)

    answer = perform_on(live, "adopt")

    assert "refused" == answer["outcome"]
    assert ["column users.email: expected not null, found nullable"] == differences(answer)
    assert before == rows(live)
    assert [] == scratch_databases(live)


def test_differences_of_shape_come_before_those_of_text(live: str) -> None:
    change(live, OTHER_BODY)
    change(live, "CREATE INDEX zoo ON users (name)")

    answer = perform_on(live, "adopt")

    assert [("index", "shape"), ("function", "text")] == [
        (each["kind"], each["severity"]) for each in answer["compared"]["differences"]
    ]


def test_what_is_accepted_by_name_does_not_keep_it_from_being_adopted(live: str) -> None:
    change(live, OTHER_BODY)
    change(live, "CREATE INDEX extra ON users (name)")

    refused = perform_on(live, "adopt", accept=[FUNCTION])
    shown = perform_on(live, "adopt", accept=[FUNCTION, "index extra"], dry_run=True)
    adopted = perform_on(live, "adopt", accept=[FUNCTION, "index extra"], shown=shown["shown"])

    assert "refused" == refused["outcome"]
    assert [False, True] == [each["accepted"] for each in refused["compared"]["differences"]]
    assert ", whose schema is NOT the one of the files, and replace" in question(shown)
    assert "adopted" == adopted["outcome"]


def test_a_name_to_accept_that_nothing_has_is_an_error(live: str) -> None:
    change(live, "CREATE INDEX extra ON users (name)")

    with pytest.raises(AcceptedNothing, match=r"index extar, which --accept was given; .* index extra$"):
        perform_on(live, "adopt", accept=["index extar"])


def test_a_dry_run_changes_nothing(live: str) -> None:
    before = rows(live)

    answer = perform_on(live, "adopt", dry_run=True)

    assert "would adopt" == answer["outcome"]
    assert before == rows(live)


def test_a_yes_to_something_else_is_none(live: str) -> None:
    shown = perform_on(live, "adopt", dry_run=True)["shown"]
    change(live, "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 20251024000000")
    before = rows(live)

    with pytest.raises(NotAsShown):
        perform_on(live, "adopt", shown=shown)

    assert before == rows(live)


class Meddling(Heard):
    """Writes to the ledger while the comparison is on, as sqlx's command does, which takes no lock."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def say(self, sentence: str) -> None:
        """Do it when the building begins."""
        super().say(sentence)
        change(self._url, "DELETE FROM _sqlx_migrations WHERE version = 20251125000001")


def test_a_ledger_that_somebody_writes_to_meanwhile_is_left_alone(live: str) -> None:
    with pytest.raises(LedgerMoved):
        perform_on(live, "adopt", progress=Meddling(live))

    assert [] == held_locks(live)


def test_checksums_are_replaced_all_or_none(live: str) -> None:
    """The command of sqlx takes no lock, so a row may change between comparison and update."""
    before = rows(live)
    fresh, stale = REPORTED.up[:2]
    changes = [Change(fresh, before[0][4]), Change(stale, b"what it was before")]

    with connect(read_url(live)) as connection, pytest.raises(LedgerMoved):
        recognise(connection, survey(connection).ledger, changes)

    assert before == rows(live)


def test_a_table_that_somebody_holds_is_told_of(live: str) -> None:
    with session(live) as other, other.transaction():
        other.execute("LOCK TABLE users")
        with pytest.raises(SchemaBusy):
            perform_on(live, "adopt", lock_timeout=0.1)


UNFIT = {
    "UPDATE _sqlx_migrations SET success = false WHERE version = 20251125000001": Dirty,
    "INSERT INTO _sqlx_migrations VALUES (20260101000000, 'strange', now(), true, '', 1)": CantAdopt,
    "DELETE FROM _sqlx_migrations WHERE version = 20251120000000": CantAdopt,
    "DELETE FROM _sqlx_migrations": CantAdopt,
    "DROP TABLE _sqlx_migrations": CantAdopt,
}


@pytest.mark.parametrize("statement", UNFIT, ids=["unfinished", "no file", "gap", "no rows", "no ledger"])
def test_a_ledger_that_does_not_fit_is_refused_before_anything_is_built(live: str, statement: str) -> None:
    change(live, statement)
    heard = Heard()

    with pytest.raises(UNFIT[statement]):
        perform_on(live, "adopt", progress=heard)

    assert [] == heard.sentences


def test_a_database_without_a_ledger_gets_rows_as_sqlx_writes_them_for_skipped_ones(live: str) -> None:
    change(live, "DROP TABLE _sqlx_migrations")

    answer = perform_on(live, "adopt", baseline=20251125000001)

    assert "adopted" == answer["outcome"]
    assert [(each.version, each.description, True, each.checksum, -1) for each in REPORTED.up] == [
        (version, description, success, checksum, time)
        for version, description, _, success, checksum, time in rows(live)
    ]


def test_a_baseline_is_compared_like_any_other(live: str) -> None:
    change(live, "DROP TABLE _sqlx_migrations")

    answer = perform_on(live, "adopt", baseline=20251123000001)

    assert "refused" == answer["outcome"]
    assert "table permissions: unexpected" in differences(answer)
    assert [(None,)] == ask(live, "SELECT to_regclass('_sqlx_migrations')")


def test_a_baseline_is_for_a_ledger_without_rows(live: str) -> None:
    with pytest.raises(CantAdopt, match="its ledger has 7 rows, the newest for 20251125000001"):
        perform_on(live, "adopt", baseline=20251125000001)


def test_a_baseline_must_be_the_version_of_a_file(database: str, tmp_path: Path) -> None:
    with pytest.raises(VersionUnknown):
        perform_on(database, "adopt", tables(tmp_path, 2), baseline=3)


def test_of_two_at_once_one_adopts_and_the_other_finds_it_done(live: str) -> None:
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(perform_on, live, "adopt") for _ in range(2)]
        outcomes = {answer.result()["outcome"] for answer in answers}

    assert {"adopted", "nothing to adopt"} == outcomes


def test_of_two_baselines_at_once_one_writes_the_rows(database: str, tmp_path: Path) -> None:
    files = tables(tmp_path, 1)
    change(database, files.up[0].text)

    def adopt() -> str:
        try:
            return str(perform_on(database, "adopt", files, baseline=1)["outcome"])
        except CantAdopt:
            return "has rows already"

    with ThreadPoolExecutor() as pool:
        outcomes = {each.result() for each in [pool.submit(adopt) for _ in range(2)]}

    assert {"adopted", "has rows already"} == outcomes


def test_a_run_that_is_migrating_is_waited_for(live: str) -> None:
    with session(live) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [int.from_bytes(b"miyabi", "big")])
        with pytest.raises(LockHeld):
            perform_on(live, "adopt", lock_wait=0.1)

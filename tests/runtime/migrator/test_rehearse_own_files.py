"""The project's own mending migrations, rehearsed on a database at the reported version that is only read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runtime.migrator import catalogue
from runtime.migrator.connection import read_url
from runtime.migrator.context import Context
from runtime.migrator.rehearse import rehearse
from runtime.migrator.runner import up
from scripts.commands.migrate.rehearse import rehearsed as render
from tests.migrations.test_locks import WAIVED
from tests.runtime.migrator.failures.means import ask, session
from tests.runtime.migrator.reported import FILES, REPORTED, rows
from twin.postgres import start

if TYPE_CHECKING:
    from runtime.migrator.context import Document

DOCUMENT = Path(__file__).parents[3] / "docs" / "rehearsing-migrations.md"
LOGGED = re.compile(r"^miyabi LOG:  (?:statement|execute [^:]+): +(.+)", re.MULTILINE)
CHANGING = ("ALTER", "COMMENT", "CREATE", "DROP")
READING = ("BEGIN", "COMMIT", "EXECUTE", "LOCK", "PREPARE", "SELECT", "SET", "WITH")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One rehearsal on a server of its own, with what was true of the server before it and after."""

    document: Document
    sent: list[str]
    """The statements that the real database was sent."""
    before: Any
    after: Any


@pytest.fixture(scope="module")
def rehearsal() -> Rehearsal:
    """Rehearse what is pending after the reported version."""
    with start(settings={"log_statement": "all", "log_line_prefix": "%d "}) as server:
        url = server.url(server.create_database("miyabi"))
        up(read_url(url), REPORTED)
        fill(url)
        before = state_of(url)
        begin = server.log.stat().st_size
        document = rehearse(Context(read_url(url), FILES), {}, pg_dump=server.binaries / "pg_dump")
        sent = re.findall(LOGGED, server.log.read_bytes()[begin:].decode())
        return Rehearsal(document, sent, before, state_of(url))


def fill(url: str) -> None:
    """Add the users that the document's example has."""
    with session(url) as connection:
        connection.execute(
            "INSERT INTO users (github_id, email, name, access_token) "
            "SELECT n, 'e' || n, 'n' || n, 'gho_x' FROM generate_series(1, 2000) AS n"
        )
        connection.execute("ANALYZE")


def state_of(url: str) -> tuple[Any, ...]:
    """The schema and the ledger, and the databases and roles of the server."""
    with session(url) as connection:
        schema = catalogue.read(connection)
    databases = ask(url, "SELECT datname FROM pg_database ORDER BY 1")
    return schema, rows(url), databases, ask(url, "SELECT rolname FROM pg_roles ORDER BY 1")


def masked(text: str) -> set[str]:
    """Lines without what differs from run to run and from version to version."""
    return {*re.sub(r"[\d.]+ m?s (?=without)|PostgreSQL [\d.]+|[\d.]+ kB", "#", text).splitlines()}


def test_none_rewrites_a_table_and_none_keeps_others_waiting_but_what_is_waived(
    rehearsal: Rehearsal,
) -> None:
    files = rehearsal.document["files"]
    statements = [(file["description"], each) for file in files for each in file["statements"]]

    assert [each.name for each in FILES.up[len(REPORTED.up) :]] == [file["file"] for file in files]
    assert [] == [each for _, each in statements if each["rewrites"] or each["rebuilds"]]
    assert set(WAIVED) == {
        (name, table) for name, each in statements if each["level"] == "blocks" for table in each["scans"]
    }


def test_the_server_is_afterwards_as_it_was(rehearsal: Rehearsal) -> None:
    """The group role that the last file grants to is gone too, since it was not there."""
    assert rehearsal.before == rehearsal.after


def test_the_real_database_is_sent_nothing_that_changes_it(rehearsal: Rehearsal) -> None:
    words = [statement.split() for statement in rehearsal.sent]

    assert {first.upper() for first, *_ in words} <= {*CHANGING, *READING}
    assert ["CREATE ROLE", "CREATE DATABASE", "COMMENT ON", "DROP DATABASE", "DROP ROLE"] == [
        " ".join(each[:2]) for each in words if each[0] in CHANGING
    ]
    assert {"IN ACCESS SHARE MODE"} == {
        statement[-20:] for statement in rehearsal.sent if statement.startswith("LOCK")
    }


def test_the_document_shows_what_is_printed(rehearsal: Rehearsal) -> None:
    shown = re.search(
        r"its rows\n(.*?)\n```$", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )

    assert shown is not None
    assert masked(shown[1]) - {"..."} <= masked(render(rehearsal.document))

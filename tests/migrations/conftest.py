"""Databases for the tests of the migrations: at version 7, as reported, and with everything mended.

A test that changes nothing, or undoes it, shares one of each; a test that migrates or commits gets a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.logins import verifier
from tests.migrations.applying import MENDING, REPORTED, apply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from twin.postgres import Server

API = "miyabi_api"
MEMBER = "miyabi_api_tested"
PASSWORD = "known-to-the-tests"


def connect(url: str) -> Connection:
    """Connect for many tests; no statement is prepared, since a test may undo what it was prepared for."""
    return psycopg.connect(url, autocommit=True, prepare_threshold=None)


@pytest.fixture(scope="session")
def server(postgres: Server) -> Server:
    """A server that has the API's group role, and a login role in it."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        made = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        if API not in made:
            connection.execute(f"CREATE ROLE {API} NOLOGIN")
        if MEMBER not in made:
            connection.execute(f"CREATE ROLE {MEMBER} LOGIN PASSWORD '{verifier(PASSWORD)}' IN ROLE {API}")
    return postgres


@pytest.fixture(scope="session")
def template_7(server: Server) -> str:
    """A database with the seven reported migrations, to copy."""
    name = server.create_database()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        apply(connection, REPORTED)
    return name


@pytest.fixture(scope="session")
def template(server: Server, template_7: str) -> str:
    """A database with all migrations, to copy."""
    name = server.create_database(template=template_7)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        apply(connection, MENDING)
    return name


@pytest.fixture(scope="session")
def kept_7(server: Server, template_7: str) -> Iterator[Connection]:
    """A connection to a copy at version 7, in which nobody commits."""
    with connect(server.url(server.create_database(template=template_7))) as connection:
        yield connection


@pytest.fixture(scope="session")
def kept(server: Server, template: str) -> Iterator[Connection]:
    """A connection to a copy with all migrations, in which nobody commits."""
    with connect(server.url(server.create_database(template=template))) as connection:
        yield connection


@pytest.fixture(scope="session")
def kept_member(server: Server, kept: Connection) -> Iterator[Connection]:
    """The same database, seen by a member of the API's group."""
    with connect(server.url(kept.info.dbname, user=MEMBER, password=PASSWORD)) as connection:
        yield connection


@pytest.fixture
def reported(kept_7: Connection) -> Iterator[Connection]:
    """A transaction on a database at version 7, undone after the test."""
    with kept_7.transaction(force_rollback=True):
        yield kept_7


@pytest.fixture
def mended(kept: Connection) -> Iterator[Connection]:
    """A transaction on a database with all migrations, undone after the test."""
    with kept.transaction(force_rollback=True):
        yield kept


@pytest.fixture
def member(kept_member: Connection) -> Iterator[Connection]:
    """The same for a member of the API's group."""
    with kept_member.transaction(force_rollback=True):
        yield kept_member


@pytest.fixture
def database_7(server: Server, template_7: str) -> Iterator[str]:
    """The URL of a database of the test's own, at version 7."""
    name = server.create_database(template=template_7)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def database(server: Server, template: str) -> Iterator[str]:
    """The URL of a database of the test's own, with all migrations."""
    name = server.create_database(template=template)
    yield server.url(name)
    server.drop_database(name)

"""A migrated database for each worker, and the API on it, connected as a member of its role.

Tests share the database: each makes its own users and organizations, whose names are theirs alone.
A test that needs the whole database for itself takes `own_database`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.migrator.roles import GROUP, SETTINGS
from tests.logins import verifier
from tests.migrations.applying import MENDING, REPORTED, apply
from tests.runtime.api.asking import SERVING, Client, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twin.postgres import Server

LOGIN = "miyabi_api_served"
PASSWORD = "known-to-the-tests"


@pytest.fixture(scope="session")
def template(postgres: Server) -> str:
    """A database with all migrations, to copy."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        made = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        if GROUP not in made:
            connection.execute(f"CREATE ROLE {GROUP} NOLOGIN")
        if LOGIN not in made:
            connection.execute(f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{verifier(PASSWORD)}' IN ROLE {GROUP}")
            for name, value in SETTINGS.items():
                connection.execute(f"ALTER ROLE {LOGIN} SET {name} = '{value}'")
    name = postgres.create_database()
    with psycopg.connect(postgres.url(name), autocommit=True) as connection:
        apply(connection, [*REPORTED, *MENDING])
    return name


@pytest.fixture(scope="session")
def shared_url(postgres: Server, template: str) -> str:
    """The API's URL of the database that the worker's tests share."""
    name = postgres.create_database(template=template)
    return postgres.url(name, user=LOGIN, password=PASSWORD)


@pytest.fixture(scope="session")
def shared(shared_url: str) -> Iterator[Client]:
    """The API on it; its log holds what all of the worker's tests did."""
    client = serve(shared_url)
    SERVING.remove(client.service)
    yield client
    client.service.database.close()


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    """Close what the test has started."""
    yield
    while SERVING:
        SERVING.pop().database.close()


@pytest.fixture
def api(shared: Client) -> Client:
    """Nobody yet: `api.sign_in()` is somebody new."""
    shared.log.seek(0)
    shared.log.truncate()
    return shared


@pytest.fixture
def own_database(postgres: Server, template: str) -> Iterator[str]:
    """The name of a database of the test's own."""
    name = postgres.create_database(template=template)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def own_url(postgres: Server, own_database: str) -> str:
    """The API's URL of it."""
    return postgres.url(own_database, user=LOGIN, password=PASSWORD)


@pytest.fixture
def serve_here(own_url: str) -> Callable[..., Client]:
    """Makes a service on a database of the test's own, with settings of its own."""
    return partial(serve, own_url)


@pytest.fixture(scope="session")
def master_url(postgres: Server, shared_url: str) -> str:
    """The master's URL of the shared database, to look at it and to arrange what no route does."""
    with psycopg.connect(shared_url) as connection:
        return postgres.url(connection.info.dbname)

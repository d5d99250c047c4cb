"""A server of a test's own, for what would disturb others, with a database for the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier

from runtime.migrator.roles import GROUP
from tests.logins import verifier
from tests.migrations.applying import ALL, apply
from tests.runtime.api.conftest import LOGIN, PASSWORD
from tests.runtime.api.faults import wait_until

if TYPE_CHECKING:
    from twin.postgres import Server


@dataclass(frozen=True, slots=True)
class Place:
    """A server, and what tests of the API need of it."""

    server: Server

    @property
    def url(self) -> str:
        """The API's."""
        return self.server.url("api", user=LOGIN, password=PASSWORD)

    def prepare(self) -> None:
        """Make role, database and tables."""
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {GROUP} NOLOGIN".encode())
            connection.execute(
                f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{verifier(PASSWORD)}' IN ROLE {GROUP}".encode()
            )
        self.server.create_database("api")
        with psycopg.connect(self.server.url("api"), autocommit=True) as connection:
            apply(connection, ALL)

    def configure(self, setting: str, value: str) -> None:
        """Change a setting of the running server, and wait until it holds."""
        asked = SQL("SELECT current_setting({})").format(setting)
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(SQL("ALTER SYSTEM SET {} = {}").format(Identifier(setting), value))
            connection.execute("SELECT pg_reload_conf()")
            wait_until(lambda: connection.execute(asked).fetchone() == (value,))

    @property
    def postmaster(self) -> int:
        """The server's first process."""
        return int((self.server.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])

"""What holds for every test: no network beyond this machine, no overrides from outside, no luck."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.sampling import SOAK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server

settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", max_examples=SOAK, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("default")

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse a connection to any other machine: a test that needs one is broken."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are those of the files, whatever the developer has exported; so is the way to a database."""
    for name in list(os.environ):
        if name.upper().startswith(("MIYABI_", "PG", "DATABASE_", "API_LOGIN_")) and name != "PGBIN":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL with TLS for each worker, which ends with it.

    Roles belong to the server and databases to a test: what makes roles must find them made.
    """
    from twin.postgres import start

    with start() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """The master's URL of a new and empty database, which goes with the test."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)

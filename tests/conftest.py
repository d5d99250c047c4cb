"""What holds for every test: no network beyond this machine, no overrides from outside, no luck."""

from __future__ import annotations

import gc
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.sampling import SOAK

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from twin.postgres import Server

settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", max_examples=SOAK, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("default")

LOOPBACK = ("127.", "::1", "localhost")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ten thousand tests and their modules are here to stay: let nobody look for garbage among them.

    Nor often among what tests make: with Python's own thresholds that was a tenth of their time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        gc.enable()


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
def linted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What cfn-lint has found is kept by a template's hash: one template is put before it once a run.

    All workers share the folder, as several runs of the program share theirs.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "linted"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL with TLS for each worker, which ends with it.

    Roles belong to the server and databases to a test: what makes roles must find them made.
    """
    from twin.postgres import start

    with start() as server, server.staying_connected():
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """The master's URL of a new and empty database, which goes with the test."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)

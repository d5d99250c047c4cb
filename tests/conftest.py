"""What holds for every test: no network beyond this machine, no overrides from outside, no luck."""

from __future__ import annotations

import gc
import hashlib
import os
import socket
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.sampling import SOAK

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from twin.postgres import Server

settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", max_examples=SOAK, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("default")

ROOT = Path(__file__).parents[1]
LOOPBACK = ("127.", "::1", "localhost")
SHOWN = 0.005
"""Seconds from which pytest shows a duration by itself."""
collect_ignore = ["browser"]
"""Needs more than Python; `make test-browser` names it."""


def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as processors: tests wait for databases and processes much of their time."""
    cores = os.cpu_count() or 1
    return cores + cores // 2


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


def pytest_configure(config: pytest.Config) -> None:
    """Let a worker tell xdist of a test's beginning and end only what somebody may see.

    Nobody is shown that they went well within `--durations-min`; to send, read and count two such reports of
    three for each test took a thirtieth of the whole run.
    """
    for plugin in config.pluginmanager.get_plugins():
        if hasattr(config, "workerinput") and hasattr(plugin, "sendevent"):
            plugin.sendevent = partial(_send, plugin.sendevent)


def _send(send: Callable[..., None], name: str, **event: Any) -> None:
    report: Any = event.get("data")
    if name == "testreport" and report["outcome"] == "passed" and not report["sections"]:
        if report["when"] != "call" and report["duration"] < SHOWN:
            return
        report["keywords"] = {}
    send(name, **event)


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """Refuse a connection to any other machine: a test that needs one is broken."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_overrides() -> Iterator[None]:
    """Settings are those of the files, whatever the developer has exported; so is the way to a database."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith(("MIYABI_", "PG", "DATABASE_", "API_LOGIN_")) and name != "PGBIN":
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def linted() -> Path:
    """What cfn-lint has found is kept by a template's hash: one template is put before it once a day.

    All workers and runs share the folder, as several runs of the program share theirs. Another way to ask
    cfn-lint has another folder: what the former way has found proves nothing of it.
    """
    asking = hashlib.sha256((ROOT / "stacks" / "lint.py").read_bytes()).hexdigest()[:16]
    folder = ROOT / ".cache" / "cfn-lint-of-tests" / asking
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL with TLS for each worker, which ends with it.

    Roles belong to the server and databases to a test: what makes roles must find them made. With less
    memory than PostgreSQL takes by itself a database is made and dropped in three quarters of the time.
    """
    from tests.logins import cheapen
    from twin.postgres import start

    with start(settings={"shared_buffers": "16MB"}) as server:
        cheapen(server)
        with server.staying_connected():
            yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """The master's URL of a new and empty database, which goes with the test."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)

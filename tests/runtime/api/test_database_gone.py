"""What happens while the whole server is away, full, elsewhere, or another than it should be."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psycopg
import pytest

from runtime.api.database import Database
from runtime.api.errors import Unavailable
from runtime.migrator.connection import read_url
from tests.runtime.api.asking import serve
from tests.runtime.api.conftest import LOGIN
from tests.runtime.api.faults import (
    HURRIED,
    Breakable,
    assert_unavailable,
    connects,
    wait_until,
    warnings,
)
from tests.runtime.api.places import Place
from twin.link import Link
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONNECTIONS: Final = 8
"""How many a server of these tests takes, those that are kept for its superuser among them."""
BUSY: Final = "no connection: the server has no connection left"
OUT_OF_ITS_OWN: Final = "no connection: the user has all the connections that it may have"
STOPPING: Final = "no connection: the server is starting or stopping"
AWAY: Final = "no connection: nothing listens at the server's address"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    settings = {"max_connections": str(CONNECTIONS), "shared_buffers": "16MB"}
    with start(settings=settings) as server:
        place = Place(server)
        place.prepare()
        yield place


@pytest.fixture
def database(place: Place) -> Iterator[Breakable]:
    with psycopg.connect(place.server.url("api"), autocommit=True) as master:
        yield Breakable(place.url, master)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("how", ["in order", "in a crash"])
def test_a_restart_between_requests_is_nobodys_trouble(place: Place, method: str, how: str) -> None:
    client = serve(place.url).sign_in()

    place.server.restart(immediate=how == "in a crash")
    answer = client.ask(method, "/tasks", {"name": "a task"} if method == "POST" else None)

    assert answer.status in {200, 201}
    assert ([], 2) == (warnings(client), connects(client))


@pytest.mark.parametrize(
    ("how", "reason"),
    [("in order", "the server ended the session"), ("in a crash", "the connection was lost")],
)
def test_a_restart_during_a_write_undoes_it(place: Place, how: str, reason: str) -> None:
    """The write waits for a lock after it has written its key."""
    client = serve(place.url).sign_in()
    key = {"idempotency-key": str(uuid4())}
    other = psycopg.connect(place.server.url("api"))
    other.execute("LOCK TABLE tasks IN EXCLUSIVE MODE")

    with ThreadPoolExecutor(1) as thread:
        failed = thread.submit(client.post, "/tasks", {"name": "a task"}, headers=key)
        wait_until(lambda: _is_waiting(place))
        place.server.restart(immediate=how == "in a crash")
    other.close()

    assert_unavailable(failed.result(), client, reason)
    assert 0 == client.get("/tasks")["total"]
    assert client.post("/tasks", {"name": "a task"}, headers=key).status == 201
    assert 1 == client.get("/tasks")["total"]


def _is_waiting(place: Place) -> bool:
    with psycopg.connect(place.server.superuser_url()) as connection:
        found = connection.execute("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall()
    return bool(found)


def test_without_a_database_the_function_starts_and_says_so(place: Place) -> None:
    place.server.stop()
    try:
        client = serve(place.url)
        client.service.open()
        alive, failed = client.get("/health/live"), client.get("/health")
    finally:
        place.server.restart()

    assert [f"no connection at the start: {AWAY}", AWAY] == warnings(client)
    assert alive.status == 200
    assert_unavailable(failed, client, AWAY)
    assert client.get("/health").status == 200


def test_a_server_that_is_out_of_connections_is_asked_again_later(place: Place, database: Breakable) -> None:
    client, late = serve(place.url).sign_in(), serve(place.url)
    database.session()
    with ExitStack() as taken:
        with suppress(psycopg.OperationalError):
            for _ in range(CONNECTIONS):
                taken.enter_context(psycopg.connect(place.url))
        failed, works = late.get("/health"), client.get("/health")

    assert_unavailable(failed, late, BUSY)
    assert works.status == 200
    wait_until(lambda: late.get("/health").status == 200)


def test_a_role_that_is_out_of_connections_is_told_of_as_such(place: Place, database: Breakable) -> None:
    client, late = serve(place.url).sign_in(), serve(place.url)
    database.master.execute(f"ALTER ROLE {LOGIN} CONNECTION LIMIT 1".encode())
    try:
        failed, works = late.get("/health"), client.get("/health")
    finally:
        database.master.execute(f"ALTER ROLE {LOGIN} CONNECTION LIMIT -1".encode())

    assert_unavailable(failed, late, OUT_OF_ITS_OWN)
    assert (200, 200) == (works.status, late.get("/health").status)


def test_a_server_that_stops_serves_whom_it_has_and_nobody_else(place: Place) -> None:
    client, late = serve(place.url).sign_in(), serve(place.url)
    try:
        os.kill(place.postmaster, signal.SIGTERM)
        wait_until(lambda: _reason(place) == STOPPING)
        failed, works = late.get("/health"), client.get("/health")
    finally:
        place.server.restart()

    assert_unavailable(failed, late, STOPPING)
    assert (200, 200) == (works.status, late.get("/health").status)


def _reason(place: Place) -> str:
    """Why a new connection fails."""
    asked = serve(place.url)
    asked.get("/health")
    return (warnings(asked) or [""])[-1]


def test_sessions_that_all_end_at_once_are_a_failure_of_the_database(
    place: Place, database: Breakable
) -> None:
    """Each is looked at before it is used."""
    ended = Database(
        read_url(place.url),
        connect_timeout=3,
        statement_timeout=20,
        opened=lambda _: wait_until(lambda: not database.sessions()),
    )
    database.master.execute(f"ALTER ROLE {LOGIN} SET idle_session_timeout = '1ms'".encode())
    try:
        with pytest.raises(Unavailable) as failed:
            ended.open()
    finally:
        database.master.execute(f"ALTER ROLE {LOGIN} RESET idle_session_timeout".encode())

    assert "a new connection ended at once" == failed.value.reason
    ended.close()


def test_a_server_without_tls_is_told_nothing(place: Place) -> None:
    place.configure("ssl", "off")
    try:
        late = serve(place.url)
        failed = late.get("/health")
    finally:
        place.server.stop()
        with (place.server.data / "postgresql.auto.conf").open("w", encoding="utf-8") as configuration:
            configuration.write("")
        place.server.restart()

    assert_unavailable(failed, late, "no connection: the server offers no TLS")
    assert late.get("/health").status == 200


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary and what takes its place, at one address.

    Attributes:
        address: Where the API connects to; it leads to `primary` until `fail_over`.
        url: The API's, at the address.
    """

    primary: Place
    standby: Place
    address: Link
    url: str

    def fail_over(self) -> None:
        """Let the address lead to the other server, as a DNS name does; connections stay where they are."""
        self.address.server_port = self.standby.server.port


@pytest.fixture(scope="module")
def standby() -> Iterator[Place]:
    with start(settings={"shared_buffers": "16MB"}) as server:
        standby = Place(server)
        standby.prepare()
        yield standby


@pytest.fixture
def pair(place: Place, standby: Place, tmp_path: Path) -> Iterator[Pair]:
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(place.server.ca.read_bytes() + standby.server.ca.read_bytes())
    with Link(place.server.port) as link:
        url = place.url.replace(f":{place.server.port}/", f":{link.port}/")
        yield Pair(place, standby, link, url.replace(str(place.server.ca), str(authorities)))


def _becomes_read_only(pair: Pair, _session: int) -> Callable[[], None]:
    pair.primary.configure("default_transaction_read_only", "on")
    return lambda: pair.primary.configure("default_transaction_read_only", "off")


def _falls_silent(_pair: Pair, session: int) -> Callable[[], None]:
    os.kill(session, signal.SIGSTOP)
    return lambda: os.kill(session, signal.SIGCONT)


@pytest.mark.parametrize(
    ("fate", "reason"),
    [
        (_becomes_read_only, "the server is read-only"),
        (_falls_silent, "the server gave no answer in time"),
    ],
)
def test_after_a_failover_the_next_request_goes_to_the_new_primary(
    pair: Pair, database: Breakable, fate: Callable[[Pair, int], Callable[[], None]], reason: str
) -> None:
    client = serve(pair.url).sign_in()
    session = database.session()
    restore = fate(pair, session)
    pair.fail_over()

    try:
        failed = client.post("/tasks", {"name": "a task"}, milliseconds=HURRIED)
        works = client.sign_in().post("/tasks", {"name": "a task"})
    finally:
        restore()

    assert_unavailable(failed, client, reason)
    assert works.status == 201
    with psycopg.connect(pair.standby.server.url("api")) as connection:
        found = connection.execute("SELECT id::text FROM tasks WHERE id = %s", [works["id"]])
        assert [(works["id"],)] == found.fetchall()

"""How often a request waits for the database: what nobody may add to unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.runtime.api.asking import serve
from tests.runtime.api.faults import HURRIED
from twin.link import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Client
    from twin.postgres import Server

CONNECTION: Final = 6
"""To ask for TLS, its handshake, the start-up packet, and two for SCRAM. A server before PostgreSQL 18 wants
another curve than the client proposes, which makes two of the handshake."""
KEY: Final = {"idempotency-key": "a-key"}


@pytest.fixture
def link(postgres: Server) -> Iterator[Link]:
    with Link(postgres.port) as link:
        yield link


@pytest.fixture
def client(postgres: Server, link: Link, shared_url: str) -> Client:
    """Somebody who is signed in, over a connection that is counted."""
    return serve(shared_url.replace(f":{postgres.port}/", f":{link.port}/")).sign_in()


def test_a_connection_asks_nothing_beyond_what_opens_it(
    postgres: Server, link: Link, shared_url: str
) -> None:
    client = serve(shared_url.replace(f":{postgres.port}/", f":{link.port}/"))

    client.service.open()

    opening = link.round_trips
    assert link.connections == 1
    assert CONNECTION - 1 <= opening <= CONNECTION
    assert client.get("/health").status == 200
    assert opening + 1 == link.round_trips


@pytest.mark.parametrize("path", ["/health", "/tasks", "/tasks/stats", "/organizations", "/workflows"])
def test_a_read_waits_once(client: Client, link: Link, path: str) -> None:
    before = link.round_trips

    assert client.get(path).status == 200

    assert link.round_trips - before == 1


def test_a_write_waits_for_its_statements_and_twice_for_its_transaction(client: Client, link: Link) -> None:
    before = link.round_trips
    assert client.post("/tasks", {"name": "a task"}).status == 201
    plain = link.round_trips - before
    assert client.post("/tasks", {"name": "a task"}, headers=KEY).status == 201

    assert 1 + 2 == plain
    assert 4 + 2 == link.round_trips - before - plain, "what is old goes, the key, the task, the answer"


def test_who_is_in_a_hurry_waits_once_more_for_each_statement(client: Client, link: Link) -> None:
    before = link.round_trips

    assert client.get("/tasks", milliseconds=HURRIED).status == 200

    assert link.round_trips - before == 2

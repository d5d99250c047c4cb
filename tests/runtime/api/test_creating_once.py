"""Idempotency keys: whoever repeats a creation gets the first answer, and nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.runtime.api.tenants import elsewhere, register
from tests.runtime.migrator.failures.means import until_waits

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client

KEY = {"idempotency-key": "a-key-of-the-client"}
CREATING: dict[str, tuple[str, str, dict[str, Any]]] = {
    "/tasks": ("/tasks", "tasks", {"name": "a task"}),
    "/repositories": ("/repositories", "repositories", {"full_name": "a/new"}),
    "/agents/execute": (
        "/agents/executions",
        "agent_executions",
        {"agent_type": "reviewer", "issue_number": 1, "options": {"b": 1, "a": [None]}},
    ),
    "/workflows": ("/workflows", "workflows", {"name": "nightly", "definition": {"b": 1, "a": [2.5, {}]}}),
}
"""By path: the list that shows what was made, its table, and a body."""
creating = pytest.mark.parametrize("path", CREATING)


def prepare(client: Client, path: str) -> tuple[dict[str, Any], int]:
    """A body that the route takes, and how long its list is before."""
    listed, _, body = CREATING[path]
    if path != "/repositories":
        body = body | {"repository_id": register(client, "a/b")}
    return body, client.get(listed)["total"]


@creating
def test_the_same_request_again_gives_the_same_answer_and_one_row(api: Client, path: str) -> None:
    client = api.sign_in()
    body, before = prepare(client, path)

    first = client.post(path, body, headers=KEY)
    again = client.post(path, dict(reversed(body.items())), headers=KEY)

    assert (201, 201) == (first.status, again.status)
    assert first.body == again.body
    assert (None, "true") == (
        first.headers.get("idempotency-replayed"),
        again.headers.get("idempotency-replayed"),
    )
    assert before + 1 == client.get(CREATING[path][0])["total"]


@creating
def test_another_request_with_the_same_key_is_refused(api: Client, path: str) -> None:
    client = api.sign_in()
    body, before = prepare(client, path)
    client.post(path, body, headers=KEY)
    (field, value), *_ = CREATING[path][2].items()

    refused = client.post(path, body | {field: f"{value}-too"}, headers=KEY)

    assert (422, "idempotency_error") == (refused.status, refused["error"])
    assert before + 1 == client.get(CREATING[path][0])["total"]


@creating
def test_what_was_refused_leaves_its_key_free(api: Client, path: str) -> None:
    client = api.sign_in()
    body, before = prepare(client, path)

    refused = client.post(path, body | {"unknown": 1}, headers=KEY)
    made = client.post(path, body, headers=KEY)

    assert (400, 201) == (refused.status, made.status)
    assert before + 1 == client.get(CREATING[path][0])["total"]


@creating
def test_of_two_at_once_the_second_waits_for_the_answer_of_the_first(
    api: Client, path: str, master_url: str, shared_url: str
) -> None:
    client = api.sign_in()
    body, before = prepare(client, path)
    clients = [elsewhere(shared_url, client) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads, psycopg.connect(master_url) as connection:
        connection.execute(SQL("LOCK TABLE {} IN SHARE MODE").format(Identifier(CREATING[path][1])))
        asked = [threads.submit(each.post, path, body, headers=KEY) for each in clients]
        until_waits(master_url, 2)
        connection.rollback()
        first, second = (each.result() for each in asked)

    assert (201, 201, first.body) == (first.status, second.status, second.body)
    assert before + 1 == client.get(CREATING[path][0])["total"]


def test_keys_of_two_users_or_routes_are_not_the_same(api: Client) -> None:
    first, second = api.sign_in(), api.sign_in()

    made = [
        first.post("/tasks", {"name": "a task"}, headers=KEY),
        second.post("/tasks", {"name": "a task"}, headers=KEY),
        first.post("/repositories", {"full_name": "a/b"}, headers=KEY),
    ]

    assert [201, 201, 201] == [answer.status for answer in made]
    assert made[0]["id"] != made[1]["id"]

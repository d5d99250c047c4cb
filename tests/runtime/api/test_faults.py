"""What happens to a request whose statement fails, whose connection ends, or whose server hangs.

The caller gets 503 in time, with nothing half-written, and the next request works.
"""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psycopg
import pytest

from tests.runtime.api.asking import MILLISECONDS, serve
from tests.runtime.api.conftest import LOGIN, PASSWORD
from tests.runtime.api.faults import (
    AFTER_ITS_WRITES,
    AT_COMMIT,
    END_SESSION,
    HURRIED,
    WHILE_IT_WRITES,
    Breakable,
    assert_discreet,
    assert_unavailable,
    connects,
    failing_with,
    wait_until,
    warnings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Client
    from twin.postgres import Server

TIMED_OUT: Final = "a statement ran into its timeout"
ENDED: Final = "the server ended the session"
UNANSWERED: Final = "the server gave no answer in time"
SLEEP: Final = "PERFORM pg_sleep(60)"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request that makes a task.

    Attributes:
        body: Statements of PL/pgSQL that it runs into.
        reason: What the log says.
        trigger: Where it runs into them.
        connections: How many the service has made in the end; two where the first was of no more use.
        milliseconds: Within which it must be answered.
    """

    body: str
    reason: str
    trigger: str = WHILE_IT_WRITES
    connections: int = 1
    milliseconds: int = MILLISECONDS


WRITES: Final = {
    "a timeout": Fault(failing_with("57014"), TIMED_OUT),
    "a lock in vain": Fault(failing_with("55P03"), "a lock was not given in time"),
    "no serialisation": Fault(failing_with("40001"), "the transaction could not be serialised", AT_COMMIT),
    "a full disk": Fault(failing_with("53100"), "the server's disk is full"),
    "a full disk at commit": Fault(failing_with("53100"), "the server's disk is full", AT_COMMIT),
    "no memory": Fault(failing_with("53200"), "the server is out of memory", AFTER_ITS_WRITES),
    "a failing disk": Fault(failing_with("58030"), "the server's disk failed"),
    "a reason without words": Fault(failing_with("57999"), "SQLSTATE 57999"),
    "a read-only server": Fault(
        "SET LOCAL transaction_read_only = on; INSERT INTO tasks DEFAULT VALUES",
        "the server is read-only",
        connections=2,
    ),
    "the end of its session": Fault(END_SESSION, ENDED, connections=2),
    "that after all writes": Fault(END_SESSION, ENDED, AFTER_ITS_WRITES, connections=2),
    "that at commit": Fault(END_SESSION, ENDED, AT_COMMIT, connections=2),
    "a slow statement": Fault(SLEEP, TIMED_OUT, connections=2, milliseconds=HURRIED),
    # the server's own timeout does not count while it commits
    "a slow commit": Fault(SLEEP, UNANSWERED, AT_COMMIT, connections=2, milliseconds=HURRIED),
}
"""What can happen to a write."""
ENDING_PERMISSION: Final = f"""
CREATE OR REPLACE FUNCTION has_permission(p_user_id uuid, p_organization_id uuid, p_permission_code varchar)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('tries') <= {{endings}} THEN
        {END_SESSION};
    END IF;
    RETURN true;
END
$$
"""
"""A permission that ends the session of the first who ask for it."""


@pytest.fixture(scope="module")
def made(postgres: Server, template: str) -> Iterator[Breakable]:
    name = postgres.create_database(template=template)
    with psycopg.connect(postgres.url(name), autocommit=True) as master:
        breakable = Breakable(postgres.url(name, user=LOGIN, password=PASSWORD), master)
        breakable.prepare()
        yield breakable
    postgres.drop_database(name)


@pytest.fixture
def database(made: Breakable) -> Iterator[Breakable]:
    yield made
    made.lift()


@pytest.fixture
def client(database: Breakable) -> Client:
    """Somebody who is signed in, over a connection that is open."""
    return serve(database.url).sign_in()


@pytest.mark.parametrize("what", WRITES)
def test_a_write_that_fails_leaves_nothing_and_succeeds_once_it_is_sent_again(
    database: Breakable, client: Client, what: str
) -> None:
    fault = WRITES[what]
    key = {"idempotency-key": str(uuid4())}
    database.inject(fault.body, fault.trigger)

    begun = time.monotonic()
    failed = client.post("/tasks", {"name": "once"}, headers=key, milliseconds=fault.milliseconds)
    took = time.monotonic() - begun

    assert_unavailable(failed, client, fault.reason)
    assert took < fault.milliseconds / 1000
    assert database.tries == 1, "a write is not asked again"
    database.lift()
    assert [] == client.get("/tasks")["tasks"]
    again = client.post("/tasks", {"name": "once"}, headers=key)
    replayed = client.post("/tasks", {"name": "once"}, headers=key)
    assert (201, again.body) == (again.status, replayed.body)
    assert [again["id"]] == [task["id"] for task in client.get("/tasks")["tasks"]]
    assert fault.connections == connects(client)


def test_without_time_nothing_is_asked(database: Breakable, client: Client) -> None:
    database.inject("NULL")

    failed = client.post("/tasks", {"name": "late"}, milliseconds=900)

    assert_unavailable(failed, client, "the request has no time left")
    assert database.tries == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_session_that_ended_between_requests_is_nobodys_trouble(
    database: Breakable, client: Client, method: str
) -> None:
    database.end_sessions()

    answer = client.ask(method, "/tasks", {"name": "a task"} if method == "POST" else None)

    assert answer.status in {200, 201}
    assert ([], 2) == (warnings(client), connects(client))


@pytest.mark.parametrize(("endings", "status", "connections"), [(1, 200, 2), (9, 503, 2)])
def test_a_read_whose_session_ends_is_asked_once_more(
    database: Breakable, client: Client, endings: int, status: int, connections: int
) -> None:
    organization = client.post("/organizations", {"name": f"Readers {uuid4()}"})["id"]
    definition = database.value(
        "SELECT pg_get_functiondef('has_permission(uuid, uuid, varchar)'::regprocedure)"
    )
    database.lift()
    database.master.execute(ENDING_PERMISSION.format(endings=endings).encode())
    try:
        answer = client.get(f"/organizations/{organization}")
    finally:
        database.master.execute(definition.encode())

    assert (status, connections) == (answer.status, connects(client))
    assert database.tries == 2
    assert_discreet(client)
    assert client.get(f"/organizations/{organization}").status == 200


def test_a_lock_that_another_holds_is_waited_for_no_longer_than_the_request(
    database: Breakable, client: Client
) -> None:
    key = client.post("/tasks", {"name": "locked"})["id"]
    with database.master.transaction():
        database.master.execute("SELECT FROM tasks WHERE id = %s FOR UPDATE", [key])
        begun = time.monotonic()
        failed = client.post(f"/tasks/{key}/start", milliseconds=HURRIED)
        took = time.monotonic() - begun

    assert_unavailable(failed, client, TIMED_OUT)
    assert took < HURRIED / 1000
    assert client.post(f"/tasks/{key}/start")["status"] == "running"


def test_the_victim_of_a_deadlock_may_try_again(
    database: Breakable, client: Client, postgres: Server
) -> None:
    """The API has written its key, which the other waits for; then the API wants what the other has."""
    key = {"idempotency-key": str(uuid4())}
    name = database.master.info.dbname
    database.inject(
        "WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted) LOOP"
        " PERFORM pg_sleep(0.01); END LOOP; PERFORM pg_advisory_xact_lock(1)"
    )
    with (
        psycopg.connect(postgres.superuser_url(name)) as other,
        ThreadPoolExecutor(1) as thread,
    ):
        other.execute("SET LOCAL deadlock_timeout = '1min'")
        other.execute("SELECT pg_advisory_xact_lock(1)")
        failed = thread.submit(client.post, "/tasks", {"name": "a task"}, headers=key)
        wait_until(lambda: database.tries == 1)
        other.execute(
            "INSERT INTO idempotency_keys (user_id, route, key, request_sha256) VALUES (%s, %s, %s, %s)",
            [client.user_id, "POST /api/v1/tasks", key["idempotency-key"], bytes(32)],
        )
        other.rollback()

    assert_unavailable(failed.result(), client, "the transaction was part of a deadlock")
    database.lift()
    assert client.post("/tasks", {"name": "a task"}, headers=key).status == 201
    assert 1 == client.get("/tasks")["total"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_takes_a_question_and_hangs_is_given_up_in_time(
    database: Breakable, client: Client, method: str
) -> None:
    """Its kernel acknowledges every packet, so that the network has nothing to notice."""
    session = database.session()
    body = {"name": "a task"} if method == "POST" else None
    os.kill(session, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        failed = client.ask(method, "/tasks", body, milliseconds=HURRIED)
        took = time.monotonic() - begun
        works = client.ask(method, "/tasks", body)
    finally:
        os.kill(session, signal.SIGCONT)

    assert_unavailable(failed, client, UNANSWERED)
    assert took < HURRIED / 1000
    assert (2, True) == (connects(client), works.status < 300)
    wait_until(lambda: session not in database.sessions())


def test_a_login_is_refused_as_politely(database: Breakable, client: Client) -> None:
    """What the login function is told when the database fails while it hands over a profile."""
    service = client.service
    event = {"action": "login", "profile": {"github_id": 1, "email": "a@example.org", "name": None}}
    with database.master.transaction():
        database.master.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
        answer = service.application.sign_in(event, "one", HURRIED)

    assert {"ok": False, "error": "database_error"} == {**answer, "error": answer["error"]["error"]}
    assert_discreet(client)
    assert service.application.sign_in(event, "two", 29_000)["ok"]

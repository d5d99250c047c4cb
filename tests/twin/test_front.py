"""The HTTP front answers real clients as API Gateway would."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from twin.cors import Cors
from twin.front import MAX_PAYLOAD, Front, Served
from twin.invocation import FunctionFailed, InitFailed, InvocationContext, Throttled, in_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.invocation import Target


def echo(event: dict[str, Any], context: object = None) -> dict[str, Any]:
    """Answer with the event."""
    del context
    return {"statusCode": 200, "body": json.dumps(event), "headers": {"content-type": "application/json"}}


def raising(error: Exception) -> Target:
    """A target that gives no document."""

    def target(event: dict[str, Any]) -> Any:
        del event
        raise error

    return target


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    routes = {"GET /notes/{note_id}": echo, "HEAD /notes/{note_id}": echo, "POST /notes": echo}
    with Front(routes | {"DELETE /notes/{note_id}": lambda _: {"statusCode": 204}}) as opened:
        yield opened


@pytest.fixture
def client(front: Front) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", front.port, timeout=20)) as connection:
        yield connection


def ask(client: http.client.HTTPConnection, method: str, path: str, **headers: str) -> tuple[int, Any]:
    """The status and the document of an answer."""
    client.request(method, path, headers=headers)
    answer = client.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if content else None


def raw(port: int, request: bytes) -> bytes:
    """All that comes back until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        content = b""
        while more := connection.recv(1 << 16):
            content += more
    return content


def test_a_request_reaches_its_function_and_comes_back(client: http.client.HTTPConnection) -> None:
    status, event = ask(client, "GET", "/notes/a%20b?x=1", Cookie="a=1; b=2", Accept="text/html")

    assert 200 == status
    assert ("GET /notes/{note_id}", {"note_id": "a b"}) == (event["routeKey"], event["pathParameters"])
    assert ["a=1", "b=2"] == event["cookies"]
    assert "text/html" == event["headers"]["accept"]
    assert "127.0.0.1" == event["requestContext"]["http"]["sourceIp"]


def test_one_connection_serves_many_requests(client: http.client.HTTPConnection) -> None:
    """Those without a body among them, whose end nothing marks."""
    statuses = []
    sockets = set()
    for method in ("GET", "HEAD", "DELETE", "GET", "PATCH", "GET"):
        client.request(method, "/notes/7")
        answer = client.getresponse()
        statuses.append((answer.status, bool(answer.read())))
        sockets.add(client.sock)

    assert [(200, True), (200, False), (204, False), (200, True), (404, True), (200, True)] == statuses
    assert 1 == len(sockets)


def test_a_head_says_how_long_the_body_would_be(client: http.client.HTTPConnection) -> None:
    client.request("HEAD", "/notes/7")
    answer = client.getresponse()
    answer.read()

    assert int(answer.headers["content-length"]) > 100
    assert answer.headers["apigw-requestid"]


def test_a_body_may_come_in_chunks(client: http.client.HTTPConnection) -> None:
    client.request("POST", "/notes", iter([b"one ", b"two"]), {"Content-Type": "text/plain"})
    event = json.loads(client.getresponse().read())

    assert ("one two", "7") == (event["body"], event["headers"]["content-length"])
    assert "transfer-encoding" not in event["headers"]
    assert 200 == ask(client, "GET", "/notes/7")[0]


@pytest.mark.parametrize(("size", "status"), [(MAX_PAYLOAD, 200), (MAX_PAYLOAD + 1, 413)])
def test_a_body_has_a_limit(client: http.client.HTTPConnection, size: int, status: int) -> None:
    """Who sends all before reading the answer hears of it too."""
    client.request("POST", "/notes", b" " * size, {"Content-Type": "text/plain"})
    answer = client.getresponse()
    content = answer.read()

    assert status == answer.status
    if status == 413:
        assert content == b'{"message":"Request Entity Too Large"}'


def test_a_client_may_ask_before_it_sends_a_body(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.port), timeout=20) as connection:
        head = "POST /notes HTTP/1.1", "expect: 100-continue", "content-length: 2", "connection: close"
        connection.sendall("\r\n".join((*head, "", "")).encode())
        told = connection.recv(1 << 16)
        connection.sendall(b"ok")

        assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST /notes HTTP/1.1\r\ncontent-length: x\r\n\r\n", 400),
        (b"POST /notes HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST /notes HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1 and more\r\n\r\n", 400),
        (b"BREW / HTTP/1.1\r\n\r\n", 501),
    ],
)
def test_what_is_no_request_is_refused_in_the_gateways_form(
    front: Front, request_: bytes, status: int
) -> None:
    head, _, body = raw(front.port, request_).partition(b"\r\n\r\n")

    assert f"HTTP/1.1 {status}".encode() == head[:12]
    assert b"content-type: application/json" in head
    assert {"message"} == set(json.loads(body))


FAILURES: dict[str, tuple[Target, int, type[Exception]]] = {
    "it raised": (raising(FunctionFailed("ValueError", "my secret")), 500, FunctionFailed),
    "it did not start": (raising(InitFailed("Runtime.ImportModuleError", "no x")), 500, InitFailed),
    "too many at work": (raising(Throttled("api", 2)), 503, Throttled),
    "the target is broken": (raising(KeyError("my secret")), 500, FunctionFailed),
    "a handler here raised": (in_process(lambda event, _: event["secret"]), 500, FunctionFailed),
    "a handler here returned no JSON": (in_process(lambda _, context: context), 500, FunctionFailed),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_of_a_failure_a_client_learns_only_the_status(failure: str) -> None:
    target, status, error = FAILURES[failure]
    served: list[Served] = []
    with (
        Front({"$default": target}, on_served=served.append) as front,
        closing(http.client.HTTPConnection("127.0.0.1", front.port)) as client,
    ):
        found = ask(client, "GET", "/")

    message = {500: "Internal Server Error", 503: "Service Unavailable"}[status]
    assert (status, {"message": message}) == found
    assert [("$default", error)] == [(each.route_key, type(each.error)) for each in served]


def test_a_function_that_takes_too_long_is_not_waited_for() -> None:
    go_on = threading.Event()
    with (
        Front({"$default": lambda _: go_on.wait(20)}, integration_timeout=0.05) as front,
        closing(http.client.HTTPConnection("127.0.0.1", front.port)) as client,
    ):
        found = ask(client, "GET", "/")
        go_on.set()

    assert (503, {"message": "Service Unavailable"}) == found


def test_requests_run_at_the_same_time_but_a_handler_of_this_process_one_by_one() -> None:
    together = threading.Barrier(3, timeout=20)
    at_work: list[int] = []
    most: list[int] = []

    def alone(event: dict[str, Any], context: InvocationContext) -> int:
        at_work.append(1)
        most.append(len(at_work))
        remaining = context.get_remaining_time_in_millis()
        at_work.pop()
        return remaining + len(event) * 0

    alone_target = in_process(alone, lambda: InvocationContext(timeout_seconds=29))

    def both(event: dict[str, Any]) -> Any:
        together.wait()
        return alone_target(event)

    found: list[tuple[int, Any]] = []
    with Front({"$default": both}, integration_timeout=None) as front:

        def visit() -> None:
            with closing(http.client.HTTPConnection("127.0.0.1", front.port)) as client:
                found.append(ask(client, "GET", "/"))

        threads = [threading.Thread(target=visit) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [200] * 3 == [status for status, _ in found]
    assert all(28_000 < remaining <= 29_000 for _, remaining in found)
    assert {1} == set(most)


def test_a_browser_is_answered_by_the_gateway() -> None:
    with (
        Front({"GET /": echo}, cors=Cors(("https://a.example",), ("GET",))) as front,
        closing(http.client.HTTPConnection("127.0.0.1", front.port)) as client,
    ):
        headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
        client.request("OPTIONS", "/anything", headers=headers)
        preflight = client.getresponse()
        preflight.read()
        client.request("GET", "/", headers=headers)
        answer = client.getresponse()
        answer.read()

    assert (204, "GET") == (preflight.status, preflight.headers["access-control-allow-methods"])
    assert "https://a.example" == answer.headers["access-control-allow-origin"]


def test_closing_ends_what_waits_and_answers_what_is_under_way() -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(event: dict[str, Any]) -> bool:
        del event
        began.set()
        return go_on.wait(20)

    found: list[tuple[int, Any]] = []
    front = Front({"GET /slow": slow}).__enter__()
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=20) as idle,
        closing(http.client.HTTPConnection("127.0.0.1", front.port)) as client,
    ):
        visit = threading.Thread(target=lambda: found.append(ask(client, "GET", "/slow")))
        visit.start()
        began.wait(20)
        close = threading.Thread(target=front.__exit__)
        close.start()
        assert idle.recv(1) == b""
        go_on.set()
        visit.join()
        close.join()

    assert [(200, True)] == found


def test_a_port_that_is_taken_is_refused(front: Front) -> None:
    with pytest.raises(OSError, match="in use"):
        Front({}, requested_port=front.port).__enter__()

"""The Runtime API answers as AWS documents it, a client that does not keep to it as well."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection, HTTPResponse
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sampling import examples
from twin.event import Request
from twin.runtime_api import MAX_RESPONSE, Answered, Failed, Happening, Invocation, Ready, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.answer import Answer

PREFIX = "/2018-06-01/runtime"
INVOCATION = Invocation(
    "id-7", b'{"a": 1}', 1542409706888, "arn:aws:lambda:x", "Root=1-a-b", '{"custom": {}}'
)


class Client:
    """A process, and what Lambda hears of it."""

    def __init__(self, api: RuntimeApi, heard: SimpleQueue[Happening], connection: HTTPConnection) -> None:
        self.api, self._heard, self._connection = api, heard, connection

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        answer = self._answer(method, path, body, headers)
        return answer.status, answer.read()

    def take(self, invocation: Invocation) -> tuple[bytes, dict[str, str]]:
        """Take the next event: its body and its headers."""
        self.api.hand_over(invocation)
        answer = self._answer("GET", f"{PREFIX}/invocation/next", None, {})
        assert Ready() == self.heard()
        return answer.read(), dict(answer.getheaders())

    def heard(self) -> Happening:
        """What Lambda heard next."""
        return self._heard.get(timeout=20)

    def _answer(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()


@pytest.fixture
def client() -> Iterator[Client]:
    heard: SimpleQueue[Happening] = SimpleQueue()
    api = RuntimeApi(heard.put)
    with closing(HTTPConnection(api.address, timeout=20)) as connection:
        yield Client(api, heard, connection)
        api.close()


def test_an_event_comes_with_all_headers_that_are_documented(client: Client) -> None:
    body, headers = client.take(INVOCATION)

    assert b'{"a": 1}' == body
    assert {
        "Lambda-Runtime-Aws-Request-Id": "id-7",
        "Lambda-Runtime-Deadline-Ms": "1542409706888",
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:x",
        "Lambda-Runtime-Trace-Id": "Root=1-a-b",
        "Lambda-Runtime-Client-Context": '{"custom": {}}',
        "content-type": "application/json",
    }.items() <= headers.items()


def test_a_document_is_taken_once(client: Client) -> None:
    client.take(INVOCATION)
    path = f"{PREFIX}/invocation/id-7/response"

    assert (202, b'{"status":"OK"}\n') == client.ask("POST", path, b'"done"')
    assert Answered(b'"done"') == client.heard()
    status, body = client.ask("POST", path, b'"again"')
    assert (403, "InvalidStateTransition") == (status, json.loads(body)["errorType"])
    client.take(replace(INVOCATION, request_id="id-8"))
    status, body = client.ask("POST", path, b'"late"')
    assert (400, "InvalidRequestID") == (status, json.loads(body)["errorType"])


def test_a_process_that_asks_again_before_it_has_answered_is_given_the_same_event(client: Client) -> None:
    client.take(INVOCATION)

    assert (200, INVOCATION.payload) == client.ask("GET", f"{PREFIX}/invocation/next")
    assert 202 == client.ask("POST", f"{PREFIX}/invocation/id-7/response", b"1")[0]
    assert Answered(b"1") == client.heard()


def test_a_process_that_asks_twice_at_once_is_ready_but_once(client: Client) -> None:
    """As one does that has lost patience, and its connection with it."""
    with ThreadPoolExecutor(2) as callers:
        request = Request("GET", f"{PREFIX}/invocation/next")
        asked = [callers.submit(client.api.handle, request) for _ in range(2)]
        heard = [client.heard()]
        time.sleep(0.05)
        client.api.hand_over(INVOCATION)
        given = [each.result(20).body for each in asked]
    client.ask("POST", f"{PREFIX}/invocation/id-7/response", b"7")

    assert [INVOCATION.payload] * 2 == given
    assert [Ready(), Answered(b"7")] == [*heard, client.heard()]


def test_a_document_that_is_too_long_becomes_an_error(client: Client) -> None:
    client.take(INVOCATION)

    assert 413 == client.ask("POST", f"{PREFIX}/invocation/id-7/response", b"x" * (MAX_RESPONSE + 1))[0]
    failed = client.heard()
    assert isinstance(failed, Failed)
    assert "Function.ResponseSizeTooLarge" == failed.error_type == failed.reported_as
    assert {"errorType": failed.error_type, "errorMessage": failed.message} == json.loads(failed.payload)


def test_the_longest_document_is_taken(client: Client) -> None:
    client.take(INVOCATION)

    assert 202 == client.ask("POST", f"{PREFIX}/invocation/id-7/response", b"x" * 6_291_556)[0]


def test_a_document_in_a_mode_that_there_is_not_is_refused_for_good(client: Client) -> None:
    client.take(INVOCATION)
    path, mode = f"{PREFIX}/invocation/id-7/response", "Lambda-Runtime-Function-Response-Mode"

    assert 400 == client.ask("POST", path, b"1", **{mode: "odd"})[0]
    assert 403 == client.ask("POST", path, b"1", **{mode: "streaming"})[0]
    assert 403 == client.ask("GET", f"{PREFIX}/invocation/next")[0]


def test_a_process_that_waits_is_sent_away_at_the_end() -> None:
    heard: SimpleQueue[Happening] = SimpleQueue()
    api = RuntimeApi(heard.put)
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(api.handle, Request("GET", f"{PREFIX}/invocation/next"))
        assert Ready() == heard.get(timeout=20)
        api.close()

        assert 500 == waiting.result(20).status


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"errorType": "A", "errorMessage": "b", "stackTrace": ["c"]}', ("A", "b", ("c",))),
        (b'{"errorType": "A", "errorMessage": null, "stackTrace": "c"}', ("A", "", ())),
        (b"{}", ("Of.Header", "", ())),
        (b"no json", ("Of.Header", "", ())),
        (b"[1]", ("Of.Header", "", ())),
        (b"[" * 100_000, ("Of.Header", "", ())),
    ],
    ids=["all", "odd", "none", "no json", "list", "deep"],
)
@pytest.mark.parametrize("path", ["init/error", "invocation/id-7/error"])
def test_an_error_is_understood_in_whatever_form(
    client: Client, path: str, body: bytes, told: tuple[str, str, tuple[str, ...]]
) -> None:
    if path != "init/error":
        client.take(INVOCATION)
    headers = {"Lambda-Runtime-Function-Error-Type": "Of.Header"}

    assert 202 == client.ask("POST", f"{PREFIX}/{path}", body, **headers)[0]
    assert Failed(*told, payload=body, reported_as="Runtime.Unknown") == client.heard()


@pytest.mark.parametrize(
    ("header", "reported"),
    [
        ("Runtime.ImportModuleError", "Runtime.ImportModuleError"),
        ("Function.Odd", "Function.Odd"),
        ("Function.odd", "Function.Unknown"),
        ("KeyError", "Runtime.Unknown"),
        ("", "Runtime.Unknown"),
    ],
)
def test_lambda_reports_an_error_by_its_own_name(client: Client, header: str, reported: str) -> None:
    """Public logs have `Error Type: Runtime.Unknown` where a module raised at its import."""
    client.ask("POST", f"{PREFIX}/init/error", b"{}", **{"Lambda-Runtime-Function-Error-Type": header})
    failed = client.heard()

    assert isinstance(failed, Failed)
    assert reported == failed.reported_as


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/2015-03-31/runtime/invocation/next", 404),
        ("POST", f"{PREFIX}/invocation/next", 405),
        ("GET", f"{PREFIX}/init/error", 405),
        ("POST", f"{PREFIX}/invocation/other/response", 400),
    ],
)
def test_what_is_not_offered_is_refused(client: Client, method: str, path: str, status: int) -> None:
    assert status == client.ask(method, path)[0]


# Calls in any order.

AFTER: Final = {
    # state: {call: (status, state)}; an identifier that is not the current event's is refused in each
    "started": {"next": (200, "running"), "init error": (202, "failed")},
    "running": {
        "next": (200, "running"),
        "response": (202, "answered"),
        "error": (202, "answered"),
        "init error": (403, "running"),
    },
    "answered": {
        "next": (200, "running"),
        "response": (403, "answered"),
        "error": (403, "answered"),
        "init error": (403, "answered"),
    },
    "failed": {"next": (403, "failed"), "init error": (403, "failed")},
}
"""A small model of a process's life, from AWS's page."""
CALLS: Final = ("next", "response", "error", "init error", "another's response", "another's error")


def call(api: RuntimeApi, kind: str, request_id: str, body: bytes) -> Answer:
    """Make a call of a kind."""
    if kind == "next":
        return api.handle(Request("GET", f"{PREFIX}/invocation/next"))
    end = kind.removeprefix("another's ")
    path = "init/error" if kind == "init error" else f"invocation/{request_id}/{end}"
    return api.handle(Request("POST", f"{PREFIX}/{path}", (), body))


@settings(max_examples=examples(40, 2000))
@given(st.lists(st.tuples(st.sampled_from(CALLS), st.binary(max_size=9)), max_size=12))
def test_calls_in_any_order_are_answered_as_documented(calls: list[tuple[str, bytes]]) -> None:
    """And of each event there is one end, with the document that came first."""
    heard: SimpleQueue[Happening] = SimpleQueue()
    state, events, expected = "started", 0, list[tuple[type[Happening], bytes]]()
    api = RuntimeApi(heard.put)
    for kind, body in calls:
        if kind == "next" and state in {"started", "answered"}:
            events += 1
            api.hand_over(replace(INVOCATION, request_id=str(events)))
        request_id = str(events - 1) if kind.startswith("another's") else str(events)
        status, state = AFTER[state].get(kind, (400, state))
        if status == 202:
            expected.append((Answered if kind == "response" else Failed, body))

        assert status == call(api, kind, request_id, body).status
    api.close()
    ends = [each for each in drain(heard) if isinstance(each, Answered | Failed)]
    assert expected == [(type(each), each.payload) for each in ends]


def drain(heard: SimpleQueue[Happening]) -> list[Happening]:
    """All that was heard."""
    return [heard.get() for _ in range(heard.qsize())]

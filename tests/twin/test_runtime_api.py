"""The Runtime API answers as AWS documents it, a client that does not keep to it as well."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from twin.runtime_api import Answered, Failed, Happening, Invocation, Ready, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    assert (400, "InvalidRequestID") == (status, json.loads(body)["errorType"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"errorType": "A", "errorMessage": "b", "stackTrace": ["c"]}', Failed("A", "b", ("c",))),
        (b"{}", Failed("Of.Header", "")),
        (b"no json", Failed("Of.Header", "")),
        (b"[1]", Failed("Of.Header", "")),
    ],
)
@pytest.mark.parametrize("path", ["init/error", "invocation/id-7/error"])
def test_an_error_is_understood_in_whatever_form(
    client: Client, path: str, body: bytes, expected: Failed
) -> None:
    client.take(INVOCATION)
    headers = {"Lambda-Runtime-Function-Error-Type": "Of.Header"}

    assert 202 == client.ask("POST", f"{PREFIX}/{path}", body, **headers)[0]
    assert expected == client.heard()


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
    found, body = client.ask(method, path)

    assert status == found
    assert {"errorType", "errorMessage"} == set(json.loads(body))

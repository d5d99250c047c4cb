"""What callers ask of an API under load, and what AWS would answer each: status, all headers, body.

The gateway's own answers are those of these pages, the function's are the API's document's:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html (404)
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html (204)
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html (429)
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html (431)
"""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from runtime.api.version import VERSION
from runtime.contract import API_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ORIGIN: Final = "https://app.example.org"
ELSEWHERE: Final = "https://elsewhere.example.org"
MISSING: Final = "00000000-0000-4000-8000-000000000000"
"""No task's id."""
ALLOWED: Final = {"access-control-allow-origin": ORIGIN, "access-control-expose-headers": "x-request-id"}
BY_ANYBODY: Final = frozenset({"date", "connection", "apigw-requestid"})
"""Headers of every answer whose values are of the moment."""
BY_US: Final = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
THROTTLED_ROUTE: Final = f"GET {API_PREFIX}/tasks/stats"
"""The one whose limit is below what is asked of it."""
BURST: Final = 2
RATE: Final = 0.5
"""Of the throttled route: requests at once, and a second."""
ROUTES: Final = (
    f"GET {API_PREFIX}/health/live",
    f"GET {API_PREFIX}/health",
    f"GET {API_PREFIX}/tasks",
    f"POST {API_PREFIX}/tasks",
    THROTTLED_ROUTE,
    f"ANY {API_PREFIX}/tasks/{{task_id}}",
)
LIVE: Final = {"status": "ok", "version": VERSION}
NOT_FOUND: Final = {"message": "Not Found"}
TOO_MANY: Final = {"message": "Too Many Requests"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: header names in small letters; the body read as JSON, None if there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any
    length: int


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and the answer to it.

    Attributes:
        expected: The body, or what it must pass, which raises AssertionError or tells by its truth.
        by_function: Whether the function is invoked, and so writes lines and sets its headers.
        recorded: Whether it reaches a stage, which writes a line and counts it.
        or_throttled: Whether it may be one too many, which is answered 429 by the gateway.
    """

    name: str
    target: str
    expected: Any
    status: int = 200
    method: str = "GET"
    sent: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    by_function: bool = True
    recorded: bool = True
    or_throttled: bool = False

    def ask(self, connection: HTTPConnection) -> Answer:
        """Ask once over a connection that is kept."""
        body = None if self.body is None else json.dumps(self.body)
        sent = self.sent if body is None else {**self.sent, "content-type": "application/json"}
        connection.request(self.method, self.target, body, dict(sent))
        response = connection.getresponse()
        content = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, json.loads(content) if content else None, len(content))

    def is_throttled(self, answer: Answer) -> bool:
        """Whether this answer is the gateway's to one request too many."""
        return self.or_throttled and answer.status == 429

    def mistakes(self, answer: Answer) -> list[str]:
        """What is otherwise than AWS would have it, a sentence each."""
        throttled = self.is_throttled(answer)
        by_function = self.by_function and not throttled
        status, body = (429, TOO_MANY) if throttled else (self.status, self.expected)
        headers = self._headers(answer, by_function=by_function)
        found = {name: value for name, value in answer.headers.items() if name not in BY_ANYBODY}
        compared = (
            ("status", status, answer.status),
            ("headers", headers, found),
            ("headers of the moment", BY_ANYBODY, BY_ANYBODY & set(answer.headers)),
            ("connection", "keep-alive", answer.headers.get("connection")),
        )
        told = [f"{self.name}: {what} {have}, not {want}" for what, want, have in compared if want != have]
        is_well = body(answer.body) if callable(body) else body == answer.body
        return told if is_well else [*told, f"{self.name}: body {answer.body}"]

    def _headers(self, answer: Answer, *, by_function: bool) -> dict[str, str]:
        """All that are expected but those of the moment."""
        given = dict(self.headers)
        if answer.status != 204:  # which has no body
            given |= {"content-length": str(answer.length), "content-type": "application/json"}
        if by_function:
            # the function is told the gateway's own name of the request, and tells it
            request_id = answer.headers.get("apigw-requestid", "")
            given |= BY_US | {"x-request-id": request_id, "x-correlation-id": request_id}
        return given


@dataclass(slots=True)
class Client:
    """One of those who ask, over one connection.

    Attributes:
        first: Where in the table it begins, so that not all do the same at once.
        mistakes: What was otherwise than AWS would have it.
        asked: How often, by the case's name.
        recorded: Requests that reached a stage; `failed` are those of them with a status from 400 on.
        invoked: Requests that reached the function.
        throttled: Requests that were one too many.
        let_in: From when to when, in seconds, each request took that might have been one.
    """

    address: str
    cases: tuple[Case, ...]
    first: int
    mistakes: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    recorded: int = 0
    failed: int = 0
    invoked: int = 0
    throttled: int = 0
    let_in: list[tuple[float, float]] = field(default_factory=list)

    def warm(self) -> None:
        """Ask for what needs an execution environment, which may have to start; and too often."""
        with closing(self._connection()) as connection:
            for case in self.cases:
                for _ in range(BURST + 1 if case.or_throttled else case.by_function):
                    self._ask(case, connection)

    def work(self, until: float, rest: float) -> None:
        """Ask all there is in turn, at least once, until a moment; `rest` is in seconds."""
        number = self.first
        with closing(self._connection()) as connection:
            while time.monotonic() < until or number < self.first + len(self.cases):
                self._ask(self.cases[number % len(self.cases)], connection)
                number += 1
                time.sleep(rest)

    def _connection(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self.address).netloc, timeout=30)

    def _ask(self, case: Case, connection: HTTPConnection) -> None:
        begun = time.monotonic()
        answer = case.ask(connection)
        throttled = case.is_throttled(answer)
        if case.or_throttled and not throttled:
            self.let_in.append((begun, time.monotonic()))
        self.mistakes += case.mistakes(answer)
        self.asked[case.name] += 1
        self.recorded += case.recorded
        self.failed += case.recorded and answer.status >= 400
        self.invoked += case.by_function and not throttled
        self.throttled += throttled


def cases(task_id: str, token: str) -> tuple[Case, ...]:
    """A mixture of what callers do, for somebody who has signed in and has a task."""
    signed_in = {"authorization": f"Bearer {token}"}
    preflight = {"origin": ORIGIN, "access-control-request-method": "POST"}
    preflight_elsewhere = preflight | {"origin": ELSEWHERE}
    health = LIVE | {"database": {"status": "ok"}}
    task, tasks = f"{API_PREFIX}/tasks/{task_id}", f"{API_PREFIX}/tasks"
    allowed = {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-max-age": "600",
    }
    at_gateway: dict[str, Any] = {"by_function": False}
    return (
        Case("alive", f"{API_PREFIX}/health/live", LIVE),
        Case("healthy", f"{API_PREFIX}/health", health),
        Case("a page's", f"{API_PREFIX}/health/live", LIVE, sent={"origin": ORIGIN}, headers=ALLOWED),
        Case("another page's", f"{API_PREFIX}/health/live", LIVE, sent={"origin": ELSEWHERE}),
        Case("no route", "/nowhere?a=1&a=%20", NOT_FOUND, 404, **at_gateway),
        Case("no such method", f"{API_PREFIX}/health", NOT_FOUND, 404, "DELETE", **at_gateway),
        Case("preflight", tasks, None, 204, "OPTIONS", sent=preflight, headers=allowed, **at_gateway),
        Case("preflight elsewhere", tasks, None, 204, "OPTIONS", sent=preflight_elsewhere, **at_gateway),
        Case("a task", task, _of(id=task_id, metadata={"a": 1}), sent=signed_in),
        Case("no token", task, _refused("authentication_error"), 401, headers={"www-authenticate": "Bearer"}),
        Case("no task", f"{tasks}/{MISSING}", _refused("not_found"), 404, sent=signed_in),
        Case("a page", f"{tasks}?limit=1&page=1&status=pending", _of(limit=1, page=1), sent=signed_in),
        Case("no page", f"{tasks}?limit=many", _refused("validation_error"), 400, sent=signed_in),
        Case("a change", task, _of(name="Mäße"), method="PATCH", sent=signed_in, body={"name": "Mäße"}),
        Case("no task at all", tasks, _refused("validation_error"), 400, "POST", signed_in, {"nam": "x"}),
        Case(
            "headers too large",
            f"{API_PREFIX}/health",
            {"message": "Request Header Fields Too Large"},
            431,
            sent={"x-long": "x" * 10_240},
            by_function=False,
            recorded=False,
        ),
        Case("counted", f"{tasks}/stats", _of(pending=1, total=1), sent=signed_in, or_throttled=True),
    )


def _of(**fields: Any) -> Callable[[Any], bool]:
    """A body with these fields among others."""
    return lambda body: fields == {name: body.get(name) for name in fields}


def _refused(kind: str) -> Callable[[Any], bool]:
    """A body that tells of a refusal of this kind."""
    return _of(error=kind)

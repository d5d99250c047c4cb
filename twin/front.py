"""An HTTP API on this machine: takes requests, invokes functions, answers as API Gateway does.

    with Front({"GET /health": in_process(handle)}) as front:
        urlopen(f"{front.url}/health")

Of a function that fails a client learns no more than at AWS; `on_served` is told the rest.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Self

from twin.answer import FAILED, NOT_FOUND, TOO_LARGE, UNAVAILABLE, Answer, read_answer
from twin.event import Api, Request, make_event
from twin.http_server import HttpServer
from twin.invocation import FunctionFailed, InvocationError, Throttled
from twin.routing import RouteTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twin.cors import Cors
    from twin.invocation import Target

MAX_PAYLOAD: Final = 10 << 20
"""Bytes of a request's body that an HTTP API takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""
INTEGRATION_TIMEOUT: Final = 30.0
"""Seconds that an HTTP API waits for a function, by the same page."""


@dataclass(frozen=True, slots=True)
class Served:
    """One request and its answer, as for an access log; `error` is why a function gave no document."""

    request: Request
    route_key: str | None
    answer: Answer
    milliseconds: float
    error: Exception | None = None


@dataclass(slots=True)
class Front:
    """Serves an HTTP API on 127.0.0.1 while it is open.

    Attributes:
        routes: A target for each route key, as `GET /tasks/{task_id}`.
        api: How it calls itself in events.
        cors: Answers browsers where it is given; the functions' own CORS headers are then ignored.
        requested_port: A free one if it is 0; `port` is the one it got.
        integration_timeout: Seconds to wait for a function; None waits for ever.
        on_served: Told of each request, from several threads at once.
    """

    routes: Mapping[str, Target]
    api: Api = field(default_factory=Api)
    cors: Cors | None = None
    requested_port: int = 0
    integration_timeout: float | None = INTEGRATION_TIMEOUT
    on_served: Callable[[Served], None] = lambda served: None  # noqa: ARG005 - the name is a part of the type
    _table: RouteTable = field(init=False)
    _server: HttpServer = field(init=False)

    def __enter__(self) -> Self:
        """Begin to listen.

        Raises:
            OSError: The port that was asked for is taken.
        """
        self._table = RouteTable(self.routes)
        self._server = HttpServer(self.handle, self.requested_port, MAX_PAYLOAD, too_large=TOO_LARGE)
        self._server.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Answer what is under way, and end."""
        self._server.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def handle(self, request: Request) -> Answer:
        """Answer a request."""
        began = time.monotonic()
        route_key, answer, error = self._decide(request)
        answer = answer.adding(("apigw-requestid", request.request_id))
        self.on_served(Served(request, route_key, answer, (time.monotonic() - began) * 1000, error))
        return answer

    def _decide(self, request: Request) -> tuple[str | None, Answer, Exception | None]:
        if self.cors and (preflight := self.cors.preflight(request)):
            return None, preflight, None
        match = self._table.match(request.method, request.path)
        if match is None:
            return None, NOT_FOUND, None
        event = make_event(request, match, self.api)
        answer, error = self._invoke(self.routes[match.route_key], event)
        return match.route_key, self.cors.amend(request, answer) if self.cors else answer, error

    def _invoke(self, target: Target, event: dict[str, Any]) -> tuple[Answer, Exception | None]:
        try:
            return read_answer(_within(self.integration_timeout, target, event)), None
        except (Throttled, TimeoutError) as error:
            # an HTTP API tells neither apart; that it answers a throttled function so is from experience,
            # no page of AWS says it
            return UNAVAILABLE, error
        except InvocationError as error:
            return FAILED, error


def _within(seconds: float | None, target: Target, event: dict[str, Any]) -> Any:
    """Call a target, but wait no longer than this; as at AWS, it is left to end by itself."""
    outcomes: SimpleQueue[tuple[Any, InvocationError | None]] = SimpleQueue()

    def call() -> None:
        try:
            outcomes.put((target(event), None))
        except InvocationError as error:
            outcomes.put((None, error))
        except Exception as error:  # noqa: BLE001 - whatever a target raises, somebody waits for an answer
            outcomes.put((None, FunctionFailed(type(error).__name__, str(error))))

    if seconds is None:
        call()
    else:
        threading.Thread(target=call, daemon=True).start()
    try:
        document, error = outcomes.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"the function gave no answer within {seconds:g} s; make it faster") from None
    if error:
        raise error
    return document

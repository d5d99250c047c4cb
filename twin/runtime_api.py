"""The Runtime API by which a function's process takes events from Lambda and gives documents back.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from twin.answer import JSON_TYPE, Answer
from twin.cluster import ADDRESS
from twin.http_server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.event import Request

MAX_RESPONSE: Final = 6_291_556
"""Bytes of the longest document, by https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
exact to the byte in the error that Lambda gives."""
_MAX_BODY: Final = 64 << 20
"""What is read at all, so that a document that is too long can be told of by its length."""
_PATH: Final = re.compile(
    r"/2018-06-01/runtime/(?:(?P<next>invocation/next)|(?P<init>init/error)"
    r"|invocation/(?P<request_id>[^/]+)/(?P<end>response|error))"
)
_ACCEPTED: Final = Answer(202, (JSON_TYPE,), b'{"status":"OK"}\n')


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a process is told of one event; `payload` is JSON, `deadline_ms` counts from 1970."""

    request_id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_id: str
    client_context: str | None = None

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """As they go with the event."""
        headers = (
            JSON_TYPE,
            ("Lambda-Runtime-Aws-Request-Id", self.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(self.deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", self.function_arn),
            ("Lambda-Runtime-Trace-Id", self.trace_id),
        )
        return (
            (*headers, ("Lambda-Runtime-Client-Context", self.client_context))
            if self.client_context
            else headers
        )


@dataclass(frozen=True, slots=True)
class Ready:
    """The process waits for an event."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The process gave the document of an invocation."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """The process told of an error, of an invocation or of its own start."""

    error_type: str
    message: str
    stack: tuple[str, ...] = ()

    @classmethod
    def read(cls, request: Request) -> Failed:
        """The error in a request; the header names its kind where the body does not."""
        try:
            document = json.loads(request.body)
        except ValueError:
            document = None
        told: dict[str, Any] = document if isinstance(document, dict) else {}
        kind = told.get("errorType") or request.header("lambda-runtime-function-error-type") or "Unknown"
        stack = told.get("stackTrace") or ()
        return cls(str(kind), str(told.get("errorMessage", "")), tuple(map(str, stack)))


@dataclass(frozen=True, slots=True)
class Exited:
    """The process ended; a negative status is the signal that killed it."""

    status: int


Happening = Ready | Answered | Failed | Exited


class RuntimeApi:
    """Serves one process on a port of its own, one invocation at a time.

    Args:
        tell: Is told what happens, from another thread.
    """

    def __init__(self, tell: Callable[[Happening], None]) -> None:
        self._tell = tell
        self._invocations: SimpleQueue[Invocation | None] = SimpleQueue()
        self._current: str | None = None
        too_large = _refuse(413, "RequestEntityTooLarge", "the document is too long")
        self._server = HttpServer(self.handle, 0, _MAX_BODY, too_large)
        self._server.start()

    @property
    def address(self) -> str:
        """What the process finds in AWS_LAMBDA_RUNTIME_API."""
        return f"{ADDRESS}:{self._server.port}"

    def hand_over(self, invocation: Invocation) -> None:
        """Give an event to the process, which waits for one."""
        self._invocations.put(invocation)

    def close(self) -> None:
        """End; the process is gone already."""
        self._invocations.put(None)
        self._server.close()

    def handle(self, request: Request) -> Answer:
        """Answer the process."""
        found = _PATH.fullmatch(request.path)
        if not found:
            return _refuse(404, "NotFound", f"there is no {request.path}")
        if request.method != ("GET" if found["next"] else "POST"):
            return _refuse(405, "MethodNotAllowed", f"{request.method} is not for {request.path}")
        if found["next"]:
            return self._next()
        if found["init"]:
            self._tell(Failed.read(request))
            return _ACCEPTED
        if found["request_id"] != self._current:
            return _refuse(400, "InvalidRequestID", "Invalid request ID")
        self._current = None
        return self._end(request, found["end"])

    def _next(self) -> Answer:
        self._tell(Ready())
        invocation = self._invocations.get()
        if invocation is None:
            return _refuse(500, "Closed", "the execution environment has ended")
        self._current = invocation.request_id
        return Answer(200, invocation.headers, invocation.payload)

    def _end(self, request: Request, end: str) -> Answer:
        if end == "error":
            self._tell(Failed.read(request))
            return _ACCEPTED
        size = len(request.body)
        if size > MAX_RESPONSE:
            kind = "Function.ResponseSizeTooLarge"
            message = (
                f"Response payload size ({size} bytes) exceeded maximum allowed payload size "
                f"({MAX_RESPONSE} bytes)."
            )
            self._tell(Failed(kind, message))
            return _refuse(413, kind, message)
        self._tell(Answered(request.body))
        return _ACCEPTED


def _refuse(status: int, kind: str, message: str) -> Answer:
    return Answer(status, (JSON_TYPE,), json.dumps({"errorMessage": message, "errorType": kind}).encode())

"""The Runtime API by which a function's process takes events from Lambda and gives documents back.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html names the paths, the headers and the statuses.
What it leaves open (what is refused in which state, and in which words) is as AWS's own emulator has it:
https://github.com/aws/aws-lambda-runtime-interface-emulator; tests/twin/emulator compares the two.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from twin.answer import JSON_TYPE, TEXT_TYPE, Answer
from twin.cluster import ADDRESS
from twin.http_server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.event import Request

MAX_RESPONSE: Final = 6_291_556
"""Bytes of the longest document, by https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
exact to the byte in the error that Lambda gives."""
_MAX_BODY: Final = 64 << 20
"""What is read at all, so that a document that is too long can be told of."""
_PATH: Final = re.compile(
    r"/2018-06-01/runtime/(?:(?P<next>invocation/next)|(?P<init>init/error)"
    r"|invocation/(?P<request_id>[^/]*)/(?P<end>response|error))"
)
_ERROR_TYPE_HEADER: Final = "lambda-runtime-function-error-type"
_MODE_HEADER: Final = "lambda-runtime-function-response-mode"
_ACCEPTED: Final = Answer(202, (JSON_TYPE,), b'{"status":"OK"}\n')
_NOT_FOUND: Final = Answer(404, (TEXT_TYPE,), b"404 page not found\n")


class _State(StrEnum):
    """How far the process is, in the emulator's words, which stand in its refusals."""

    STARTED = "Started"
    READY = "Ready"
    RUNNING = "Running"
    MISSAID = "InvocationResponse"
    """It said in a way that there is not how it would answer; nothing but its end helps."""
    ANSWERED = "RuntimeResponseSentState"
    FAILED = "InitError"


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
    """The process told of an error, of an invocation or of its own start.

    Attributes:
        error_type: As the function calls it, such as `ValueError`.
        payload: All that it said, as it said it: what the caller is given.
        reported_as: What Lambda calls it in its own log: the kind in the header, if it has the form of one.
    """

    error_type: str
    message: str
    stack: tuple[str, ...] = ()
    payload: bytes = b""
    reported_as: str = "Runtime.Unknown"

    @classmethod
    def read(cls, request: Request) -> Failed:
        """The error in a request; the header names its kind where the body does not."""
        try:
            document = json.loads(request.body)
        except (ValueError, RecursionError):
            document = None
        told: dict[str, Any] = document if isinstance(document, dict) else {}
        header = request.header(_ERROR_TYPE_HEADER) or ""
        stack = told.get("stackTrace")
        return cls(
            error_type=str(told.get("errorType") or header or "Unknown"),
            message=str(told.get("errorMessage") or ""),
            stack=tuple(map(str, stack)) if isinstance(stack, list) else (),
            payload=request.body,
            reported_as=_reported_as(header),
        )


@dataclass(frozen=True, slots=True)
class Exited:
    """The process ended; a negative status is the signal that killed it."""

    status: int


Happening = Ready | Answered | Failed | Exited


class RuntimeApi:
    """Serves one process on a port of its own, one invocation at a time.

    Args:
        tell: Is told what happens, from another thread; it must not wait for anything.
    """

    def __init__(self, tell: Callable[[Happening], None]) -> None:
        self._tell = tell
        self._changed = threading.Condition()
        self._state = _State.STARTED
        self._event: Invocation | None = None
        self._request_id: str | None = None
        self._is_closed = False
        self._server = HttpServer(self.handle, 0, _MAX_BODY, _TOO_LARGE)
        self._server.start()

    @property
    def address(self) -> str:
        """What the process finds in AWS_LAMBDA_RUNTIME_API."""
        return f"{ADDRESS}:{self._server.port}"

    def hand_over(self, invocation: Invocation) -> None:
        """Give an event to the process, which waits for one."""
        with self._changed:
            self._event, self._request_id = invocation, invocation.request_id
            self._changed.notify_all()

    def close(self) -> None:
        """End; the process is gone already."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._server.close()

    def handle(self, request: Request) -> Answer:
        """Answer the process."""
        found = _PATH.fullmatch(request.target.partition("?")[0])
        if not found:
            return _NOT_FOUND
        allowed = "GET" if found["next"] else "POST"
        if request.method != allowed:
            return Answer(405, (("allow", allowed),))
        with self._changed:
            if found["next"]:
                return self._next()
            if found["init"]:
                return self._fail(request)
            if found["request_id"] != self._request_id:
                return _refuse(400, "InvalidRequestID", "Invalid request ID")
            return self._respond(request) if found["end"] == "response" else self._error(request)

    def _next(self) -> Answer:
        """The next event; the same again to a process that asks again before it has answered.

        One that asks twice at once, or has hung up and asks anew, is ready but once.
        """
        if self._state in {_State.FAILED, _State.MISSAID}:
            return self._forbid("Ready")
        if self._state is not _State.RUNNING:
            if self._state is not _State.READY:
                self._state = _State.READY
                self._tell(Ready())
            self._changed.wait_for(lambda: self._event or self._is_closed)
        if self._event is None:
            return _refuse(500, "InternalServerError", "Internal Server Error")
        self._state = _State.RUNNING
        return Answer(200, self._event.headers, self._event.payload)

    def _fail(self, request: Request) -> Answer:
        if self._state is not _State.STARTED:
            return self._forbid("InitError")
        return self._accept(_State.FAILED, Failed.read(request))

    def _error(self, request: Request) -> Answer:
        if self._state is not _State.RUNNING:
            return self._forbid("InvocationErrorResponse")
        return self._accept(_State.ANSWERED, Failed.read(request))

    def _respond(self, request: Request) -> Answer:
        if self._state is not _State.RUNNING:
            return self._forbid("InvocationResponse")
        if request.header(_MODE_HEADER) not in {None, "", "streaming"}:
            self._state = _State.MISSAID
            return _refuse(400, "InvalidFunctionResponseMode", "Invalid function response mode")
        if len(request.body) > MAX_RESPONSE:
            self._accept(_State.ANSWERED, _RESPONSE_TOO_LARGE)
            return _TOO_LARGE
        return self._accept(_State.ANSWERED, Answered(request.body))

    def _accept(self, state: _State, happening: Happening) -> Answer:
        self._state, self._event = state, None
        self._tell(happening)
        return _ACCEPTED

    def _forbid(self, wanted: str) -> Answer:
        message = (
            f"State transition from {self._state} to {wanted} failed for runtime. "
            "Error: State transition is not allowed"
        )
        return _refuse(403, "InvalidStateTransition", message)


def _refuse(status: int, kind: str, message: str) -> Answer:
    document = json.dumps({"errorMessage": message, "errorType": kind}, separators=(",", ":"))
    return Answer(status, (JSON_TYPE,), f"{document}\n".encode())


def _failed_by_lambda(kind: str, message: str) -> Failed:
    """An error that Lambda tells of in the function's place."""
    document = json.dumps({"errorType": kind, "errorMessage": message}, separators=(",", ":"))
    return Failed(kind, message, payload=document.encode(), reported_as=kind)


def _reported_as(header: str) -> str:
    if re.search(r"(Runtime|Function)\.[A-Z][a-zA-Z]+", header):
        return header
    return "Function.Unknown" if header.startswith("Function.") else "Runtime.Unknown"


_TOO_LARGE: Final = _refuse(
    413, "RequestEntityTooLarge", f"Exceeded maximum allowed payload size ({MAX_RESPONSE} bytes)."
)
_RESPONSE_TOO_LARGE: Final = _failed_by_lambda(
    "Function.ResponseSizeTooLarge",
    f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes).",
)

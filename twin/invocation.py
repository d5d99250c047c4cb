"""What it is to invoke a function: an event in, a document out, or one of these errors.

InvocationError
├── FunctionFailed   the function raised, or ended, and said how
│   ├── RuntimeExited   its process ended in the middle of an invocation
│   │   └── OutOfMemory     it was killed, since it held more memory than it may
│   └── TimedOut        it took longer than it may; its process is gone
├── InitFailed       the function did not come up: its module can't be imported, say
└── Throttled        as many invocations as are allowed are under way

They are the function's own, not the twin's; the HTTP front turns each into the answer that AWS gives.
"""

from __future__ import annotations

import json
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Sequence

Target = Callable[[dict[str, Any]], Any]
"""Takes an event and returns a document, both as JSON knows them, or raises an `InvocationError`."""


class InvocationError(Exception):
    """An invocation gave no document."""


class FunctionFailed(InvocationError):
    """The function raised; what Lambda tells of it: the kind of error, its message, and where.

    Attributes:
        payload: What the caller is given: as the function said it, or in Lambda's own words.
    """

    def __init__(
        self, error_type: str, message: str, stack: Sequence[str] = (), payload: bytes | None = None
    ) -> None:
        self.error_type, self.message, self.stack = error_type, message, tuple(stack)
        self.payload = error_document(error_type, message) if payload is None else payload
        super().__init__(f"the function failed with {error_type}: {message}; its log has the rest")

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made: between processes as well."""
        return type(self), (self.error_type, self.message, self.stack, self.payload)


class RuntimeExited(FunctionFailed):
    """The process ended before it had answered."""

    def __init__(self, request_id: str, status: int) -> None:
        self.request_id, self.status = request_id, status
        super().__init__("Runtime.ExitError", f"RequestId: {request_id} Error: {describe_exit(status)}")

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made."""
        return type(self), (self.request_id, self.status)


class OutOfMemory(RuntimeExited):
    """The process was killed, since it held more memory than it may."""


class TimedOut(FunctionFailed):
    """The function took longer than it may, so its process was killed."""

    def __init__(self, request_id: str, seconds: float) -> None:
        self.request_id, self.seconds = request_id, seconds
        message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
        super().__init__("Sandbox.Timedout", message)

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made."""
        return type(self), (self.request_id, self.seconds)


class InitFailed(InvocationError):
    """The function did not come up.

    Attributes:
        said: What its process wrote until it gave up, if nobody else has its log.
        payload: What the process gave as its error; None where Lambda has to find words.
        reported_as: How Lambda calls the error in its own log.
    """

    def __init__(
        self,
        error_type: str,
        message: str,
        said: Sequence[str] = (),
        payload: bytes | None = None,
        reported_as: str | None = None,
    ) -> None:
        self.error_type, self.message, self.said = error_type, message, tuple(said)
        self.payload, self.reported_as = payload, reported_as or error_type
        super().__init__(f"the function did not start: {error_type}: {message}; look at its log and package")

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made."""
        return type(self), (self.error_type, self.message, self.said, self.payload, self.reported_as)


class Throttled(InvocationError):
    """As many invocations as are allowed are under way."""

    def __init__(self, function_name: str, concurrency: int) -> None:
        self.function_name, self.concurrency = function_name, concurrency
        super().__init__(
            f"function {function_name} has all of its {concurrency} environments at work; "
            "try again when one of them is done"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made."""
        return type(self), (self.function_name, self.concurrency)


OUT_OF_MEMORY: Final = "Runtime.OutOfMemory"
"""How Lambda's own log calls it; a caller is told of a process that was killed."""
SIGNALS: Final = (
    "hangup",
    "interrupt",
    "quit",
    "illegal instruction",
    "trace/breakpoint trap",
    "aborted",
    "bus error",
    "floating point exception",
    "killed",
    "user defined signal 1",
    "segmentation fault",
    "user defined signal 2",
    "broken pipe",
    "alarm clock",
    "terminated",
)
"""The first signals in Lambda's words, which are those of Go for Linux."""


def describe_exit(status: int) -> str:
    """How Lambda tells of a process that ended; a negative status is the signal that killed it."""
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    name = SIGNALS[-status - 1] if -status <= len(SIGNALS) else str(-status)
    return f"Runtime exited with error: signal: {name}"


def error_document(error_type: str, message: str) -> bytes:
    """What a caller is given where Lambda tells of an error in the function's place."""
    document = {"errorType": error_type, "errorMessage": message}
    return json.dumps(document, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """What a handler is told of its invocation, named as in AWS's own context object."""

    function_name: str = "local"
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "512"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:local"
    log_group_name: str = "/aws/lambda/local"
    log_stream_name: str = "local"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    timeout_seconds: float = 29.0
    began: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the invocation."""
        return max(0, round((self.began + self.timeout_seconds - time.monotonic()) * 1000))


def in_process(
    handler: Callable[[dict[str, Any], Any], Any],
    make_context: Callable[[], InvocationContext] = InvocationContext,
) -> Target:
    """A handler of this process as a target.

    It is called by one thread at a time, as in an execution environment. It never times out.
    """
    lock = threading.Lock()

    def invoke(event: dict[str, Any]) -> Any:
        with lock:
            try:
                return json.loads(json.dumps(handler(event, make_context())))
            except Exception as error:
                stack = traceback.format_exception(error)
                raise FunctionFailed(type(error).__name__, str(error), stack) from error

    return invoke

"""An execution environment of a deployed function: one life or several of its process, and one log stream.

The order of things is Lambda's: a start that fails is repeated within the invocation, where it takes of the
function's own time; after a failure the same environment starts anew with the next invocation, unreported.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from twin.event import make_trace_id
from twin.function_keep import FunctionKeep
from twin.function_log import JSON, Report, end_lines, init_lines, init_start_lines, start_lines
from twin.function_memory import MEGABYTE
from twin.functions.fitting import TASK_ROOT
from twin.functions.journal import Journal, stream_name
from twin.functions.outcome import UNHANDLED, Outcome
from twin.invocation import (
    OUT_OF_MEMORY,
    FunctionFailed,
    InitFailed,
    OutOfMemory,
    RuntimeExited,
    TimedOut,
    error_document,
)
from twin.process import FunctionProcess
from twin.runtime_api import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.deployed import Deployed
    from twin.function_memory import MemoryWatch
    from twin.functions.fitting import Fitted
    from twin.functions.resolving import Found
    from twin.recording import Recorder

TIMED_OUT: Final = "Sandbox.Timedout"
TOO_LARGE: Final = "Function.ResponseSizeTooLarge"
"""What Lambda tells of itself, though the process lives."""
LONG_LOG: Final = 4 << 20
"""Bytes; what is said beyond them at a time is left out, since the local AWS holds logs in memory."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a function is asked: JSON, and JSON that the handler finds in its context."""

    payload: bytes
    arn: str
    client_context: str | None = None
    request_id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True)
class _End:
    """How an invocation ended: what the caller gets, and what Lambda says of it in the log."""

    payload: bytes
    error_type: str | None = None
    reported_as: str | None = None
    """None for an error that the function told of itself."""
    said: str | None = None


class Sandbox:
    """Handles one event at a time.

    Attributes:
        key: Function, version, and the digest of what it is made from.
        idle_since: When it has ended its last invocation, by the monotonic clock.
        is_broken: Whether nobody knows what it does: it was interrupted.
    """

    def __init__(
        self,
        found: Found,
        fitted: Fitted,
        deployed: Deployed,
        recorder: Recorder,
        guard: MemoryWatch,
        started: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self.key = (found.name, found.version, found.digest)
        self.idle_since = time.monotonic()
        self._fitted, self._configuration, self._guard = fitted, fitted.configuration, guard
        self._format = self._configuration.log_format
        self._journal = Journal(deployed, recorder, found, stream_name(self._configuration, token_hex(16)))
        self._keep = FunctionKeep()
        self._process: FunctionProcess | None = None
        self._is_new, self.is_broken = True, False
        self._started, self._tell = started, tell
        self._read_until = 0

    def run(self, event: Event) -> Outcome:
        """Have an event handled. Raises RuntimeClientMissing where there is nothing to start it under."""
        self.is_broken = True
        outcome = self._run(event)
        self.is_broken = False
        return outcome

    def _run(self, event: Event) -> Outcome:
        self._journal.begin()
        is_new, self._is_new = self._is_new, False
        try:
            init_ms = self._begin() if is_new else None
            took = time.monotonic()
            end = self._failed_start(event.request_id) if self._process is None else None
            took = time.monotonic() - took
        finally:
            if is_new:
                self._started()
        self._journal.say(start_lines(self._format, event.request_id, self._configuration.version))
        began = time.monotonic() - took
        if end is None:
            end = self._handle(event, began)
        duration_ms = (time.monotonic() - began) * 1000
        self._pass_on()
        self._report(event.request_id, duration_ms, init_ms, end)
        self._rest()
        return Outcome(
            payload=self._as_at_lambda(end.payload) if end.error_type else end.payload,
            error=UNHANDLED if end.error_type else None,
            error_type=end.error_type,
            duration_ms=duration_ms,
            init_ms=init_ms,
            request_id=event.request_id,
            version=self._configuration.version,
            log_tail=self._journal.tail,
        )

    def _begin(self) -> float | None:
        """Start for the first time; the milliseconds it took, None if that failed."""
        configuration = self._configuration
        told = init_start_lines(
            self._format, configuration.name, configuration.version, configuration.runtime_name
        )
        self._journal.say(told)
        self._start("init", configuration.init_seconds)
        if self._process is None:
            return None
        self._pass_on()
        return self._process.init_ms

    def _start(self, phase: str, seconds: float) -> InitFailed | None:
        """Start the process; why it did not start, if so."""
        began = time.monotonic()
        try:
            if self._fitted.unstartable:
                raise InitFailed("Runtime.InvalidEntrypoint", self._fitted.unstartable)  # noqa: TRY301 (as if tried)
            self._process = FunctionProcess(
                self._configuration, self._journal.stream, self._keep, seconds, self._guard
            )
        except InitFailed as failed:
            self._pass_on()
            took_ms = (time.monotonic() - began) * 1000
            self._journal.say(init_lines(self._format, took_ms, failed, phase), "WARN")
            return failed
        return None

    def _failed_start(self, request_id: str) -> _End | None:
        """Start within the invocation, which is not told unless it fails."""
        timeout = self._configuration.timeout_seconds
        failed = self._start("invoke", timeout)
        if failed is None:
            return None
        if failed.error_type == TIMED_OUT:
            return _timed_out(TimedOut(request_id, timeout))
        message = f"RequestId: {request_id} Error: {failed.message}"
        if failed.payload is not None:
            return _End(failed.payload, failed.error_type, failed.reported_as)
        said = f"{message}\n{failed.error_type}"
        return _End(error_document(failed.error_type, message), failed.error_type, failed.reported_as, said)

    def _handle(self, event: Event, began: float) -> _End:
        assert self._process is not None  # noqa: S101  (whoever calls has started it)
        timeout = self._configuration.timeout_seconds
        deadline = began + timeout
        invocation = Invocation(
            request_id=event.request_id,
            payload=event.payload,
            deadline_ms=int((time.time() + deadline - time.monotonic()) * 1000),
            function_arn=event.arn,
            trace_id=f"{make_trace_id(datetime.now(UTC))};Parent={token_hex(8)};Sampled=0",
            client_context=event.client_context,
        )
        self._process.program.thaw()
        try:
            payload = self._process.run(invocation, deadline - time.monotonic())
            end = _End(payload)
        except TimedOut as failed:
            return _timed_out(failed)
        except RuntimeExited as failed:
            kind = OUT_OF_MEMORY if isinstance(failed, OutOfMemory) else failed.error_type
            return _End(failed.payload, failed.error_type, kind, f"{failed.message}\n{failed.error_type}")
        except FunctionFailed as failed:
            by_lambda = failed.error_type if failed.error_type == TOO_LARGE else None
            end = _End(failed.payload, failed.error_type, by_lambda)
        # The environment is at work until it asks for the next event: what never does has taken too long,
        # whatever it has answered. One that ends by itself has answered.
        if not self._process.settle(deadline - time.monotonic()) and self._process.program.is_running:
            self._process.program.kill()
            return _timed_out(TimedOut(event.request_id, timeout))
        return end

    def _pass_on(self) -> None:
        """Write what the process has said since the last time, and tell if that is not all of it."""
        with self._keep.log.open("rb") as log:
            log.seek(self._read_until)
            content = log.read(LONG_LOG)
            self._read_until += len(content)
            if len(content) == LONG_LOG:
                self._read_until = log.seek(0, os.SEEK_END)
                self._tell(
                    f"function {self._configuration.name} said more than {LONG_LOG >> 20} MB at a time: "
                    "its log lacks the rest"
                )
        # AWS's client for Python ends the lines of one message by CR, so that they stay together.
        lines = self._as_at_lambda(content).decode(errors="replace").split("\n")
        self._journal.pass_on(line.rstrip("\r").replace("\r", "\n") for line in lines if line.strip())

    def _as_at_lambda(self, content: bytes) -> bytes:
        """The same with paths as they are there: whoever looks for them finds them."""
        return content.replace(bytes(self._configuration.code), TASK_ROOT.encode())

    def _report(self, request_id: str, duration_ms: float, init_ms: float | None, end: _End) -> None:
        limit = self._configuration.memory_mb
        used = self._process.max_memory_mb if self._process else 0
        if self._keep.program:
            used = max(used, -(-self._keep.program.held // MEGABYTE))
        report = Report(
            request_id,
            duration_ms=duration_ms,
            memory_mb=limit,
            max_memory_mb=min(used, limit),
            init_ms=init_ms,
            error_type=end.reported_as,
        )
        if end.said and self._format == JSON:
            self._journal.say([end.said], "WARN")
        self._journal.say(end_lines(self._format, report, end.said), "WARN" if end.reported_as else "INFO")

    def _rest(self) -> None:
        """Freeze until the next event; a process that does not ask for one is ended."""
        process = self._process
        if process is None:
            return
        if not process.settle(0):
            self._process = None
            process.close()
        else:
            process.program.freeze()
            self._shorten_log()
        self.idle_since = time.monotonic()

    def _shorten_log(self) -> None:
        """Begin its file anew when it is long, and all of it has been read."""
        if self._read_until > LONG_LOG and self._keep.log.stat().st_size == self._read_until:
            os.truncate(self._keep.log, 0)
            self._read_until = 0

    def interrupt(self) -> None:
        """Have what it does fail, from another thread."""
        self._keep.stop()

    def close(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process:
            process.close()
        self._keep.close()


def _timed_out(failed: TimedOut) -> _End:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = f"{now} {failed.request_id} Task timed out after {failed.seconds:.2f} seconds"
    return _End(failed.payload, failed.error_type, failed.error_type, said)

"""An execution environment as Lambda keeps it: a process that is reused, and replaced when it has ended.

configuration = Configuration(folder, "runtime.api.handler.handle", {"LOG_LEVEL": "INFO"})
with ExecutionEnvironment(configuration) as environment:
    document = environment.invoke({"version": "2.0", ...})
    print(environment.reports[-1].init_ms, environment.log)
"""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from twin.event import make_trace_id
from twin.function_log import Report, end_lines, init_lines, start_lines
from twin.invocation import InitFailed, RuntimeExited, TimedOut
from twin.process import FunctionProcess
from twin.runtime_api import Invocation

if TYPE_CHECKING:
    from twin.configuration import Configuration


class ExecutionEnvironment:
    """Handles one event at a time, as Lambda's do; others wait.

    Attributes:
        reports: What each invocation took.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.reports: list[Report] = []
        self._process: FunctionProcess | None = None
        self._past_log: list[str] = []
        self._lock = threading.Lock()

    @property
    def log(self) -> list[str]:
        """All lines so far, of processes that are gone as well."""
        return self._past_log + (self._process.log if self._process else [])

    def start(self) -> FunctionProcess:
        """Have a process that waits for an event; it may have been there.

        Raises:
            InitFailed: It does not start.
            RuntimeClientMissing: There is nothing to start it under.
        """
        if self._process and not self._process.is_alive:
            self._end()
        if self._process is None:
            now = datetime.now(UTC)
            stream = f"{now:%Y/%m/%d}/[{self.configuration.version}]{token_hex(16)}"
            began = time.monotonic()
            try:
                self._process = FunctionProcess(self.configuration, stream)
            except InitFailed as failed:
                took_ms = (time.monotonic() - began) * 1000
                self._past_log += [*failed.said, *init_lines(self.configuration.log_format, took_ms, failed)]
                raise
        return self._process

    def invoke(self, event: Any, *, client_context: str | None = None) -> Any:
        """Have an event handled; both it and the document are what JSON knows.

        Args:
            event: The event.
            client_context: JSON that the handler finds in its context.

        Raises:
            InitFailed: The function does not start.
            FunctionFailed: It gives no document. If it timed out or exited, the next event has a new process.
        """
        with self._lock:
            process_before = self._process
            process = self.start()
            init_ms = None if process is process_before else process.init_ms
            return json.loads(self._run(process, self._invocation(event, client_context), init_ms))

    __call__ = invoke

    def _invocation(self, event: Any, client_context: str | None) -> Invocation:
        return Invocation(
            request_id=str(uuid4()),
            payload=json.dumps(event).encode(),
            deadline_ms=int((time.time() + self.configuration.timeout_seconds) * 1000),
            function_arn=self.configuration.arn,
            trace_id=f"{make_trace_id(datetime.now(UTC))};Parent={token_hex(8)};Sampled=0",
            client_context=client_context,
        )

    def _run(self, process: FunctionProcess, invocation: Invocation, init_ms: float | None) -> bytes:
        request_id, log_format = invocation.request_id, self.configuration.log_format
        process.write_log(start_lines(log_format, request_id, self.configuration.version))
        error: RuntimeExited | TimedOut | None = None
        began = time.monotonic()
        try:
            return process.run(invocation)
        except (RuntimeExited, TimedOut) as failed:
            error = failed
            raise
        finally:
            report = Report(
                request_id,
                duration_ms=(time.monotonic() - began) * 1000,
                memory_mb=self.configuration.memory_mb,
                max_memory_mb=process.max_memory_mb,
                init_ms=init_ms,
                error_type=error.error_type if error else None,
            )
            self.reports.append(report)
            process.write_log(end_lines(log_format, report, error.message if error else None))

    def _end(self) -> None:
        if self._process:
            self._process.close()
            self._past_log += self._process.log
            self._process = None

    def close(self) -> None:
        """End its process, once it has handled what it handles; the log stays."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        """Itself; its process starts with the first event."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

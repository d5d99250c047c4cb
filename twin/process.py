"""One life of a function's process: started under AWS's runtime client, invoked, and ended."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, nullcontext
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from twin.function_keep import FunctionKeep
from twin.function_memory import peak_mb
from twin.invocation import (
    OUT_OF_MEMORY,
    FunctionFailed,
    InitFailed,
    OutOfMemory,
    RuntimeExited,
    TimedOut,
    describe_exit,
)
from twin.managed_runtime import link_runtime
from twin.runtime_api import Answered, Exited, Failed, Happening, Ready, RuntimeApi

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from twin.configuration import Configuration
    from twin.function_keep import Program
    from twin.function_memory import MemoryWatch, Watched
    from twin.runtime_api import Invocation

LAST_WORDS: Final = 1.0
"""Seconds in which a process that has told of an error at its start may end by itself."""


class FunctionProcess:
    """A process that has started and takes events, one at a time.

    It ends when it is closed or when our own process has ended, even if killed.

    Args:
        configuration: The function.
        log_stream: Its name.
        keep: Where it lives; a new one, closed with it, if left out. Whoever gives one reads its log himself.
        init_seconds: How long it may take to start; as configured if left out.
        guard: Kills it if it holds more memory than it may; nobody does if left out.

    Attributes:
        init_ms: Milliseconds it took to start.

    Raises:
        InitFailed: It does not start.
        RuntimeClientMissing: There is nothing to start it under.
    """

    def __init__(
        self,
        configuration: Configuration,
        log_stream: str,
        keep: FunctionKeep | None = None,
        init_seconds: float | None = None,
        guard: MemoryWatch | None = None,
    ) -> None:
        self.configuration, self.log_stream, self._guard = configuration, log_stream, guard
        self._happenings: SimpleQueue[Happening] = SimpleQueue()
        self._is_waiting = self._has_ended = False
        self._peak_mb = 0
        self._has_own_keep = keep is None
        with ExitStack() as undo:
            self._keep = keep or undo.enter_context(FunctionKeep())
            self._api = RuntimeApi(self._happenings.put)
            undo.callback(self._api.close)
            self._closed_log: list[str] | None = None
            began = time.monotonic()
            self.program = self._launch()
            undo.callback(self.program.kill)
            self._wait_for_start(configuration.init_seconds if init_seconds is None else init_seconds)
            self.init_ms = (time.monotonic() - began) * 1000
            self._undo = undo.pop_all()

    def _launch(self) -> Program:
        configuration, keep = self.configuration, self._keep
        runtime = configuration.runtime
        if runtime is None:
            runtime = keep.folder / "runtime"
            if not configuration.program and not runtime.exists():
                link_runtime(runtime)
        environment = configuration.environment(runtime, self._api.address, self.log_stream)
        environment["TMPDIR"] = str(keep.temporary)
        try:
            return keep.launch(
                configuration.command,
                environment,
                configuration.code,
                lambda status: self._happenings.put(Exited(status)),
            )
        except OSError as error:
            raise InitFailed("Runtime.InvalidEntrypoint", _unlaunched(configuration, error)) from error

    def _watched(self) -> AbstractContextManager[Watched | None]:
        if self._guard is None:
            return nullcontext()
        return self._guard.watching(self.program, self.configuration.memory_mb)

    def _wait_for_start(self, seconds: float) -> None:
        try:
            with self._watched() as watched:
                happening = self._hear(seconds)
        except Empty:
            self.program.kill()
            raise InitFailed("Sandbox.Timedout", f"no start within {seconds:g} s", self._said) from None
        match happening:
            case Exited(status):
                kind = OUT_OF_MEMORY if watched and watched.was_killed else None
                raise InitFailed("Runtime.ExitError", describe_exit(status), self._said, reported_as=kind)
            case Failed():
                self._let_end(LAST_WORDS)
                raise InitFailed(
                    happening.error_type,
                    happening.message,
                    self._said,
                    happening.payload,
                    happening.reported_as,
                )
            case Ready() | Answered():
                pass

    def _let_end(self, seconds: float) -> None:
        """Wait for its end; it may have something to say until then."""
        deadline = time.monotonic() + seconds
        while not self._has_ended:
            try:
                self._hear(deadline - time.monotonic())
            except Empty:
                return

    def _hear(self, seconds: float) -> Happening:
        """What happens next, at most so many seconds from now."""
        happening = self._happenings.get(timeout=max(seconds, 0))
        self._is_waiting = isinstance(happening, Ready)
        self._has_ended = isinstance(happening, Exited)
        return happening

    def settle(self, seconds: float) -> bool:
        """Wait until it asks for an event, at most so long; False if it does not or has ended."""
        deadline = time.monotonic() + seconds
        while not self._is_waiting and not self._has_ended:
            try:
                self._hear(deadline - time.monotonic())
            except Empty:
                return False
        return self.program.is_running

    @property
    def is_alive(self) -> bool:
        """Whether it waits for an event, or will when it has ended what it does after the last one."""
        return self.settle(self.configuration.timeout_seconds)

    @property
    def log(self) -> list[str]:
        """All lines so far, the process's and Lambda's."""
        if self._closed_log is not None:
            return self._closed_log
        return self._keep.log.read_text(encoding="utf-8", errors="replace").splitlines()

    @property
    def _said(self) -> list[str]:
        """Its log, to be kept; nothing where it stays with the keep, and may be long."""
        return self.log if self._has_own_keep else []

    def write_log(self, lines: list[str]) -> None:
        """Add lines of Lambda's own."""
        with self._keep.log.open("a", encoding="utf-8") as log:
            log.write("".join(f"{line}\n" for line in lines))

    @property
    def max_memory_mb(self) -> int:
        """Most memory that it has held so far, in MB; 0 where the system does not tell."""
        self._peak_mb = max(self._peak_mb, peak_mb(self.program.pid))
        return self._peak_mb

    def run(self, invocation: Invocation, seconds: float | None = None) -> bytes:
        """Have an event handled; the document in JSON.

        Args:
            invocation: The event.
            seconds: How long that may take; as configured if left out.

        Raises:
            FunctionFailed: There is none. If it timed out, or exited, the process is gone.
        """
        self._is_waiting = False
        self._api.hand_over(invocation)
        try:
            with self._watched() as watched:
                happening = self._hear(self.configuration.timeout_seconds if seconds is None else seconds)
        except Empty:
            self.program.kill()
            raise TimedOut(invocation.request_id, self.configuration.timeout_seconds) from None
        match happening:
            case Answered(payload):
                return payload
            case Failed():
                raise FunctionFailed(
                    happening.error_type, happening.message, happening.stack, happening.payload
                )
            case Exited(status):
                kind = OutOfMemory if watched and watched.was_killed else RuntimeExited
                raise kind(invocation.request_id, status)
            case Ready():
                raise AssertionError("a process that asks again is given the same event again")

    def close(self) -> None:
        """End it; what it logged stays."""
        if self._closed_log is None:
            self.program.kill()
            self._closed_log = self._said
            self._undo.close()


def _unlaunched(configuration: Configuration, error: OSError) -> str:
    """Why it can't be started; of a bootstrap, in Lambda's words, which are those of Go."""
    if configuration.program is None or error.errno is None:
        return str(error)
    return f"fork/exec /var/task/{configuration.program.name}: {os.strerror(error.errno).lower()}"

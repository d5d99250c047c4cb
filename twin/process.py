"""One life of a function's process: started under AWS's runtime client, invoked, and ended."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from secrets import token_hex
from typing import TYPE_CHECKING

from twin.account import Account
from twin.invocation import FunctionFailed, InitFailed, RuntimeExited, TimedOut, describe_exit
from twin.keeping import Keep
from twin.managed_runtime import link_runtime
from twin.runtime_api import Answered, Exited, Failed, Happening, Ready, RuntimeApi

if TYPE_CHECKING:
    from twin.configuration import Configuration
    from twin.runtime_api import Invocation


class _FunctionKeep(Keep):
    """A keep whose program has an environment and a working folder of its own."""

    def start_function(
        self, configuration: Configuration, environment: dict[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        # Without -S it would see what is installed for us; without -B it would write beside the code,
        # which Lambda mounts read-only.
        command: list[str | Path] = [
            configuration.python,
            "-B",
            "-S",
            "-m",
            "awslambdaric",
            configuration.handler,
        ]
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=configuration.code,
                env=environment,
                process_group=self._watch.pid,
            )


class FunctionProcess:
    """A process that has started and takes events, one at a time.

    It ends when it is closed or when our own process has ended, even if killed.

    Attributes:
        init_ms: Milliseconds it took to start.
        log_stream: Its name.

    Raises:
        InitFailed: It does not start.
        RuntimeClientMissing: There is nothing to start it under.
    """

    def __init__(self, configuration: Configuration, log_stream: str) -> None:
        self.configuration, self.log_stream = configuration, log_stream
        self._happenings: SimpleQueue[Happening] = SimpleQueue()
        self._is_waiting = self._has_ended = False
        with ExitStack() as undo:
            folder = Path(tempfile.gettempdir(), f"miyabi-function-{token_hex(8)}")
            self._keep = undo.enter_context(_FunctionKeep(folder, Account()))
            self._api = RuntimeApi(self._happenings.put)
            undo.callback(self._api.close)
            self._log = folder / "log"
            self._closed_log: list[str] | None = None
            began = time.monotonic()
            self._process = self._launch()
            undo.callback(self._kill)
            self._wait_for_start()
            self.init_ms = (time.monotonic() - began) * 1000
            self._undo = undo.pop_all()

    def _launch(self) -> subprocess.Popen[bytes]:
        runtime = self.configuration.runtime
        if runtime is None:
            runtime = self._keep.folder / "runtime"
            link_runtime(runtime)
        environment = self.configuration.environment(runtime, self._api.address, self.log_stream)
        try:
            process = self._keep.start_function(self.configuration, environment, self._log)
        except OSError as error:
            raise InitFailed("Runtime.InvalidEntrypoint", str(error)) from error
        watch = threading.Thread(target=lambda: self._happenings.put(Exited(process.wait())), daemon=True)
        watch.start()
        return process

    def _kill(self) -> None:
        """As Lambda does: without a word."""
        self._process.kill()
        self._process.wait()

    def _wait_for_start(self) -> None:
        seconds = self.configuration.init_seconds
        try:
            happening = self._hear(seconds)
        except Empty:
            raise InitFailed("Sandbox.Timedout", f"no start within {seconds:g} s", self.log) from None
        match happening:
            case Exited(status):
                raise InitFailed("Runtime.ExitError", describe_exit(status), self.log)
            case Failed(error_type, message):
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(seconds)
                raise InitFailed(error_type, message, self.log)
            case Ready() | Answered():
                pass

    def _hear(self, seconds: float) -> Happening:
        """What happens next, at most so many seconds from now."""
        happening = self._happenings.get(timeout=max(seconds, 0))
        self._is_waiting = isinstance(happening, Ready)
        self._has_ended = isinstance(happening, Exited)
        return happening

    @property
    def is_alive(self) -> bool:
        """Whether it waits for an event, or will when it has ended what it does after the last one."""
        deadline = time.monotonic() + self.configuration.timeout_seconds
        while not self._is_waiting and not self._has_ended:
            try:
                self._hear(deadline - time.monotonic())
            except Empty:
                return False
        return self._process.poll() is None

    @property
    def log(self) -> list[str]:
        """All lines so far, the process's and Lambda's."""
        if self._closed_log is not None:
            return self._closed_log
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    def write_log(self, lines: list[str]) -> None:
        """Add lines of Lambda's own."""
        with self._log.open("a", encoding="utf-8") as log:
            log.write("".join(f"{line}\n" for line in lines))

    @property
    def max_memory_mb(self) -> int:
        """Most memory that it has held so far, in MB; 0 where the system does not tell."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return 0
        peak = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return -(-int(peak[0].split()[1]) // 1024) if peak else 0

    def run(self, invocation: Invocation) -> bytes:
        """Have an event handled; the document in JSON.

        Raises:
            FunctionFailed: There is none. If it timed out, or exited, the process is gone.
        """
        self._is_waiting = False
        self._api.hand_over(invocation)
        try:
            happening = self._hear(self.configuration.timeout_seconds)
        except Empty:
            self._kill()
            raise TimedOut(invocation.request_id, self.configuration.timeout_seconds) from None
        match happening:
            case Answered(payload):
                return payload
            case Failed(error_type, message, stack):
                raise FunctionFailed(error_type, message, stack)
            case Exited(status):
                raise RuntimeExited(invocation.request_id, status)
            case Ready():
                raise FunctionFailed("Runtime.NoResponse", "the process took an event and gave no answer")

    def close(self) -> None:
        """End it; what it logged stays."""
        if self._closed_log is None:
            self._kill()
            self._closed_log = self.log
            self._undo.close()

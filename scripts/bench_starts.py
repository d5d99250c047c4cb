"""Times how long a function takes to start under AWS's runtime client, and counts its instructions.

A start goes from the process to its first `GET /next` at the Runtime API: what Lambda calls the init phase,
and the interpreter's own start before it. Instructions are counted by valgrind, and don't depend on what else
the machine does.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import TYPE_CHECKING, Final

from scripts.measuring import MeasuringError
from twin.answer import Answer
from twin.runtime_api import Ready, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twin.configuration import Configuration
    from twin.event import Request
    from twin.runtime_api import Happening

PATIENCE: Final = 300.0
"""Seconds in which even valgrind has started anything."""
LOOK: Final = 0.5
"""Seconds between looks whether the process has ended."""
WITHOUT_CONNECTION, WITH_CONNECTION = "snap-start", "on-demand"
"""How Lambda says it starts a function; before a snapshot the API connects to nothing."""


class SnapshotApi(RuntimeApi):
    """A Runtime API that has every snapshot restored as soon as it was taken."""

    def handle(self, request: Request) -> Answer:
        """Answer the process."""
        if request.path.endswith("/runtime/restore/next"):
            return Answer(200, (), b"")
        return super().handle(request)


class StartFailed(MeasuringError):
    """A function that was to be timed did not start."""

    def __init__(self, name: str, happening: Happening | None, said: str) -> None:
        self.name, self.happening, self.said = name, happening, said
        told = "it ended" if happening is None else str(happening)
        super().__init__(f"{name} does not start ({told}): {said.strip()[-500:]}; run it by hand")


@dataclass(frozen=True, slots=True)
class Start:
    """A function to be started; `initialization` is how Lambda says that it starts it."""

    name: str
    configuration: Configuration
    runtime: Path
    """Folder with AWS's runtime client."""
    initialization: str = WITHOUT_CONNECTION

    def seconds(self) -> float:
        """Start it once; raises `StartFailed`."""
        with self._started() as took:
            return took

    def instructions(self) -> int | None:
        """How many instructions its start takes; None where there is no valgrind. Raises `StartFailed`."""
        valgrind = shutil.which("valgrind")
        if not valgrind:
            return None
        with NamedTemporaryFile("r") as log:
            options = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
            with self._started(valgrind, *options, f"--log-file={log.name}"):
                pass
            counted = re.search(r"I\s+refs:\s+([\d,]+)", log.read())
        return int(counted[1].replace(",", "")) if counted else None

    @contextmanager
    def _started(self, *under: str) -> Iterator[float]:
        happenings: SimpleQueue[Happening] = SimpleQueue()
        api = SnapshotApi(happenings.put)
        environment = self.configuration.environment(self.runtime, api.address, "bench")
        environment |= {"AWS_LAMBDA_INITIALIZATION_TYPE": self.initialization, "PYTHONHASHSEED": "0"}
        command: list[str | Path] = [*under, self.configuration.python, "-B", "-S", "-m", "awslambdaric"]
        try:
            with TemporaryFile() as said:
                begun = time.perf_counter()
                process = subprocess.Popen(
                    [*command, self.configuration.handler],
                    cwd=self.configuration.code,
                    env=environment,
                    stdout=said,
                    stderr=said,
                )
                try:
                    happening = _wait(process, happenings)
                    took = time.perf_counter() - begun
                    if not isinstance(happening, Ready):
                        said.seek(0)
                        raise StartFailed(self.name, happening, said.read().decode(errors="replace"))
                    yield took
                finally:
                    process.terminate()  # valgrind tells its count when it is asked to end
                    process.wait(PATIENCE)
        finally:
            api.close()


def _wait(process: subprocess.Popen[bytes], happenings: SimpleQueue[Happening]) -> Happening | None:
    """What the process does first; None if it ends, or does nothing."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return happenings.get(timeout=LOOK)
        except Empty:
            if process.poll() is not None:
                break
    return None

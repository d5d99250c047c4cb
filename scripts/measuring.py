"""Times whole processes in turn, so that what disturbs one round disturbs all that it is compared with.

A machine that others share is noisy: the figures to trust are the least time of several rounds, and the
ratio of a command to its baseline, both taken in the same round.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class MeasuringError(Exception):
    """Something that was to be measured did not do its work, so it has no figure."""


class RunFailed(MeasuringError):
    """A command that was to be timed has failed."""

    def __init__(self, command: Sequence[str], status: int, said: str) -> None:
        self.command, self.status, self.said = tuple(command), status, said
        super().__init__(f"{' '.join(command)} ended with {status}: {said.strip()[-500:]}; run it by hand")


Series = list[float]
"""The seconds of one command, a figure for each round."""
NO_BYTECODE: Final = "PYTHONDONTWRITEBYTECODE"
"""Where this is set, each start compiles every module anew, and measures that instead."""


def seconds(
    command: Sequence[str], *, folder: Path | str, environment: Mapping[str, str] | None = None
) -> float:
    """Run a command once, and return how long it took; what it says is dropped. Raises `RunFailed`."""
    inherited = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    with TemporaryFile() as said:  # no pipe, whose reader would run beside the command
        start = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=folder,
            env=inherited | dict(environment or {}),
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        took = time.perf_counter() - start
        if done.returncode:
            said.seek(0)
            raise RunFailed(command, done.returncode, said.read().decode(errors="replace"))
    return took


def in_turn(rounds: int, runs: Mapping[str, Callable[[], float]]) -> dict[str, Series]:
    """Let each run time itself, one after the other, so many rounds."""
    measured: dict[str, Series] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            measured[name].append(run())
    return measured


def ratio(times: Series, baseline: Series) -> float:
    """How many times as long as the baseline, in the median of the rounds."""
    return statistics.median(a / b for a, b in zip(times, baseline, strict=True))


def machine() -> str:
    """What it was measured on."""
    return f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores"

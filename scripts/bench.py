"""Measures the budgets: each command beside a baseline in the same run, as whole processes.

A machine that others share is noisy, so the figures to trust are the least time of several
rounds and the ratio of a command to its baseline, both taken in turn.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.talk import show, talk

ROUNDS = 9
MIYABI = str(Path(sys.executable).parent / "miyabi")
LIBRARIES = "import pydantic_settings, typer, troposphere, awacs.aws, troposphere.ec2, troposphere.rds"


@dataclass(frozen=True, slots=True)
class Measured:
    """A command, what it may take in seconds, and its times."""

    name: str
    command: tuple[str, ...]
    budget: float | None
    seconds: list[float]


def main() -> None:
    """Print a Markdown table; nothing is judged, since no machine's seconds are another's."""
    measured = [
        Measured("libraries imported, nothing done", (sys.executable, "-c", LIBRARIES), None, []),
        Measured("`miyabi synth`, all environments, second run", (MIYABI, "synth"), 0.7, []),
        Measured("`miyabi cost production`", (MIYABI, "cost", "production"), 0.5, []),
    ]
    with TemporaryDirectory() as folder:
        first = _seconds((MIYABI, "synth"), folder)
        for _ in range(ROUNDS):
            for each in measured:
                each.seconds.append(_seconds(each.command, folder))
    show("| what | least s | median s | to the baseline | budget s |\n|---|---:|---:|---:|---:|")
    for each in measured:
        show(_row(each, measured[0]))
    show(f"| `miyabi synth`, first run, cfn-lint included | {first:.2f} | | | |")
    machine = f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores"
    talk(f"{machine}, {ROUNDS} rounds in turn")


def _row(each: Measured, baseline: Measured) -> str:
    ratio = statistics.median(a / b for a, b in zip(each.seconds, baseline.seconds, strict=True))
    budget = "" if each.budget is None else f"{each.budget}"
    least, median = min(each.seconds), statistics.median(each.seconds)
    return f"| {each.name} | {least:.2f} | {median:.2f} | {ratio:.1f} x | {budget} |"


def _seconds(command: tuple[str, ...], folder: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

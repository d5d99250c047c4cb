"""Measures a whole rehearsal: `miyabi rehearse` of an environment, each time in a new process."""

from __future__ import annotations

import json
import statistics
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scripts.measuring import in_turn, machine, seconds
from scripts.talk import show, talk

ROOT: Final = Path(__file__).parent.parent
MIYABI: Final = Path(sys.executable).parent / "miyabi"
ENVIRONMENTS: Final = ("staging", "production")
ROUNDS: Final = 7
BUDGET: Final = 10.0
"""Seconds that the program itself tells, on two cores, with the package built."""


def main() -> None:
    """Print a Markdown table; nothing is judged, since no machine's seconds are another's."""
    with TemporaryDirectory() as folder:
        told = {environment: Path(folder, f"{environment}.json") for environment in ENVIRONMENTS}
        own: dict[str, list[float]] = {environment: [] for environment in ENVIRONMENTS}
        talk("rehearsing once, so that the package is built")
        _rehearse(ENVIRONMENTS[0], told[ENVIRONMENTS[0]], [])
        runs = {name: partial(_rehearse, name, told[name], own[name]) for name in ENVIRONMENTS}
        whole = in_turn(ROUNDS, runs)
    show("| what | rehearsed: least s | median s | budget s | whole process: least s | median s |")
    show("|---|---:|---:|---:|---:|---:|")
    for name in ENVIRONMENTS:
        cells = (*_least_and_median(own[name]), BUDGET, *_least_and_median(whole[name]))
        show(f"| `miyabi rehearse {name}` | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    talk(f"{machine()}, {ROUNDS} rounds")


def _rehearse(environment: str, told: Path, own: list[float]) -> float:
    """Rehearse once; the seconds of the process. What the program tells of its own is added to a list.

    One that does not end well has no figure: raises RunFailed.
    """
    # its document is written by the shell, so that no reader runs beside it
    command = ("sh", "-c", 'exec "$0" rehearse "$1" --json > "$2"', str(MIYABI), environment, str(told))
    took = seconds(command, folder=ROOT)
    own.append(float(json.loads(told.read_text(encoding="utf-8"))["seconds"]))
    return took


def _least_and_median(series: list[float]) -> tuple[float, float]:
    return min(series), statistics.median(series)

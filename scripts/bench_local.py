"""Measures the local AWS: all stacks of an environment, deployed in a new process that has nothing yet."""

from __future__ import annotations

import statistics
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from scripts.measuring import in_turn, machine, seconds
from scripts.talk import show, talk
from twin.aws.deploying import Written, creation, prepare
from twin.aws.local import LocalAws

ROOT: Final = Path(__file__).parent.parent
ENVIRONMENTS: Final = ("staging", "production")
ROUNDS: Final = 7
BUDGET: Final = 3.0
"""Seconds for all stacks of an environment."""
WAYS: Final = {"within": "boto3 within the process", "http": "boto3 by HTTP"}


def main() -> None:
    """Print a Markdown table; nothing is judged, since no machine's seconds are another's."""
    show("| what | stacks: least s | median s | budget s | whole process: least s | median s |")
    show("|---|---:|---:|---:|---:|---:|")
    with TemporaryDirectory() as folder:
        for environment in ENVIRONMENTS:
            for way, name in WAYS.items():
                _measure(environment, way, f"{environment}, {name}", Path(folder))
    talk(f"{machine()}, {ROUNDS} rounds")


def _measure(environment: str, way: str, name: str, folder: Path) -> None:
    told = folder / f"{environment}-{way}"
    command = (sys.executable, "-m", "scripts.bench_local", environment, way, str(told))
    whole = in_turn(ROUNDS, {name: partial(seconds, command, folder=ROOT)})[name]
    stacks = [float(line) for line in told.read_text(encoding="utf-8").splitlines()]
    cells = (min(stacks), statistics.median(stacks), BUDGET, min(whole), statistics.median(whole))
    show(f"| {name} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")


def deploy(environment: str, way: str, told: Path) -> None:
    """Deploy what `make synth` wrote, and add the seconds of all stacks to a file, in a line of its own."""
    written = Written(ROOT / "build" / environment)
    account = written.manifest["account"] or "123456789012"
    with LocalAws(account, written.manifest["region"]) as local:
        aws = local.aws
        prepare(aws, written)
        cloudformation = (aws if way == "within" else local).client("cloudformation")
        begin = perf_counter()
        for stack in written.stacks:
            cloudformation.create_stack(**creation(aws, written, stack))
        with told.open("a", encoding="utf-8") as file:
            file.write(f"{perf_counter() - begin}\n")


if __name__ == "__main__":
    deploy(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

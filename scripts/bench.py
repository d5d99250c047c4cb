"""Measures the budgets: each command beside a baseline in the same run, as whole processes.

A machine that others share is noisy, so the figures to trust are the least time of several
rounds and the ratio of a command to its baseline, both taken in turn.
"""

from __future__ import annotations

import json
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
from stacks.synthesis import MOST_RESOURCES

ROUNDS = 9
MIYABI = str(Path(sys.executable).parent / "miyabi")
SIZES = (125, 250, 500, 1000)
"""Resources of the templates that show how pricing grows; 500 is what CloudFormation takes."""
KINDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("AWS::Lambda::Function", {"MemorySize": 512, "Architectures": ["arm64"]}),
    ("AWS::Logs::LogGroup", {"RetentionInDays": 30}),
    ("AWS::SQS::Queue", {}),
    ("AWS::DynamoDB::Table", {"BillingMode": "PAY_PER_REQUEST"}),
    ("AWS::S3::Bucket", {}),
    (
        "AWS::CloudWatch::Alarm",
        {"Period": 60, "Dimensions": [{"Name": "Stack", "Value": {"Ref": "AWS::StackName"}}]},
    ),
    (
        "AWS::RDS::DBInstance",
        {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20"},
    ),
    ("AWS::IAM::Role", {}),
)
"""Types of those resources, in turn."""
USAGE = """
["AWS::Lambda::*"]
monthly_requests = 1_000_000
request_duration_ms = 100
["AWS::Logs::*"]
monthly_data_ingested_gb = 1
["AWS::S3::*"]
standard.storage_gb = 10
"""
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
        measured += _growth(Path(folder))
        first = {
            "`miyabi synth`, first run, cfn-lint included": _seconds((MIYABI, "synth"), folder),
            "`miyabi cost production`, first run after a change": _seconds(
                (MIYABI, "cost", "production"), folder
            ),
        }
        for _ in range(ROUNDS):
            for each in measured:
                each.seconds.append(_seconds(each.command, folder))
    show("| what | least s | median s | to the baseline | budget s |\n|---|---:|---:|---:|---:|")
    for each in measured:
        show(_row(each, measured[0]))
    for name, seconds in first.items():
        show(f"| {name} | {seconds:.2f} | | | |")
    machine = f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores"
    talk(f"{machine}, {ROUNDS} rounds in turn")


def _growth(folder: Path) -> list[Measured]:
    """Pricing templates of several sizes, by a usage file."""
    usage = folder / "usage.toml"
    usage.write_text(USAGE, encoding="utf-8")
    measured = []
    for size in SIZES:
        template = folder / f"{size}.json"
        template.write_text(json.dumps({"Resources": dict(map(_resource, range(size)))}), encoding="utf-8")
        command = (MIYABI, "cost", str(template), "--usage", str(usage), "--json")
        name = f"`miyabi cost`, a template of {size:,} resources"
        measured.append(Measured(name, command, 1.5 if size == MOST_RESOURCES else None, []))
    return measured


def _resource(number: int) -> tuple[str, dict[str, object]]:
    type_, properties = KINDS[number % len(KINDS)]
    return f"Resource{number}", {"Type": type_, "Properties": properties}


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

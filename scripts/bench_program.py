"""Measures the budgets of the commands that ask nobody, each beside Python importing their libraries."""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.exit_codes import Exit
from scripts.measuring import Series, in_turn, machine, ratio, seconds
from scripts.talk import show, talk
from stacks.synthesis import MOST_RESOURCES

ROUNDS = 9
MIYABI = str(Path(sys.executable).parent / "miyabi")
PLAN = f"'{MIYABI}' plan reported production; test $? -eq {Exit.CHANGES}"
"""It exits otherwise than with 0 because there are changes."""
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
    """A command, and what it may take in seconds."""

    name: str
    command: tuple[str, ...]
    budget: float | None


def main() -> None:
    """Print a Markdown table; nothing is judged, since no machine's seconds are another's."""
    baseline = Measured("libraries imported, nothing done", (sys.executable, "-c", LIBRARIES), None)
    measured = [
        baseline,
        Measured("`miyabi synth`, all environments, second run", (MIYABI, "synth"), 0.7),
        Measured("`miyabi cost production`", (MIYABI, "cost", "production"), 0.5),
        Measured("`miyabi plan reported production`", ("sh", "-c", PLAN), 1.0),
        Measured("`miyabi diagram production`", (MIYABI, "diagram", "production"), 0.5),
        Measured("`miyabi report production`, from templates", (MIYABI, "report", "production"), 1.0),
    ]
    with TemporaryDirectory() as folder:
        measured += _growth(Path(folder))
        first = {
            "`miyabi synth`, first run, cfn-lint included": seconds((MIYABI, "synth"), folder=folder),
            "`miyabi cost production`, first run after a change": seconds(
                (MIYABI, "cost", "production"), folder=folder
            ),
            "`miyabi report production`, first run after a change": seconds(
                (MIYABI, "report", "production"), folder=folder
            ),
        }
        times = in_turn(
            ROUNDS, {each.name: partial(seconds, each.command, folder=folder) for each in measured}
        )
    show("| what | least s | median s | to the baseline | budget s |\n|---|---:|---:|---:|---:|")
    for each in measured:
        show(_row(each, times[each.name], times[baseline.name]))
    for name, took in first.items():
        show(f"| {name} | {took:.2f} | | | |")
    talk(f"{machine()}, {ROUNDS} rounds in turn")


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
        measured.append(Measured(name, command, 1.5 if size == MOST_RESOURCES else None))
    return measured


def _resource(number: int) -> tuple[str, dict[str, object]]:
    type_, properties = KINDS[number % len(KINDS)]
    return f"Resource{number}", {"Type": type_, "Properties": properties}


def _row(each: Measured, times: Series, baseline: Series) -> str:
    budget = "" if each.budget is None else f"{each.budget}"
    least, median = min(times), statistics.median(times)
    return f"| {each.name} | {least:.2f} | {median:.2f} | {ratio(times, baseline):.1f} x | {budget} |"

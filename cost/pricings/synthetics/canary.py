"""Canaries: each run, as often as their schedule says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note
from cost.shared.schedules import runs_a_month
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Synthetics::Canary"
USAGE = (Key("monthly_runs", "runs", "runs in a month; left out, as often as its schedule says"),)
PRICES = ("AmazonCloudWatch/canary_runs",)
BY_SCHEDULE = "as often as its schedule says, all month"
BESIDE = "the function, the logs and the objects of a canary's runs are not counted"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """So much a run."""
    if context.is_told(resource, "monthly_runs"):
        runs, assumption = context.usage(resource, "monthly_runs"), ""
    else:
        runs, assumption = runs_a_month(resource, "Schedule.Expression", context), BY_SCHEDULE
    yield Charge("runs", runs, "AmazonCloudWatch/canary_runs", assumption)
    yield Note(BESIDE)

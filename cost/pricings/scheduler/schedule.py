"""Schedules: each time that one runs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.shared.schedules import runs_a_month
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Scheduler::Schedule"
USAGE = (
    Key("monthly_invocations", "invocations", "runs in a month; left out, as often as its expression says"),
)
PRICES = ("AWSEvents/scheduler_invocations",)
BY_EXPRESSION = "as often as its expression says, all month, and each run succeeds at once"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Runs that are told, or those of its expression; none while it is disabled."""
    if context.is_told(resource, "monthly_invocations"):
        runs, assumption = context.usage(resource, "monthly_invocations"), ""
    elif context.text(resource, "State", "ENABLED") == "DISABLED":
        runs, assumption = Decimal(0), ""
    else:
        runs, assumption = runs_a_month(resource, "ScheduleExpression", context), BY_EXPRESSION
    yield Charge("invocations", runs, "AWSEvents/scheduler_invocations", assumption)

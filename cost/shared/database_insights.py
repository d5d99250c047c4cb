"""Performance Insights and Database Insights: what it costs to look into a database."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.month import HOURS
from cost.shared.databases import capacity_of, is_serverless, place, vcpus_of
from cost.shared.vcpus import family

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

PRICES = (
    "AmazonRDS/performance_insights_api",
    "AmazonRDS/performance_insights_ltr_*",
    "AmazonCloudWatch/database_insights_advanced_*",
)
FREE_DAYS, TWO_YEARS = 7, 731
ENDED = date(2026, 7, 1)
"""Performance Insights sold longer retention until the day before."""
SWITCHES = ("EnablePerformanceInsights", "PerformanceInsightsEnabled")
"""What turns it on, at an instance or at a cluster."""


def insights(instance: Resource, context: Context) -> Iterator[Item]:
    """What an instance is charged for being looked into."""
    if context.text(*place(instance, "DatabaseInsightsMode", context), "standard") == "advanced":
        yield from _advanced(instance, context)
    elif _is_on(instance, context):
        yield from _retention(instance, context)
    if _is_on(instance, context):
        requests = context.usage(instance, "monthly_additional_performance_insights_requests")
        yield Charge("Performance Insights requests", requests, "AmazonRDS/performance_insights_api")


def _is_on(instance: Resource, context: Context) -> bool:
    return any(context.flag(*place(instance, name, context)) for name in SWITCHES)


def _advanced(instance: Resource, context: Context) -> Iterator[Item]:
    units, said = _units(instance, context)
    unit = "acu" if is_serverless(instance, context) else "vcpu"
    price = f"AmazonCloudWatch/database_insights_advanced_{unit}"
    yield Charge("Database Insights", units * HOURS, price, said)


def _retention(instance: Resource, context: Context) -> Iterator[Item]:
    days = context.number(*place(instance, "PerformanceInsightsRetentionPeriod", context), FREE_DAYS)
    if days <= FREE_DAYS:
        return
    if context.as_of >= ENDED:
        yield Note("Performance Insights keeps 7 days: AWS ended its paid retention on 2026-06-30")
    elif days == TWO_YEARS:
        units, said = _units(instance, context)
        kind = "serverless" if is_serverless(instance, context) else family(_class(instance, context))
        yield Charge(
            "Performance Insights retention", units, f"AmazonRDS/performance_insights_ltr_{kind}", said
        )
    else:
        yield NotPriced(f"Performance Insights kept for {days:f} days")


def _units(instance: Resource, context: Context) -> tuple[Decimal, str]:
    """Capacity units of a serverless instance, else virtual CPUs."""
    return (
        capacity_of(instance, context)
        if is_serverless(instance, context)
        else (vcpus_of(instance, context), "")
    )


def _class(instance: Resource, context: Context) -> str:
    return context.text(*place(instance, "DBInstanceClass", context))

"""CloudWatch: alarms, dashboards, metrics made from logs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cost.lines import Charge
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

FULL_RESOLUTION_S = 60
ANOMALY_METRICS = 3
"""An anomaly alarm is charged for its metric and for both bounds of the band."""


@pricing("AWS::CloudWatch::Alarm")
def alarm(resource: Resource, context: Context) -> Iterator[Item]:
    """Every metric that the alarm looks at, also inside a math expression."""
    queries = context.mappings(resource, "Metrics")
    stats = [query["MetricStat"] for query in queries if "MetricStat" in query]
    periods = [int(stat["Period"]) for stat in stats] or [
        int(context.number(resource, "Period", FULL_RESOLUTION_S))
    ]
    anomaly = any("ANOMALY_DETECTION_BAND" in str(query.get("Expression", "")) for query in queries)
    metrics = max(len(stats), 1) * (ANOMALY_METRICS if anomaly else 1)
    key = "alarm_standard" if min(periods) >= FULL_RESOLUTION_S else "alarm_high_resolution"
    yield Charge("alarm metrics", Decimal(metrics), context.price("AmazonCloudWatch", key))


@pricing("AWS::CloudWatch::CompositeAlarm")
def composite_alarm(_: Resource, context: Context) -> Iterator[Item]:
    """The alarm itself; those that it watches have lines of their own."""
    yield Charge("composite alarm", Decimal(1), context.price("AmazonCloudWatch", "alarm_composite"))


@pricing("AWS::CloudWatch::Dashboard")
def dashboard(_: Resource, context: Context) -> Iterator[Item]:
    """One price however many widgets."""
    yield Charge("dashboard", Decimal(1), context.price("AmazonCloudWatch", "dashboard"))


@pricing("AWS::Logs::MetricFilter")
def metric_filter(resource: Resource, context: Context) -> Iterator[Item]:
    """Each metric that the filter writes is a custom one; dimensions multiply it, and are not counted."""
    metrics: list[Any] = context.entries(resource, "MetricTransformations")
    yield Charge("custom metrics", Decimal(len(metrics)), context.price("AmazonCloudWatch", "metrics_custom"))

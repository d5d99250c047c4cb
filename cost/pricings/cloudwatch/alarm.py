"""Alarms: every metric that one looks at, also inside a math expression."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::CloudWatch::Alarm"
USAGE: tuple[Key, ...] = ()
PRICES = (
    "AmazonCloudWatch/alarm_standard",
    "AmazonCloudWatch/alarm_high_resolution",
    "AmazonCloudWatch/alarm_metrics_insights",
)
FULL_RESOLUTION_S = 60
ANOMALY_METRICS = 3
"""An anomaly alarm is charged for its metric and for both bounds of the band."""
BANDS = {"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}
"""Comparisons with the bounds of an anomaly band."""
ANALYSED = "a Metrics Insights query is taken to analyse one metric; each further one costs as much again"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Metrics by resolution, a period below a minute being a high one; queries of Metrics Insights apart."""
    places = [f"Metrics.{index}" for index, _ in enumerate(context.mappings(resource, "Metrics"))]
    expressions = [str(context.get(resource, f"{place}.Expression", "")) for place in places]
    stats = [f"{place}.MetricStat." for place in places if context.get(resource, f"{place}.MetricStat")]
    queries = sum(expression.lstrip().upper().startswith("SELECT ") for expression in expressions)
    if stats or not queries:
        comparison = context.text(resource, "ComparisonOperator", "")
        band = comparison in BANDS or any("ANOMALY_DETECTION_BAND" in each for each in expressions)
        metrics = max(len(stats), 1) * (ANOMALY_METRICS if band else 1)
        periods = [context.number(resource, f"{stat}Period", FULL_RESOLUTION_S) for stat in stats or [""]]
        key = "alarm_standard" if min(periods) >= FULL_RESOLUTION_S else "alarm_high_resolution"
        yield Charge("alarm metrics", Decimal(metrics), f"AmazonCloudWatch/{key}")
    if queries:
        yield Charge(
            "analysed metrics", Decimal(queries), "AmazonCloudWatch/alarm_metrics_insights", ANALYSED
        )

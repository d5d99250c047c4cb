"""An alarm: a metric beyond a limit, and the sentence that a woken person reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from troposphere import cloudwatch

if TYPE_CHECKING:
    from stacks.stack import Stack

MINUTE = 60
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A CloudWatch metric of one component; dimension values may refer to other stacks."""

    namespace: str
    name: str
    dimensions: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Threshold:
    """One alarm: a statistic of a metric (or its share of another, in per cent) beyond a limit."""

    name: str
    metric: Metric
    statistic: str
    then: str
    above: int | None = None
    below: int | None = None
    minutes: int = 5
    """How long to look back."""
    datapoints: int | None = None
    """How many periods of that must be beyond the limit; all when left out."""
    period: int = MINUTE
    """Seconds over which the statistic is taken; not shorter than the metric's own interval."""
    share_of: str | None = None
    """Name of a metric with the same dimensions; the alarm then watches 100 x metric / that one."""


def add_alarm(stack: Stack, threshold: Threshold, topic: Any) -> cloudwatch.Alarm:
    """Turn a row of the table into an alarm that reports both trouble and its end."""
    limit, comparison = _limit(threshold)
    periods = threshold.minutes * MINUTE // threshold.period
    return stack.add(
        cloudwatch.Alarm(
            f"{threshold.name}Alarm",
            AlarmDescription=threshold.then,
            ComparisonOperator=comparison,
            Threshold=limit,
            EvaluationPeriods=periods,
            DatapointsToAlarm=threshold.datapoints or periods,
            TreatMissingData="notBreaching",
            AlarmActions=[topic],
            OKActions=[topic],
            **(_share(threshold) if threshold.share_of else _plain(threshold)),
        )
    )


def _limit(threshold: Threshold) -> tuple[int, str]:
    if threshold.above is not None:
        return threshold.above, "GreaterThanThreshold"
    assert threshold.below is not None, threshold.name  # noqa: S101  (a mistake in the table above)
    return threshold.below, "LessThanThreshold"


def _plain(threshold: Threshold) -> dict[str, Any]:
    percentile = threshold.statistic.startswith("p")
    return {
        "Namespace": threshold.metric.namespace,
        "MetricName": threshold.metric.name,
        "Dimensions": _dimensions(threshold.metric),
        "Period": threshold.period,
        "ExtendedStatistic" if percentile else "Statistic": threshold.statistic,
    }


def _share(threshold: Threshold) -> dict[str, Any]:
    """100 x part / whole; no request at all is no error."""

    def query(name: str, metric: str) -> cloudwatch.MetricDataQuery:
        measured = cloudwatch.Metric(
            Namespace=threshold.metric.namespace, MetricName=metric, Dimensions=_dimensions(threshold.metric)
        )
        stat = cloudwatch.MetricStat(Metric=measured, Period=threshold.period, Stat=threshold.statistic)
        return cloudwatch.MetricDataQuery(Id=name, MetricStat=stat, ReturnData=False)

    share = cloudwatch.MetricDataQuery(
        Id="share",
        Label=f"{threshold.metric.name} in % of {threshold.share_of}",
        Expression="100 * part / whole",
    )
    return {
        "Metrics": [share, query("part", threshold.metric.name), query("whole", threshold.share_of or "")]
    }


def _dimensions(metric: Metric) -> list[cloudwatch.MetricDimension]:
    return [
        cloudwatch.MetricDimension(Name=name, Value=value)
        for name, value in sorted(metric.dimensions.items())
    ]

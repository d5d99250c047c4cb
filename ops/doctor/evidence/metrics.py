"""What CloudWatch has counted lately; figures come minutes late, and tell of all requests, not of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.doctor.reading import Reading

LATELY: Final = timedelta(minutes=15)
"""What is looked back over."""
PERIOD: Final = 60
"""Seconds of one figure."""


class Metrics:
    """Sums and maxima of the last quarter of an hour; raises `AccessError`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._end = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)

    def of_function(self, metric: str, function: str, statistic: str = "Sum", **more: str) -> list[float]:
        """A function's figures, one for each minute that has any."""
        return self.figures("AWS/Lambda", metric, {"FunctionName": function, **more}, statistic)

    def figures(
        self, namespace: str, metric: str, dimensions: Mapping[str, str], statistic: str = "Sum"
    ) -> list[float]:
        """The figures of a metric by its dimensions, one for each minute that has any."""
        begin = self._end - LATELY
        found = self._asked(namespace, metric, dimensions, statistic, begin)
        return [float(value) for result in found for value in result.get("Values", ())]

    def by_minute(
        self, namespace: str, metric: str, dimensions: Mapping[str, str], *, since: datetime
    ) -> dict[datetime, float]:
        """The sums of a metric from then on, by the minute; those that are not there were not asked for."""
        if since >= self._end:
            return {}
        found = self._asked(namespace, metric, dimensions, "Sum", since)
        pairs = (pair for each in found for pair in zip(each["Timestamps"], each["Values"], strict=True))
        return {minute: float(value) for minute, value in pairs}

    def _asked(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        statistic: str,
        begin: datetime,
    ) -> list[Mapping[str, Any]]:
        asked = {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        }
        found: Iterator[Mapping[str, Any]] = self._reading.pages(
            "cloudwatch:GetMetricData",
            f"metric {metric}",
            "MetricDataResults",
            MetricDataQueries=[
                {"Id": "asked", "MetricStat": {"Metric": asked, "Period": PERIOD, "Stat": statistic}}
            ],
            StartTime=begin,
            EndTime=self._end,
        )
        return list(found)

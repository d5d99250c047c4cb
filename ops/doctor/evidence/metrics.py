"""What CloudWatch has counted lately; figures come minutes late, and tell of all requests, not of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        asked = {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        }
        found = self._reading.pages(
            "cloudwatch:GetMetricData",
            f"metric {metric}",
            "MetricDataResults",
            MetricDataQueries=[
                {"Id": "asked", "MetricStat": {"Metric": asked, "Period": PERIOD, "Stat": statistic}}
            ],
            StartTime=self._end - LATELY,
            EndTime=self._end,
        )
        return [float(value) for result in found for value in result.get("Values", ())]

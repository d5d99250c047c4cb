"""Figures that no service counts for us, as lines of the log in CloudWatch's embedded format (EMF).

A metric costs some 30 cents a month, so there are few, and none by route or by user: Lambda and the
gateway count requests, errors and time already.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

NAMESPACE: Final = "Miyabi"
METRICS: Final[Mapping[str, str]] = {
    "DatabaseConnects": "connections that were opened",
    "DatabaseFailures": "requests that the database could not answer",
    "AuthenticationRefusals": "requests whose token was missing or not valid",
    "RefreshReplays": "refresh tokens that were shown a second time: somebody may have stolen one",
}
"""What each figure counts."""


class Metrics:
    """Counts, and writes what was counted at the end of each request."""

    def __init__(self, environment: str, stream: TextIO) -> None:
        self._stream = stream
        # not Powertools' `Metrics`: all of these write into one dictionary of the process
        self._metrics = AmazonCloudWatchEMFProvider(
            namespace=NAMESPACE, service="api", default_dimensions={"environment": environment}
        )
        self._counted = False

    def count(self, name: str) -> None:
        """Count one of `METRICS`."""
        if name not in METRICS:
            raise KeyError(name)
        self._metrics.add_metric(name, MetricUnit.Count, 1)
        self._counted = True

    def flush(self) -> None:
        """Write what was counted, if anything."""
        if self._counted:
            self._stream.write(json.dumps(self._metrics.serialize_metric_set()) + "\n")
            self._stream.flush()
            self._metrics.clear_metrics()
            self._counted = False

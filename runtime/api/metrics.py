"""Figures that no service counts for us, as lines of the log in CloudWatch's embedded format (EMF).

A metric costs some 30 cents a month, so there are few, and none by route or by user: Lambda and the
gateway count requests, errors and time already.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

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
        self._dimensions = {"environment": environment, "service": "api"}
        self._stream = stream
        self._counted: Counter[str] = Counter()

    def count(self, name: str) -> None:
        """Count one of `METRICS`."""
        if name not in METRICS:
            raise KeyError(name)
        self._counted[name] += 1

    def flush(self) -> None:
        """Write what was counted, if anything."""
        if not self._counted:
            return
        described = {
            "Namespace": NAMESPACE,
            "Dimensions": [list(self._dimensions)],
            "Metrics": [{"Name": name, "Unit": "Count"} for name in self._counted],
        }
        moment = time.time_ns() // 1_000_000
        line = {
            "_aws": {"Timestamp": moment, "CloudWatchMetrics": [described]},
            **self._dimensions,
            **self._counted,
        }
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()
        self._counted.clear()

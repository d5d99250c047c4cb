"""What Lambda counts of each invocation, for CloudWatch.

Which figures there are, and under which dimensions:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from twin.functions.outcome import Outcome
    from twin.functions.resolving import Found
    from twin.recording import Recorder

NAMESPACE: Final = "AWS/Lambda"
MILLISECONDS: Final = "Milliseconds"


class Meter:
    """Counts for the account, for a function, and for what it was invoked by."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def began(self, found: Found, running: int) -> None:
        """An execution began, as one of so many of its function."""
        for dimensions in ({}, {"FunctionName": found.name}):
            self._recorder.count(NAMESPACE, "ConcurrentExecutions", dimensions, running)

    def ended(self, found: Found, outcome: Outcome) -> None:
        """A function did something; whether it came to its handler makes no difference."""
        self.count(found, "Invocations", executed=True)
        self.count(found, "Errors", 1 if outcome.error else 0, executed=True)
        self.count(found, "Duration", outcome.duration_ms, MILLISECONDS, executed=True)

    def throttled(self, found: Found) -> None:
        """A function was throttled, which is no invocation."""
        self.count(found, "Throttles")

    def count(
        self, found: Found, name: str, value: float = 1, unit: str = "Count", *, executed: bool = False
    ) -> None:
        """Count for account, function and resource; by version too if it was executed through an alias."""
        resource = {"FunctionName": found.name, "Resource": found.resource}
        for dimensions in ({}, {"FunctionName": found.name}, resource):
            self._recorder.count(NAMESPACE, name, dimensions, value, unit)
        if executed and found.is_alias:
            by_version = {**resource, "ExecutedVersion": found.version}
            self._recorder.count(NAMESPACE, name, by_version, value, unit)

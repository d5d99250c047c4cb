"""Writes to a local AWS what functions and gateways say of themselves: log lines, and figures for CloudWatch.

with Recorder(aws) as recorder:
    recorder.say("/aws/lambda/miyabi-api", "2026/11/26/[7]8f2a", ["START RequestId: ..."])
    recorder.count("AWS/Lambda", "Invocations", {"FunctionName": "miyabi-api"}, 1)

Nobody waits for it, as at AWS: what was said is there a moment later, or when `flush` has returned.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twin.aws.clients import Aws

EVERY: Final = 0.2
"""Seconds between two deliveries."""
MOST_EVENTS: Final = 10_000
"""Events of one PutLogEvents.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""
MOST_FIGURES: Final = 1000
"""Metrics of one PutMetricData.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""
MOST_VALUES: Final = 150
"""Values of one metric in it, by the same page."""
SINGLE_VALUES: Final = 600
"""Values of one metric that are kept one by one each minute, for percentiles; what is more goes into sums.

Moto holds an object for each value.
"""

_Figure = tuple[str, str, tuple[tuple[str, str], ...], str, datetime]
"""Namespace, name, dimensions, unit, and the minute."""


class Recorder:
    """Gathers what is said by several threads at once, and delivers it from a thread of its own.

    Lines for a group that is not there are dropped, as Lambda drops them.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lines: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._values: dict[_Figure, list[float]] = defaultdict(list)
        self._streams: set[tuple[str, str]] = set()
        self._single: dict[_Figure, int] = {}
        self._gathering, self._delivering = Lock(), Lock()
        self._closing = Event()
        self._thread = Thread(target=self._deliver_now_and_then, daemon=True)

    def say(self, group: str, stream: str, lines: Iterable[str]) -> None:
        """Have lines written to a stream, which comes into being with its first."""
        with self._gathering:
            # within the lock: PutLogEvents asks for lines in the order of their times
            moment = int(time.time() * 1000)
            events = self._lines.setdefault((group, stream), [])
            # an empty message is refused, and a line has its end at AWS
            events.extend({"timestamp": moment, "message": line or "\n"} for line in lines)

    def count(
        self, namespace: str, name: str, dimensions: Mapping[str, str], value: float, unit: str = "Count"
    ) -> None:
        """Have a value counted for a metric."""
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        figure = (namespace, name, tuple(dimensions.items()), unit, minute)
        with self._gathering:
            self._values[figure].append(value)

    def flush(self) -> None:
        """Deliver what was said until now; whoever reads it then finds it."""
        with self._delivering:
            with self._gathering:
                lines, self._lines = self._lines, {}
                values, self._values = self._values, defaultdict(list)
            for (group, stream), events in lines.items():
                self._write(group, stream, events)
            self._put(values)

    def _write(self, group: str, stream: str, events: list[dict[str, Any]]) -> None:
        logs = self._aws.client("logs")
        for first in range(0, len(events), MOST_EVENTS):
            named = {"logGroupName": group, "logStreamName": stream}
            some = events[first : first + MOST_EVENTS]
            try:
                if (group, stream) not in self._streams:
                    self._begin(group, stream)
                with suppress(logs.exceptions.ResourceNotFoundException):
                    logs.put_log_events(**named, logEvents=some)
                    continue
                # the stream was deleted, or its group was made anew
                self._begin(group, stream)
                logs.put_log_events(**named, logEvents=some)
            except logs.exceptions.ResourceNotFoundException:
                self._streams.discard((group, stream))

    def _begin(self, group: str, stream: str) -> None:
        logs = self._aws.client("logs")
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        self._streams.add((group, stream))

    def _put(self, values: Mapping[_Figure, list[float]]) -> None:
        by_namespace: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for figure, found in values.items():
            namespace, name, dimensions, unit, minute = figure
            for told in self._told(figure, found):
                datum = {
                    "MetricName": name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
                    "Timestamp": minute,
                    "Unit": unit,
                }
                by_namespace[namespace].append(datum | told)
        for namespace, figures in by_namespace.items():
            for first in range(0, len(figures), MOST_FIGURES):
                self._aws.client("cloudwatch").put_metric_data(
                    Namespace=namespace, MetricData=figures[first : first + MOST_FIGURES]
                )

    def _told(self, figure: _Figure, found: list[float]) -> Iterator[dict[str, Any]]:
        """Values one by one as far as they are few and differ, and the others in sums."""
        minute = figure[-1]
        self._single = {each: count for each, count in self._single.items() if each[-1] >= minute}
        left = 0 if len(set(found)) == 1 else SINGLE_VALUES - self._single.get(figure, 0)
        single, summed = found[: max(left, 0)], found[max(left, 0) :]
        self._single[figure] = self._single.get(figure, 0) + len(single)
        for first in range(0, len(single), MOST_VALUES):
            yield {"Values": single[first : first + MOST_VALUES]}
        if summed:
            yield {
                "StatisticValues": {
                    "SampleCount": len(summed),
                    "Sum": sum(summed),
                    "Minimum": min(summed),
                    "Maximum": max(summed),
                }
            }

    def _deliver_now_and_then(self) -> None:
        while not self._closing.wait(EVERY):
            self.flush()

    def __enter__(self) -> Self:
        """Begin to deliver."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Deliver what is left, and end."""
        self._closing.set()
        self._thread.join()
        self.flush()

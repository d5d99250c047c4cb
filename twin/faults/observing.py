"""What can be seen of a deployment after a request: the answer, the logs and the metrics.

seen = observe(world, targets, way.request)
for sentence in unexpected(seen, way.expected): ...
"""

from __future__ import annotations

import http.client
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from runtime.contract import ORIGIN_HEADER
from twin.faults.expectation import NAMESPACES, read_figure
from twin.faults.targets import password_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twin.faults.expectation import Expectation, Request
    from twin.faults.targets import Targets, World

PATIENCE: Final = 45.0
"""Seconds to wait for an answer: the gateway gives up at 30, and our own start may have to come first."""
SETTLING: Final = 6.0
"""Seconds in which logs and figures are complete after an answer, if a function runs on past it."""
_PAUSE: Final = 0.2
_SAID_LENGTH: Final = 160
_ERROR_TYPE: Final = r'(?:Error Type: ?|"errorType": ?")({})'

Sums = dict[tuple[str, str], float]
"""Sums of metrics by namespace and name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; no status where none came, and `body` says why."""

    status: int | None
    body: str
    headers: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Observation:
    """What a request has left behind.

    Attributes:
        answers: One for each request that was made at once.
        streams: Streams of the function's group that are new, or have new lines.
        lines: What the function has logged.
        access_lines: What the gateway has logged; None where it has no access log.
        metrics: What was added to the sums meanwhile.
    """

    answers: tuple[Answer, ...]
    streams: tuple[str, ...]
    lines: tuple[str, ...]
    access_lines: tuple[str, ...] | None
    metrics: Mapping[tuple[str, str], float]

    @property
    def answer(self) -> Answer:
        """The first."""
        return self.answers[0]


def observe(
    world: World, targets: Targets, request: Request, expected: Expectation | None = None
) -> Observation:
    """Make a request, and see what that leaves behind.

    Args:
        world: The twin that is asked.
        targets: What the request passes, read before any fault was given to it.
        request: What to ask.
        expected: Logs and figures are waited for until they are like this, `SETTLING` seconds at most.
    """
    world.recorder.flush()
    marks, sums = _Marks(world, targets), _sums(world, targets)
    answers = _asked(world, targets, request)
    until = time.monotonic() + SETTLING
    while True:
        world.recorder.flush()
        seen = _seen(world, targets, answers, marks, sums)
        if expected is None or not unexpected(seen, expected) or time.monotonic() > until:
            return seen
        time.sleep(_PAUSE)


def unexpected(seen: Observation, expected: Expectation) -> list[str]:
    """What is otherwise than expected, a sentence each.

    Of several answers at once, one at least must be as expected.
    """
    of_answers = [list(_unlike(answer, expected)) for answer in seen.answers]
    return [
        *min(of_answers, key=len),
        *_unlike_logs(seen, expected),
        *_unlike_access_log(seen, expected),
        *_unlike_metrics(seen, expected),
    ]


def _unlike(answer: Answer, expected: Expectation) -> Iterator[str]:
    if answer.status not in expected.status:
        wanted = " or ".join(map(str, expected.status))
        yield f"the status is {answer.status}, not {wanted} ({answer.body[:_SAID_LENGTH]})"
    if not re.search(expected.body, answer.body):
        yield f"the body is {answer.body[:_SAID_LENGTH]!r}, and does not match {expected.body}"
    for name, pattern in expected.headers.items():
        value = answer.headers.get(name.lower())
        if pattern == "" and value is not None:
            yield f"the header {name} is {value!r}, and should be missing"
        if pattern and (value is None or not re.search(pattern, value)):
            yield f"the header {name} is {value!r}, and does not match {pattern}"
    least, most = expected.seconds
    if not least <= answer.seconds <= most:
        yield f"the answer took {answer.seconds:.1f} s, not {least:g} to {most:g}"


def _unlike_logs(seen: Observation, expected: Expectation) -> Iterator[str]:
    if expected.streams == "none" and seen.streams:
        yield f"the function has written to {', '.join(seen.streams)}, and should not have"
    if expected.streams == "some" and not seen.streams:
        yield "the function has written to no log stream"
    for pattern in expected.messages:
        if not _found(pattern, seen.lines):
            yield f"no line of the function's log matches {pattern}"
    for pattern in expected.unsaid:
        if _found(pattern, seen.lines):
            yield f"a line of the function's log matches {pattern}, and none should"
    if expected.error_type and not _found(_ERROR_TYPE.format(expected.error_type), seen.lines):
        yield f"no line of the function's log has an error type {expected.error_type}"


def _unlike_access_log(seen: Observation, expected: Expectation) -> Iterator[str]:
    if seen.access_lines is None:
        return
    if not expected.access_log_written and seen.access_lines:
        yield "the gateway has written to its access log, and should not have"
    for pattern in expected.access_log:
        if not _found(pattern, seen.access_lines):
            yield f"no line of the access log matches {pattern}"


def _unlike_metrics(seen: Observation, expected: Expectation) -> Iterator[str]:
    for figure in expected.metrics:
        namespace, name, relation, value = read_figure(figure)
        found = seen.metrics.get((namespace, name), 0.0)
        if not relation(found, value):
            yield f"{namespace} {name} rose by {found:g}, not as in `{figure}`"


def _found(pattern: str, lines: tuple[str, ...]) -> bool:
    return any(re.search(pattern, line) for line in lines)


def _asked(world: World, targets: Targets, request: Request) -> tuple[Answer, ...]:
    if request.through == "edge":
        base = str(world.edge.address(targets.distribution))
    else:
        base = str(world.apis.address(targets.api_id))
    headers = dict(request.headers)
    if request.through == "api" and (secret := targets.variables.get("ORIGIN_SECRET")):
        headers[ORIGIN_HEADER] = secret
    if request.header_bytes:
        headers["x-long"] = "x" * request.header_bytes
    with ThreadPoolExecutor(request.at_once) as pool:
        asked = [pool.submit(_ask, base, request, headers) for _ in range(request.at_once)]
    return tuple(each.result() for each in asked)


def _ask(base: str, request: Request, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=PATIENCE)
    began = time.monotonic()
    try:
        # a server that refuses a body answers before it has read it
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(request.method, request.path, b"x" * request.body_bytes or None, dict(headers))
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, body, found, time.monotonic() - began)
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, f"no answer: {error!r}", {}, time.monotonic() - began)
    finally:
        connection.close()


class _Marks:
    """How far each stream was, before."""

    def __init__(self, world: World, targets: Targets) -> None:
        self._logs = world.aws.client("logs")
        groups = (targets.log_group, targets.access_log_group)
        self._before = {group: self._all(group) for group in groups if group}

    def new(self, group: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Streams that are new or have new lines, and those lines, in the order of their time."""
        before, streams, events = self._before.get(group, {}), [], []
        for stream, found in self._all(group).items():
            more = found[len(before.get(stream, ())) :]
            if more or stream not in before:
                streams.append(stream)
                events.extend(more)
        return tuple(streams), tuple(text for _, text in sorted(events, key=lambda event: event[0]))

    def _all(self, group: str) -> dict[str, list[tuple[int, str]]]:
        try:
            streams = self._logs.describe_log_streams(logGroupName=group)["logStreams"]
        except self._logs.exceptions.ResourceNotFoundException:
            return {}
        return {each["logStreamName"]: self._events(group, each["logStreamName"]) for each in streams}

    def _events(self, group: str, stream: str) -> list[tuple[int, str]]:
        found = self._logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
        return [(event["timestamp"], event["message"]) for event in found["events"]]


def _seen(
    world: World, targets: Targets, answers: tuple[Answer, ...], marks: _Marks, sums: Sums
) -> Observation:
    streams, lines = marks.new(targets.log_group)
    access = targets.access_log_group
    added = {key: value - sums.get(key, 0.0) for key, value in _sums(world, targets).items()}
    return Observation(answers, streams, lines, marks.new(access)[1] if access else None, added)


def _sums(world: World, targets: Targets) -> Sums:
    """All that was counted until now, of the API and the function."""
    whose = {
        NAMESPACES["api"]: {"ApiId": targets.api_id},
        NAMESPACES["function"]: {"FunctionName": targets.function_name},
    }
    cloudwatch, metrics = world.aws.client("cloudwatch"), []
    for namespace, dimensions in whose.items():
        found = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
        metrics += [metric for metric in found if _dimensions(metric) == dimensions]
    if not metrics:
        return {}
    now = datetime.now(UTC)
    results = cloudwatch.get_metric_data(
        MetricDataQueries=[_query(place, metric) for place, metric in enumerate(metrics)],
        StartTime=now - timedelta(hours=3),
        EndTime=now + timedelta(minutes=2),
    )["MetricDataResults"]
    sums = {result["Id"]: float(sum(result["Values"])) for result in results}
    return {
        (metric["Namespace"], metric["MetricName"]): sums.get(f"m{place}", 0.0)
        for place, metric in enumerate(metrics)
    }


def _dimensions(metric: Mapping[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def _query(place: int, metric: Mapping[str, Any]) -> dict[str, Any]:
    return {"Id": f"m{place}", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}


def without_secrets(seen: Observation, targets: Targets) -> Observation:
    """The same with the function's secrets unreadable, to be printed."""
    hidden = [value for name, value in targets.variables.items() if value and _is_secret(name)]
    hidden += [password for value in hidden if (password := password_of(value))]

    def hide(text: str) -> str:
        for value in hidden:
            text = text.replace(value, "***")
        return text

    return replace(
        seen,
        answers=tuple(replace(answer, body=hide(answer.body)) for answer in seen.answers),
        lines=tuple(map(hide, seen.lines)),
        access_lines=None if seen.access_lines is None else tuple(map(hide, seen.access_lines)),
    )


def _is_secret(name: str) -> bool:
    from runtime.contract import VARIABLES

    return any(variable.name == name and variable.secret for variable in VARIABLES)

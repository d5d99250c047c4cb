"""CloudWatch Logs: FilterLogEvents as it is asked.

Seen in moto 5.2.5: a pattern that is more than words lets everything through, streams come one after the
other, a prefix of their names is not looked at, and a group has no ARN. "FilterLogEvents", Amazon CloudWatch
Logs API Reference.
"""

from __future__ import annotations

import json
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Any, Final

from moto.logs.exceptions import LogsClientError, ResourceNotFoundException
from moto.logs.responses import LogsResponse

from twin.aws.log_patterns import PatternRefused, read_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 10_000
"""Events of a page."""
PAGE_BYTES: Final = 2**20


class _Refused(LogsClientError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterException", message)


def _filter_log_events(self: Any) -> str:
    """Events of all streams in order of their times, a page of them."""
    asked: dict[str, Any] = json.loads(self.body)
    try:
        matches = read_pattern(asked.get("filterPattern"))
    except PatternRefused as error:
        raise _Refused(str(error)) from None
    start, end = asked.get("startTime") or 0, asked.get("endTime")
    found = sorted(
        (one["timestamp"], one["ingestionTime"], int(one["eventId"]), one["logStreamName"], one["message"])
        for one in _events(_group(self, asked), asked)
        if start <= one["timestamp"] and (end is None or one["timestamp"] <= end) and matches(one["message"])
    )
    if token := asked.get("nextToken"):
        after = _place(token)
        found = [one for one in found if one[:3] > after]
    page = found[: min(asked.get("limit") or MOST, MOST)]
    sizes = accumulate(len(one[4].encode()) for one in page)
    page = page[: max(1, sum(1 for _ in takewhile(lambda size: size <= PAGE_BYTES, sizes)))]
    answer: dict[str, Any] = {"events": [_told(*one) for one in page], "searchedLogStreams": []}
    if len(page) < len(found):
        answer["nextToken"] = "/".join(map(str, page[-1][:3]))
    return json.dumps(answer)


def _group(response: Any, asked: dict[str, Any]) -> Any:
    name, identifier = asked.get("logGroupName") or "", asked.get("logGroupIdentifier") or ""
    if bool(name) == bool(identifier):
        raise _Refused("Exactly one of logGroupName and logGroupIdentifier is required.")
    plain = name or identifier.partition(":log-group:")[2] or identifier
    group = response.logs_backend.groups.get(plain)
    if group is None:
        raise ResourceNotFoundException
    return group


def _events(group: Any, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    names, prefix = asked.get("logStreamNames"), asked.get("logStreamNamePrefix")
    if names and prefix:
        raise _Refused("logStreamNames and logStreamNamePrefix exclude each other.")
    if names and (absent := set(names) - set(group.streams)):
        raise ResourceNotFoundException(f"The specified log stream {min(absent)} does not exist.")
    for name, stream in group.streams.items():
        if (not names or name in names) and name.startswith(prefix or ""):
            for event in stream.events:
                yield event.to_filter_dict() | {"logStreamName": name}


def _place(token: str) -> tuple[int, ...]:
    try:
        place = tuple(map(int, token.split("/")))
    except ValueError:
        place = ()
    if len(place) != 3:  # noqa: PLR2004  (time, time of ingestion, id)
        raise _Refused("The specified nextToken is invalid.")
    return place


def _told(timestamp: int, ingested: int, number: int, stream: str, message: str) -> dict[str, Any]:
    return {
        "logStreamName": stream,
        "timestamp": timestamp,
        "message": message,
        "ingestionTime": ingested,
        "eventId": str(number),
    }


def mend() -> None:
    """Put it onto moto's class."""
    setattr(LogsResponse, "filter_log_events", _filter_log_events)  # noqa: B010  (a mend)

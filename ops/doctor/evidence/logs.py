"""The log groups of the path: whether they are there, and whether anything was ever written to them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.evidence.invocations import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.evidence.function import Invoked
    from ops.doctor.evidence.gateway import Gateway
    from ops.doctor.reading import Reading

    Document = Mapping[str, Any]

NEWEST: Final = 5
"""Streams that are looked at."""


def lines_since(reading: Reading, group: str, begin: datetime, pages: int) -> tuple[list[Event], bool]:
    """The lines of a group from then on, and whether so many pages held all of them.

    Raises `AccessError`, which is `NotDeployed` where the group is not there.
    """
    events: list[Event] = []
    token: str | None = None
    for _ in range(pages):
        page = reading.fresh(
            "logs:FilterLogEvents",
            f"log group {group}",
            logGroupName=group,
            startTime=int(begin.timestamp() * 1000),
            nextToken=token,
        )
        events += [_event(each) for each in page["events"]]
        token = page.get("nextToken")
        if token is None:
            return events, True
    return events, False


def _event(told: Document) -> Event:
    at = datetime.fromtimestamp(told.get("timestamp", 0) / 1000, UTC)
    return Event(str(told.get("logStreamName", "")), str(told["message"]), at)


class Logs:
    """The function's log group and the stage's; attributes raise `NotThere` or `AccessError`."""

    def __init__(self, reading: Reading, gateway: Gateway, function: Invoked) -> None:
        self._reading, self._gateway, self._function = reading, gateway, function

    @cached_property
    def group(self) -> Document | None:
        """The function's, as DescribeLogGroups tells it; None where it is not there."""
        return self._find(self._function.log_group)

    @cached_property
    def access_group(self) -> Document | None:
        """The one that the stage names; None where it names none, or that is not there."""
        name = self._gateway.access_log_group
        return self._find(name) if name else None

    @cached_property
    def streams(self) -> list[Document]:
        """The newest of the function's group; none where the group is not there."""
        name = self._function.log_group
        found = self._reading.find(
            "logs:DescribeLogStreams",
            f"log group {name}",
            logGroupName=name,
            orderBy="LastEventTime",
            descending=True,
            limit=NEWEST,
        )
        return list(found["logStreams"]) if found else []

    def _find(self, name: str) -> Document | None:
        groups = self._reading.pages(
            "logs:DescribeLogGroups", f"log group {name}", "logGroups", logGroupNamePrefix=name
        )
        return next((group for group in groups if group["logGroupName"] == name), None)

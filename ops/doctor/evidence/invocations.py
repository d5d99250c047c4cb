"""Puts the lines of a function's log together by invocation, however many ran at the same time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ops.doctor.evidence.endings import ending_of, mentioned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.doctor.evidence.endings import Ending


OF_VERSION: Final = re.compile(r"\[(\$LATEST|\d+)\]")
NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Of what has none."""


@dataclass(frozen=True, slots=True)
class Event:
    """A line, and the log stream that it stands in: that of one execution environment."""

    stream: str
    text: str
    at: datetime = NO_TIME


@dataclass(frozen=True, slots=True)
class Invocation:
    """The lines of one invocation in their order, with those of the start before it; `at` is the last's."""

    lines: tuple[str, ...]
    at: datetime = NO_TIME
    stream: str = ""

    @property
    def ended(self) -> Ending | None:
        """Lambda's report of the invocation itself."""
        return next((each for each in map(ending_of, self.lines) if each and not each.is_start), None)

    @property
    def version(self) -> str:
        """The function's version, which Lambda writes into the stream's name; empty where it does not.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
        """
        found = OF_VERSION.search(self.stream)
        return found[1] if found else ""

    @property
    def ids(self) -> frozenset[str]:
        """The ids by which Lambda calls it: one, if its lines are whole."""
        return frozenset(found for line in self.lines if (found := mentioned(line)))


def invocations(events: Iterable[Event]) -> list[Invocation]:
    """Lines by invocation: a stream has one after the other, each ends with Lambda's report."""
    found: list[Invocation] = []
    open_events: dict[str, list[Event]] = {}
    for event in events:
        open_events.setdefault(event.stream, []).append(event)
        ending = ending_of(event.text)
        if ending and not ending.is_start:
            found.append(_invocation(open_events.pop(event.stream)))
    return [*found, *map(_invocation, open_events.values())]


def _invocation(events: list[Event]) -> Invocation:
    return Invocation(tuple(each.text for each in events), events[-1].at, events[-1].stream)

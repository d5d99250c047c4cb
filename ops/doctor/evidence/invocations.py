"""Puts the lines of a function's log together by invocation, however many ran at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.doctor.evidence.endings import ending_of, mentioned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.doctor.evidence.endings import Ending


@dataclass(frozen=True, slots=True)
class Event:
    """A line, and the log stream that it stands in: that of one execution environment."""

    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """The lines of one invocation in their order, with those of the start before it."""

    lines: tuple[str, ...]

    @property
    def ended(self) -> Ending | None:
        """Lambda's report of the invocation itself."""
        return next((each for each in map(ending_of, self.lines) if each and not each.is_start), None)

    @property
    def ids(self) -> frozenset[str]:
        """The ids by which Lambda calls it: one, if its lines are whole."""
        return frozenset(found for line in self.lines if (found := mentioned(line)))


def invocations(events: Iterable[Event]) -> list[Invocation]:
    """Lines by invocation: a stream has one after the other, each ends with Lambda's report."""
    found: list[Invocation] = []
    open_lines: dict[str, list[str]] = {}
    for event in events:
        lines = open_lines.setdefault(event.stream, [])
        lines.append(event.text)
        ending = ending_of(event.text)
        if ending and not ending.is_start:
            found.append(Invocation(tuple(lines)))
            open_lines[event.stream] = []
    return [*found, *(Invocation(tuple(lines)) for lines in open_lines.values() if lines)]

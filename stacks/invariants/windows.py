"""Times of the day at which something happens to the database, and whether two of them meet.

Days are not looked at. A backup of the first of the month falls on any day of the week, so a
maintenance window once a week meets it if their times of day do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stacks.invariants.reading import literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = 60
DAY = 24 * HOUR
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_DAILY = re.compile(f"{_CLOCK}-{_CLOCK}")
_WEEKLY = re.compile(f"({'|'.join(DAYS)}):{_CLOCK}-({'|'.join(DAYS)}):{_CLOCK}")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_ANY = ("*", "?")


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the day, in minutes since midnight UTC, and how many minutes it lasts."""

    name: str
    start: int
    minutes: int

    def meets(self, other: Window) -> bool:
        """Whether some minute lies in both, on a clock that begins anew at midnight."""
        return (other.start - self.start) % DAY < self.minutes or (
            self.start - other.start
        ) % DAY < other.minutes

    def with_hour_before(self) -> Window:
        """The window and the hour before it."""
        return Window(self.name, self.start - HOUR, self.minutes + HOUR)


def daily_window(name: str, value: Any) -> Window | None:
    """A window such as `23:45-00:30`; None for anything else."""
    found = _DAILY.fullmatch(literal(value) or "")
    if found is None:
        return None
    start, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    return Window(name, start, (end - start) % DAY)


def weekly_window(name: str, value: Any) -> Window | None:
    """A window such as `sun:23:45-mon:00:30`; None for anything else."""
    found = _WEEKLY.fullmatch((literal(value) or "").lower())
    if found is None:
        return None
    first, last = DAYS.index(found[1]), DAYS.index(found[4])
    start, end = _minutes(found[2], found[3]), _minutes(found[5], found[6])
    return Window(name, start, ((last - first) * DAY + end - start) % (len(DAYS) * DAY))


def scheduled_windows(name: str, schedule: Any, minutes: Any) -> tuple[Window, ...]:
    """The windows that a cron schedule opens, each for some minutes; none if it can't be read.

    Minutes and hours are read where they are numbers or lists of numbers, as a backup's are.
    """
    found, length = _CRON.fullmatch(literal(schedule) or ""), number(minutes)
    if found is None or length is None:
        return ()
    starts = [hour * HOUR + minute for hour in _listed(found[2], 24) for minute in _listed(found[1], HOUR)]
    return tuple(Window(name, start, int(length)) for start in starts)


def is_daily(schedule: Any) -> bool:
    """Whether a cron schedule comes on every day."""
    found = _CRON.fullmatch(literal(schedule) or "")
    return found is not None and all(field in _ANY for field in found.groups()[2:])


def _minutes(hours: str, minutes: str) -> int:
    return int(hours) * HOUR + int(minutes)


def _listed(field: str, limit: int) -> Iterator[int]:
    if re.fullmatch(r"\d{1,2}(,\d{1,2})*", field):
        yield from (value for value in map(int, field.split(",")) if value < limit)

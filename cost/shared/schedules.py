"""How often a schedule runs in a month: `rate(5 minutes)`, `cron(0 3 ? * MON-FRI *)`, `at(2026-12-24T18:00)`.

Days are counted over a year of 365: a month is a twelfth of it, 730 hours. Which years a cron
expression names is not looked at.
"""

from __future__ import annotations

import calendar
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.errors import PropertyRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from cost.context import Context

DAYS_OF_MONTHS = tuple(calendar.monthrange(2001, number)[1] for number in range(1, 13))
"""Of a year without a leap day."""
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
DAYS_OF_WEEK = 7
FOUR_WEEKS = 28
LAST_WEEK = 5
MINUTES_OF = {"minute": 1, "hour": 60, "day": 24 * 60}
EVERY = ("*", "?")
NEEDED = "rate(...), cron(...) with six fields, or at(...)"

RATE = re.compile(r"rate\(\s*([0-9]{1,9})\s+(minute|hour|day)s?\s*\)")
CRON = re.compile(r"cron\(([^()]*)\)")
AT = re.compile(r"at\([0-9T:-]+\)")
PART = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-9][0-9]{0,3}))?")
ONE_DAY = re.compile(r"L|LW|[0-9]{1,2}W|L-[0-9]{1,2}")
"""A day of the month that is told from its end, or by the weekday near it."""
ONE_WEEKDAY = re.compile(r"(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#(?P<week>[1-5]))")


class _Malformed(Exception):
    """What a schedule can't be."""


def runs_a_month(resource: Resource, path: str, context: Context) -> Decimal:
    """Runs of the schedule in a property; raises PropertyUnknown, or PropertyRefused for what is none."""
    expression = context.text(resource, path).strip()
    try:
        return _runs(expression)
    except _Malformed:
        raise PropertyRefused(resource.logical_id, path, repr(expression), NEEDED) from None


def _runs(expression: str) -> Decimal:
    if rate := RATE.fullmatch(expression):
        every = int(rate[1]) * MINUTES_OF[rate[2]]
        return month.HOURS * 60 / every if every else Decimal(1)
    if cron := CRON.fullmatch(expression):
        return _cron(cron[1].upper().split())
    if AT.fullmatch(expression):
        return Decimal(1)
    raise _Malformed


def _cron(fields: list[str]) -> Decimal:
    match fields:
        case [minutes, hours, day, months, weekday, _]:
            times = len(_values(minutes, 0, 59)) * len(_values(hours, 0, 23))
            chosen = [DAYS_OF_MONTHS[number - 1] for number in _values(months, 1, 12, MONTHS)]
            return times * _days(day, weekday, chosen) / 12
    raise _Malformed


def _days(day: str, weekday: str, months: list[int]) -> Decimal:
    """Days of a year, in months of these lengths."""
    if weekday not in EVERY:
        return sum((_weekdays(part, months) for part in weekday.split(",")), Decimal(0))
    if day not in EVERY:
        return Decimal(sum(_days_of_month(part, months) for part in day.split(",")))
    return Decimal(sum(months))


def _days_of_month(part: str, months: list[int]) -> int:
    if ONE_DAY.fullmatch(part):
        return len(months)
    days = _values(part, 1, 31)
    return sum(sum(day <= length for day in days) for length in months)


def _weekdays(part: str, months: list[int]) -> Decimal:
    if one := ONE_WEEKDAY.fullmatch(part):
        if one["week"] == str(LAST_WEEK):
            return Decimal(sum(length - FOUR_WEEKS for length in months)) / DAYS_OF_WEEK
        return Decimal(len(months))
    days = {7} if part == "L" else _values(part, 1, 7, WEEKDAYS)
    return Decimal(sum(months) * len(days)) / DAYS_OF_WEEK


def _values(field: str, low: int, high: int, names: Sequence[str] = ()) -> set[int]:
    """All numbers that a field names, from low to high."""
    found = {value for part in field.split(",") for value in _of_part(part, low, high, names)}
    if not found or min(found) < low or max(found) > high:
        raise _Malformed
    return found


def _of_part(part: str, low: int, high: int, names: Sequence[str]) -> Iterator[int]:
    if part == "?":
        part = "*"
    match = PART.fullmatch(part)
    if match is None:
        raise _Malformed
    step = int(match["step"] or 1)
    if match["first"] == "*":
        first, last = low, high
    else:
        first = _number(match["first"], names)
        last = _number(match["last"], names) if match["last"] else high if match["step"] else first
    if last < first:  # FRI-MON goes over the end
        yield from range(first, high + 1, step)
        first = low
    yield from range(first, min(last, high) + 1, step)
    if last > high:
        raise _Malformed


def _number(text: str, names: Sequence[str]) -> int:
    if text in names:
        return names.index(text) + 1
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise _Malformed
    return int(text)

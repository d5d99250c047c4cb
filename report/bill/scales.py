"""Axes on which every step is as many times as the last."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STRAIGHT = 0.1
"""Pixels off a straight line that nobody sees."""


@dataclass(frozen=True, slots=True)
class LogScale:
    """From `low` at `start` to `high` at `end`, in pixels."""

    low: Decimal
    high: Decimal
    start: float
    end: float

    def at(self, number: Decimal) -> float:
        """The place of a number above 0, in pixels."""
        share = (log10(number) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return self.start + share * (self.end - self.start)

    def powers(self) -> Iterator[Decimal]:
        """Every power of ten within."""
        power = Decimal(10) ** self.low.adjusted()
        while power <= self.high:
            if power >= self.low:
                yield power
            power *= 10


def power_below(number: Decimal) -> Decimal:
    """The largest power of ten that is not above a number."""
    return Decimal(10) ** number.adjusted()


def bends(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points of a line, from left to right, without those that lie straight between their neighbours."""
    kept: list[tuple[float, float]] = []
    for place, (x, y) in enumerate(points):
        if kept and place + 1 < len(points):
            (left, before), (right, after) = kept[-1], points[place + 1]
            if abs(before + (after - before) * (x - left) / (right - left) - y) < STRAIGHT:
                continue
        kept.append((x, y))
    return kept


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places moved as little as needed to be so far from each other, and within two ends if there is room."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [*places]
    last = low - least
    for index in order:
        moved[index] = last = max(places[index], last + least)
    last = high + least
    for index in reversed(order):
        moved[index] = last = min(moved[index], last - least)
    return moved

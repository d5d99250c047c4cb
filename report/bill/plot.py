"""The growth of a bill as a picture: requests and USD a month, both on logarithmic axes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import log10
from typing import TYPE_CHECKING

from cost.money import cents
from cost.sweeping.span import between, rounded
from report.bill.amounts import dollars, large
from report.bill.scales import LogScale, apart, bends, power_below
from report.bill.shares import called

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cost.sweeping import Sweep

PER_DECADE = 6
"""Points of a curve within a power of ten."""
CURVES = 4
"""Services that have a curve of their own: the largest at the right end."""
SHORT = ("", "k", "M", "bn", "tn")
"""Thousands, millions and more where there is no room for words."""
NEAR = Decimal("1.005")
LINE, LETTER, NUMBER, GAP = 15, 6.4, 10, 5
"""Height of a line of text, width of a letter and of a mark's number, and from a mark's line to its text."""
HEADROOM = Decimal("1.3")
"""How far the axis goes beyond the largest amount."""
LEAST_SHOWN = Decimal(1)
"""USD at which the axis begins, unless everything is below it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens at a number of requests."""

    requests: Decimal
    text: str
    kind: str
    """`flip`, `largest` or `budget`: how it is drawn."""

    @property
    def told(self) -> str:
        """What stands at it."""
        return f"{large(self.requests)}: {self.text}"

    def within(self, pixels: float) -> str:
        """The same, cut where there is not so much room: the list below tells it whole."""
        letters = int(pixels / LETTER)
        return self.told if len(self.told) <= letters else f"{self.told[: letters - 1]}…"


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve as points of pixels, with its label at the right end."""

    name: str
    points: str
    label_y: float
    series: int
    """Number of its colour; 0 is the total."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid, and what stands at it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A mark with its number and the place of its text."""

    number: int
    mark: Mark
    told: str
    x: float
    y: float
    """Of the total there."""
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a picture is, and whether its marks are told beside them or by number."""

    name: str
    width: int
    height: int
    left: int
    right: int
    tells: bool
    every: int
    """Of the points, every so many are drawn."""


WIDE = Shape("wide", 760, 430, 62, 168, tells=True, every=1)
NARROW = Shape("narrow", 360, 380, 52, 98, tells=False, every=2)


@dataclass(frozen=True, slots=True)
class Series:
    """USD a month over requests a month, point by point."""

    requests: tuple[Decimal, ...]
    total: tuple[Decimal, ...]
    services: Mapping[str, Sequence[Decimal]]

    @classmethod
    def of(cls, sweep: Sweep) -> Series:
        """Look at a sweep often enough for a smooth curve."""
        decades = log10(sweep.span.high / sweep.span.low)
        requests = sweep.span.points(round(decades * PER_DECADE) + 1)
        months = [sweep.system.month(each) for each in requests]
        services: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(months))
        for place, month in enumerate(months):
            for (charge, _), amount in zip(month.charges, month.amounts(sweep.mode), strict=True):
                services[charge.price.service][place] += amount
        return cls(requests, tuple(month.total(sweep.mode) for month in months), services)


@dataclass(frozen=True)
class Plot:
    """One picture of a sweep."""

    sweep: Sweep
    series: Series
    shape: Shape
    budget: Decimal | None
    marks: tuple[Mark, ...]

    @property
    def top(self) -> int:
        """Where the axes end: below what is told of the marks."""
        return 24 + (LINE * len(self.marks) if self.shape.tells else LINE)

    @property
    def bottom(self) -> int:
        """Where the axes begin."""
        return self.shape.height - 44

    @cached_property
    def x(self) -> LogScale:
        """Requests a month."""
        span = self.sweep.span
        return LogScale(span.low, span.high, self.shape.left, self.shape.width - self.shape.right)

    @cached_property
    def y(self) -> LogScale:
        """USD a month."""
        amounts = [amount for amount in self.series.total if amount > 0] or [LEAST_SHOWN]
        least, most = min(*amounts, LEAST_SHOWN), max(*amounts, self.budget or LEAST_SHOWN)
        return LogScale(power_below(least), most * HEADROOM, self.bottom, self.top)

    @property
    def x_ticks(self) -> list[Tick]:
        """Powers of ten of requests."""
        return [Tick(self.x.at(power), self._requests(power)) for power in self.x.powers()]

    @property
    def y_ticks(self) -> list[Tick]:
        """Powers of ten of USD."""
        return [Tick(self.y.at(power), f"${count_of(power)}") for power in self.y.powers()]

    def _requests(self, power: Decimal) -> str:
        if self.shape.tells:
            return large(power)
        thousands = min(power.adjusted() // 3, len(SHORT) - 1)
        return f"{power / 1000**thousands:,f}{SHORT[thousands]}"

    @property
    def now(self) -> tuple[float, float, str]:
        """Where the system stands: x, y, and what it costs."""
        requests = self.sweep.system.load.requests
        usd = self.sweep.system.month(requests).total(self.sweep.mode)
        return self.x.at(requests), self._y(usd), f"now ${cents(usd)}"

    @property
    def now_label(self) -> tuple[str, float]:
        """Where that is told, off the rising curve: before the point and above it, or behind and below."""
        x, y, told = self.now
        return ("end", y - 12) if x - len(told) * LETTER > self.x.start else ("start", y + 20)

    @property
    def budget_y(self) -> float | None:
        """Where the budget's line runs."""
        return None if self.budget is None else self.y.at(self.budget)

    def _y(self, usd: Decimal) -> float:
        return self.y.at(max(usd, self.y.low))

    @cached_property
    def curves(self) -> list[Curve]:
        """The total, and the services that cost most at the right end; labels keep apart."""
        services = self.series.services
        names = sorted(services, key=lambda name: -services[name][-1])[:CURVES]
        series = {"total": self.series.total, **{name: services[name] for name in names}}
        shown = {name: amounts for name, amounts in series.items() if amounts[-1] > self.y.low}
        ends = apart([self._y(amounts[-1]) for amounts in shown.values()], LINE, self.top - 6, self.bottom)
        return [
            Curve(called(name), self._points(amounts), y, number)
            for number, ((name, amounts), y) in enumerate(zip(shown.items(), ends, strict=True))
        ]

    def _points(self, amounts: Sequence[Decimal]) -> str:
        """A narrow picture has every second point: there is no room to see the others."""
        pairs = [*zip(self.series.requests, amounts, strict=True)][:: self.shape.every]
        above = [(self.x.at(requests), self.y.at(usd)) for requests, usd in pairs if usd >= self.y.low]
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in bends(above))

    @cached_property
    def placed(self) -> list[PlacedMark]:
        """Marks from left to right, each told on a line of its own, so that no line to one cuts a text."""
        at = [self.x.at(mark.requests) for mark in self.marks]
        rooms = [(self.shape.width - x - GAP, x - GAP) for x in at]
        fits = [
            right >= left or mark.within(right) == mark.told
            for (right, left), mark in zip(rooms, self.marks, strict=True)
        ]
        to_the_left = [place for place, is_fit in enumerate(fits) if not is_fit]
        to_the_right = [place for place, is_fit in enumerate(fits) if is_fit]
        rows = {place: row for row, place in enumerate([*to_the_right, *reversed(to_the_left)], start=1)}
        numbers = apart(at, NUMBER, self.x.start, self.x.end)
        return [
            PlacedMark(
                number=place + 1,
                mark=mark,
                told=mark.within(rooms[place][0 if fits[place] else 1]),
                x=at[place],
                y=self._usd_at(mark.requests),
                text_x=at[place] + (GAP if fits[place] else -GAP) if self.shape.tells else numbers[place],
                text_y=LINE * rows[place] if self.shape.tells else self.top - 10,
                anchor=("start" if fits[place] else "end") if self.shape.tells else "middle",
            )
            for place, mark in enumerate(self.marks)
        ]

    def _usd_at(self, requests: Decimal) -> float:
        """The height of the total."""
        return self._y(self.sweep.system.month(requests).total(self.sweep.mode))


def count_of(power: Decimal) -> str:
    """`1,000`, or `0.01` for what is less than one."""
    return f"{power:,.0f}" if power >= 1 else f"{power:f}"


def marks_of(sweep: Sweep, budget: Decimal | None) -> tuple[Mark, ...]:
    """Where a choice flips, another line becomes the largest, or the budget is passed; from left to right."""
    found = [*_flips(sweep), *_largest(sweep), *_passes(sweep, budget)]
    return tuple(sorted(found, key=lambda mark: mark.requests))


def _flips(sweep: Sweep) -> Iterator[Mark]:
    for choice in sweep.choices:
        for flip in choice.flips:
            names = {choice.variant.name, choice.variant.instead_of}
            cheaper = choice.name_of(flip.above or flip.below)
            other = ", ".join(names - {cheaper})
            told = f"{cheaper} {'becomes' if flip.above else 'stops being'} cheaper than {other}"
            yield Mark(flip.requests, told, "flip")


def _largest(sweep: Sweep) -> Iterator[Mark]:
    for requests, name in sweep.largest[1:]:
        yield Mark(requests, f"{name} is the largest", "largest")


def _passes(sweep: Sweep, budget: Decimal | None) -> Iterator[Mark]:
    """Where the total passes the budget, to the nearest 1 %."""
    if budget is None:
        return
    low, high = sweep.span.low, sweep.span.high

    def is_over(requests: Decimal) -> bool:
        return sweep.system.month(requests).total(sweep.mode) > budget

    if is_over(low) or not is_over(high):
        return
    while high / low > NEAR and (middle := between(low, high)) is not None:
        low, high = (low, middle) if is_over(middle) else (middle, high)
    yield Mark(rounded(high), f"the bill passes the budget of {dollars(budget)}", "budget")

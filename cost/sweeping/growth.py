"""Every line of a bill over a range of requests, and which of them is the largest where."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from cost.lines import FreeTier, total
from cost.rows import rows
from cost.sweeping.choices import NEAR, alternatives, choose
from cost.sweeping.span import between, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cost.formulas import Month
    from cost.lines import Line
    from cost.sweeping.choices import Choice
    from cost.sweeping.load import System
    from cost.sweeping.span import Span

Key = tuple[str, str, str]
"""A line by its resource, its component and its price."""


@dataclass(frozen=True, slots=True)
class Growth:
    """One component of a resource, or of several that are alike, at every point of a sweep."""

    stack: str
    name: str
    """The resource's logical id, or how many of which type."""
    component: str
    amounts: tuple[Decimal, ...]
    """USD a month, point by point."""

    @property
    def called(self) -> str:
        """What to call it in a sentence."""
        return f"{self.name} {self.component}"


@dataclass(frozen=True)
class Sweep:
    """A system's bill at several numbers of requests."""

    system: System
    span: Span
    points: tuple[Decimal, ...]
    mode: FreeTier
    choices: tuple[Choice, ...]

    @property
    def months(self) -> list[Month]:
        """The bill at each point."""
        return [self.system.month(requests) for requests in self.points]

    def totals(self, mode: FreeTier) -> list[Decimal]:
        """USD a month at each point, unrounded."""
        return [month.total(mode) for month in self.months]

    @cached_property
    def growths(self) -> tuple[Growth, ...]:
        """Every component's amounts; a line that is not there at a point costs nothing there."""
        amounts = [_amounts(month, self.mode) for month in self.months]
        return tuple(
            Growth(
                stack,
                name,
                component,
                tuple(total(at.get(key, Decimal(0)) for key in keys) for at in amounts),
            )
            for stack, name, component, keys in _components(self.months)
        )

    @cached_property
    def largest(self) -> tuple[tuple[Decimal, str], ...]:
        """Which line is the largest from how many requests on, the first from the low end of the range."""
        found = [(self.span.low, self._largest_at(self.span.low))]
        for low, high in pairwise(sorted({*self.span.points(), *self.points})):
            found.extend(self._changes(low, high))
        return tuple(found)

    def _changes(self, low: Decimal, high: Decimal) -> Iterator[tuple[Decimal, str]]:
        """Where another line becomes the largest between two points, to the nearest 1 %."""
        last = self._largest_at(high)
        if self._largest_at(low) == last:
            return
        middle = between(low, high)
        if high / low <= NEAR or middle is None:
            yield rounded(high), last
        else:
            yield from self._changes(low, middle)
            yield from self._changes(middle, high)

    def _largest_at(self, requests: Decimal) -> str:
        amounts = _amounts(self.system.month(requests), self.mode)
        resource, component, _ = max(amounts, key=lambda key: amounts[key], default=("", "nothing", ""))
        return f"{resource.partition('.')[2]} {component}".strip()


def sweep(system: System, span: Span, mode: FreeTier = FreeTier.NONE, count: int | None = None) -> Sweep:
    """Price a system at many numbers of requests; raises CostError.

    Args:
        system: What to price.
        span: From how few to how many requests.
        mode: Whose amounts are compared.
        count: At how many points; left out, at each power of ten and both ends.

    """
    [found] = sweeps(system, span, [mode], count)
    return found


def sweeps(
    system: System, span: Span, modes: Iterable[FreeTier], count: int | None = None
) -> tuple[Sweep, ...]:
    """The same under several free-tier modes, each month priced once; raises CostError."""
    beside, points = alternatives(system), span.points(count)
    return tuple(Sweep(system, span, points, mode, choose(system, span, mode, beside)) for mode in modes)


def _key(line: Line) -> Key:
    return str(line.resource), line.component, line.price.name


def _amounts(month: Month, mode: FreeTier) -> dict[Key, Decimal]:
    amounts: dict[Key, Decimal] = {}
    for (charge, _), amount in zip(month.charges, month.amounts(mode), strict=True):
        key = str(charge.resource), charge.component, charge.price.name
        amounts[key] = amounts.get(key, Decimal(0)) + amount
    return amounts


def _components(months: Sequence[Month]) -> Iterator[tuple[str, str, str, list[Key]]]:
    """Stack, name, component and lines of each row of the bill at its fullest."""
    fullest = max(months, key=lambda month: len(month.lines))
    stacks = dict.fromkeys(line.resource.template.name for line in fullest.lines)
    for stack in stacks:
        for row in rows([line for line in fullest.lines if line.resource.template.name == stack]):
            yield stack, row.name, row.component, [_key(line) for line in row.lines]

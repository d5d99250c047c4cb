"""The sheet on which formulas stand: figures, then steps of which each is written once."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import product
from typing import TYPE_CHECKING

from cost.formulas.cases import Cases, Guard
from cost.formulas.errors import NotExpressible, OutOfRange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Operand = int | Decimal
"""A step by its number, figures first, or a constant."""
ZERO, ONE = Decimal(0), Decimal(1)
PLACES = 28
"""Digits that a decimal keeps after each operation; a figure has no more."""


def ceiling(number: Decimal, _: Decimal) -> Decimal:
    """The next whole number."""
    return number.to_integral_value(ROUND_CEILING)


OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "ceiling": ceiling,
}
NEUTRAL: dict[str, tuple[Decimal | None, Decimal | None]] = {
    "+": (ZERO, ZERO),
    "-": (None, ZERO),
    "*": (ONE, ONE),
    "/": (None, ONE),
    "ceiling": (None, None),
}
"""What may stand on the left, or on the right, and changes nothing."""


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where a figure may go, both ends included."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on figures, constants, and steps before it."""

    operation: str
    left: Operand
    right: Operand


class Sheet:
    """Figures with their ranges, and the steps that are written while pricings run."""

    def __init__(self, figures: Mapping[str, Range]) -> None:
        self.figures = dict(figures)
        self.steps: list[Step] = []
        self.ranges: list[Range] = [*self.figures.values()]
        """Where the value of each figure and each step lies."""
        self.cases = Cases()
        self._about: list[frozenset[str]] = [frozenset({name}) for name in self.figures]
        self._known: dict[Step, int] = {}

    def place(self, name: str) -> int:
        """The number of a figure."""
        return [*self.figures].index(name)

    def names(self, operand: Operand) -> frozenset[str]:
        """The figures that a value hangs on."""
        return self._about[operand] if isinstance(operand, int) else frozenset()

    def range(self, operand: Operand) -> Range:
        """Where a value lies."""
        return self.ranges[operand] if isinstance(operand, int) else Range(operand, operand)

    def write(self, operation: str, left: Operand, right: Operand = ZERO) -> Operand:
        """The number of a step, written if it isn't there yet; a constant where it hangs on nothing."""
        on_left, on_right = NEUTRAL[operation]
        if on_left is not None and left == on_left and not isinstance(left, int):
            return right
        if on_right is not None and right == on_right and not isinstance(right, int):
            return left
        step = Step(operation, left, right)
        if step not in self._known:
            self._known[step] = len(self.ranges)
            self.ranges.append(self._range(step))
            self.steps.append(step)
            self._about.append(self.names(left) | self.names(right))
        number = self._known[step]
        found = self.ranges[number]
        return found.low if found.low == found.high else number

    def _range(self, step: Step) -> Range:
        left, right = self.range(step.left), self.range(step.right)
        if step.operation == "/" and right.low <= 0 <= right.high:
            about = self.names(step.left) | self.names(step.right)
            raise NotExpressible("something is divided by what may be nothing", about)
        ends = [
            OPERATIONS[step.operation](*each)
            for each in product((left.low, left.high), (right.low, right.high))
        ]
        return Range(min(ends), max(ends))

    def decide(self, relation: str, left: Operand, right: Operand) -> bool:
        """Whether a relation holds: by the ranges where they tell, else in the case that is looked at."""
        one, other = self.range(left), self.range(right)
        if relation == "<" and (one.high < other.low or one.low >= other.high):
            return one.high < other.low
        if relation == "<=" and (one.high <= other.low or one.low > other.high):
            return one.high <= other.low
        if relation == "=" and (one.high < other.low or other.high < one.low):
            return False
        if left == right and isinstance(left, int) and isinstance(right, int):
            return relation != "<"
        return self.cases.decide(Guard(relation, left, right))

    def values(self, figures: Mapping[str, Decimal]) -> list[Decimal]:
        """The value of every figure and every step; raises OutOfRange."""
        found = [self._figure(name, figures[name]) for name in self.figures]
        for step in self.steps:
            left, right = value(step.left, found), value(step.right, found)
            found.append(OPERATIONS[step.operation](left, right))
        return found

    def _figure(self, name: str, number: Decimal) -> Decimal:
        allowed = self.figures[name]
        if not allowed.low <= number <= allowed.high or len(number.as_tuple().digits) > PLACES:
            raise OutOfRange(name, number, allowed.low, allowed.high)
        return number


def value(operand: Operand, values: Sequence[Decimal]) -> Decimal:
    """A constant, or the value of a figure or a step."""
    return values[operand] if isinstance(operand, int) else operand

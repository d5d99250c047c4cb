"""What can't be written as a formula, and numbers that no formula was written for.

CostError
├── NotExpressible    a pricing does something to a figure that no step of a sheet can do again
└── OutOfRange        a figure is outside the range for which the formulas hold
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import CostError
from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal


class NotExpressible(CostError):
    """A pricing does something to a figure that no step of a sheet can do again."""

    def __init__(self, what: str, figures: Iterable[str] = ()) -> None:
        self.what, self.figures = what, tuple(sorted(figures))
        about = ", ".join(self.figures) or "a figure"
        super().__init__(f"no formula of {about} can be told: {what}; price it with `miyabi cost` instead")


class OutOfRange(CostError):
    """A figure is outside the range for which the formulas hold."""

    def __init__(self, figure: str, value: Decimal, low: Decimal, high: Decimal) -> None:
        self.figure, self.value, self.low, self.high = figure, value, low, high
        super().__init__(
            f"{figure} is {plain(value)}, and the formulas hold from {plain(low)} to {plain(high)}; "
            "choose a number between, or price it with `miyabi cost`"
        )

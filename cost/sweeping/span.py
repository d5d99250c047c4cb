"""From how few to how many requests a month a sweep goes, and where on the way it stops to look."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from cost.errors import SweepRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = Decimal("1e15")
FEWEST_POINTS, MOST_POINTS = 2, 1000
LOOKS = 2
"""How often a choice is looked at within a power of ten: one that flips and flips back between is missed."""


@dataclass(frozen=True, slots=True)
class Span:
    """Requests a month, both ends included."""

    low: Decimal
    high: Decimal

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read `1e5..1e9` or `100_000..1_000_000`; raises SweepRefused."""
        first, dots, last = text.partition("..")
        low, high = _number(first), _number(last)
        if not dots or low is None or high is None:
            raise SweepRefused(f"requests {text!r}", "this is no range", "write one such as 1e5..1e9")
        if not 1 <= low < high <= MOST:
            raise SweepRefused(
                f"requests {text!r}",
                "this is no range that grows",
                f"write two numbers from 1 to {written(MOST)}, the smaller one first",
            )
        return cls(low, high)

    def points(self, count: int | None = None) -> tuple[Decimal, ...]:
        """So many points, evenly on a log scale; left out, every power of ten within, and both ends."""
        if count is None:
            return tuple(sorted({self.low, *self._powers_of_ten(), self.high}))
        if not FEWEST_POINTS <= count <= MOST_POINTS:
            raise SweepRefused("points", f"found {count}", f"ask for {FEWEST_POINTS} to {MOST_POINTS}")
        steps, ratio = Decimal(count - 1), self.high / self.low
        inner = {(self.low * ratio ** (step / steps)).to_integral_value() for step in range(1, count - 1)}
        return tuple(sorted({self.low, *inner, self.high}))

    def looks(self) -> tuple[Decimal, ...]:
        """Points as near to each other as is needed to miss nothing that happens between them."""
        decades = (self.high / self.low).log10()
        return self.points(int(decades * LOOKS) + FEWEST_POINTS)

    def _powers_of_ten(self) -> Iterator[Decimal]:
        power = Decimal(1)
        while power <= self.high:
            if power >= self.low:
                yield power
            power *= 10


def between(low: Decimal, high: Decimal) -> Decimal | None:
    """The middle on a log scale, a whole number; None where there is none between."""
    middle = (low * high).sqrt().to_integral_value()
    return middle if low < middle < high else None


def rounded(requests: Decimal) -> Decimal:
    """A number to the three digits to which a place on the way is told."""
    return Decimal(f"{requests:.2e}")


def written(requests: Decimal) -> str:
    """`1e6` or `3.16e6`: as it may be given to a sweep."""
    digits = f"{requests:.2e}".replace("e+", "e")
    mantissa, _, exponent = digits.partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number.to_integral_value() if number.is_finite() else None

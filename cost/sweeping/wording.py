"""A sweep in sentences."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from cost.money import CENT, cents
from cost.rows import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cost.sweeping.choices import Choice, Flip
    from cost.sweeping.growth import Sweep


def largest(sweep: Sweep) -> Iterator[str]:
    """Which line is the largest from where to where."""
    for (start, name), following in zip_longest(sweep.largest, sweep.largest[1:]):
        first = start == sweep.span.low
        if following is None:
            yield f"{name}, throughout" if first else f"{name}, from {count(start)} requests a month on"
        else:
            place = (
                f"up to {count(following[0])}" if first else f"from {count(start)} to {count(following[0])}"
            )
            yield f"{name}, {place} requests a month"


def outcome(choice: Choice) -> str:
    """Where the cheaper one changes, or that it never does."""
    if choice.not_priced:
        return f"not priced: {'; '.join(choice.not_priced)}"
    if choice.flips:
        return "; ".join(_flip(choice, flip) for flip in choice.flips)
    if choice.cheaper is None:
        return "never: both cost the same throughout"
    return f"never: {choice.cheaper} is cheaper throughout, by {_margin(choice.nearest, choice.farthest)}"


def _margin(near: Decimal, far: Decimal) -> str:
    """From how much to how much; what rounds to nothing is not told as $0.00."""
    if far < CENT / 2:
        return "less than a cent"
    if near < CENT / 2:
        return f"up to ${cents(far)}"
    return f"${cents(far)}" if cents(near) == cents(far) else f"${cents(near)} to ${cents(far)}"


def _flip(choice: Choice, flip: Flip) -> str:
    where = f"{'at' if flip.is_verified else 'near'} {count(flip.requests)}"
    if not flip.above:
        return f"{where} {choice.name_of(flip.below)} stops being cheaper"
    return f"{where} {choice.name_of(flip.above)} becomes cheaper"

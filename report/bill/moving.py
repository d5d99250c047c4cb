"""What moving an assumption does to a bill: halved, and doubled, as a table that needs no program."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.money import plain
from report.bill.amounts import ByMode, by_mode, signed

if TYPE_CHECKING:
    from cost.formulas import Month
    from cost.what_if import Assumption, WhatIf

HALF, TWICE = Decimal("0.5"), Decimal(2)
MOST_TIMES = 1000
"""A slider goes from this part of what is now to this many times of it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One assumption, and by how much the bill differs with half and twice of it; None beyond its range."""

    assumption: Assumption
    now: str
    halved: ByMode | None
    doubled: ByMode | None
    slider_low: str
    slider_high: str


def moved(what_if: WhatIf) -> tuple[Moved, ...]:
    """Every assumption that is offered, moved alone."""
    whole = what_if.month()
    return tuple(_moved(what_if, each, whole) for each in what_if.offered)


def _moved(what_if: WhatIf, assumption: Assumption, whole: Month) -> Moved:
    now, allowed = what_if.now[assumption.name], assumption.range
    slider_low = max(allowed.low, now / MOST_TIMES)
    slider_high = min(allowed.high, now * MOST_TIMES if now else allowed.high)
    return Moved(
        assumption=assumption,
        now=f"{now:,f}",
        halved=_difference(what_if, assumption, now * HALF, whole),
        doubled=_difference(what_if, assumption, now * TWICE, whole),
        slider_low=plain(slider_low),
        slider_high=plain(slider_high),
    )


def _difference(what_if: WhatIf, assumption: Assumption, figure: Decimal, whole: Month) -> ByMode | None:
    if not assumption.range.low <= figure <= assumption.range.high or not figure:
        return None
    then = what_if.month(**{assumption.name: figure})
    return by_mode(lambda mode: signed(then.total(mode) - whole.total(mode)))

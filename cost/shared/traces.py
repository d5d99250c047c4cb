"""Traces that X-Ray records of calls, by its default sampling rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost import month
from cost.assumptions import TRACED_SHARE, TRACES_PER_SECOND
from cost.lines import Charge

if TYPE_CHECKING:
    from decimal import Decimal

PRICE = "AWSXRay/traces_recorded"


def traces(requests: Decimal) -> Charge:
    """What is recorded of so many calls in a month, spread evenly over it."""
    first = min(requests, TRACES_PER_SECOND * month.SECONDS)
    return Charge(
        "traces",
        first + (requests - first) * TRACED_SHARE,
        PRICE,
        "X-Ray's default rule: the first request of each second and 5 % of the others; requests come evenly, "
        "so this is the most that is traced",
    )

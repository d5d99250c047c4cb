"""Dividing charges over tiers and free allowances.

AWS counts an account's units of one kind together, whatever resource used them: tiers and
allowances are therefore filled in the order of the lines, and an allowance that covers two
prices (Lambda's, for x86 and arm64) goes to the first that it names.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from cost.free_tier import fits
from cost.pricebook import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from cost.free_tier import Allowance
    from cost.pricebook import Price


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Units of one resource at one price."""

    resource: Resource
    quantity: Decimal
    price: Price


@dataclass(frozen=True, slots=True)
class Grant:
    """Units of one charge that an allowance makes free."""

    allowance: Allowance
    index: int
    """Which of the charges it is."""
    quantity: Decimal


def settle(charges: Sequence[Unsettled], allowances: Sequence[Allowance] = ()) -> list[tuple[Part, ...]]:
    """Return the parts of each charge: what is free first, then tier by tier."""
    used: defaultdict[str, Decimal] = defaultdict(Decimal)
    settled = []
    for charge, free in zip(charges, _free(charges, allowances), strict=True):
        billable, pool = charge.quantity - free, charge.price.pool
        gift = (Part(free, Decimal(0)),) if free else ()
        settled.append((*gift, *charge.price.parts(billable, after=used[pool])))
        used[pool] += billable
    return settled


def grants(charges: Sequence[Unsettled], allowances: Sequence[Allowance]) -> Iterator[Grant]:
    """Hand out the allowances, in the order in which they are used up."""
    free = [Decimal(0)] * len(charges)
    names = [charge.price.name for charge in charges]
    different = frozenset(names)
    for allowance in allowances:
        left = allowance.quantity
        for pattern in allowance.covers:
            if not _fits_any(pattern, different):
                continue
            for index, charge in enumerate(charges):
                if left and allowance.is_for(charge.resource, names[index], pattern):
                    taken = min(left, charge.quantity - free[index])
                    free[index] += taken
                    left -= taken
                    yield Grant(allowance, index, taken)


def _free(charges: Sequence[Unsettled], allowances: Sequence[Allowance]) -> list[Decimal]:
    free = [Decimal(0)] * len(charges)
    for grant in grants(charges, allowances):
        free[grant.index] += grant.quantity
    return free


@lru_cache(maxsize=4096)
def _fits_any(pattern: str, prices: frozenset[str]) -> bool:
    """Whether a pattern means any of these prices; most estimates of a program are of the same ones."""
    return any(fits(price, pattern) for price in prices)

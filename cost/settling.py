"""Dividing charges over tiers and free allowances.

AWS counts an account's units of one kind together, whatever resource used them: tiers and
allowances are therefore filled in the order of the lines, and an allowance that covers two
prices (Lambda's, for x86 and arm64) goes to the first that it names.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.pricebook import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cost.lines import Charge
    from cost.pricebook import Allowance


def settle(charges: Sequence[Charge], allowances: Sequence[Allowance] = ()) -> list[tuple[Part, ...]]:
    """Return the parts of each charge: what is free first, then tier by tier."""
    used: defaultdict[str, Decimal] = defaultdict(Decimal)
    settled = []
    for charge, free in zip(charges, _free(charges, allowances), strict=True):
        billable, name = charge.quantity - free, charge.price.name
        gift = (Part(free, Decimal(0)),) if free else ()
        settled.append((*gift, *charge.price.parts(billable, after=used[name])))
        used[name] += billable
    return settled


def _free(charges: Sequence[Charge], allowances: Sequence[Allowance]) -> list[Decimal]:
    free = [Decimal(0)] * len(charges)
    for allowance in allowances:
        left = allowance.quantity
        for name in allowance.covers:
            for index, charge in enumerate(charges):
                if charge.price.name == name:
                    taken = min(left, charge.quantity - free[index])
                    free[index] += taken
                    left -= taken
    return free

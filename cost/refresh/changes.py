"""What a refresh would do to a book, price by price."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cost.pricebook import Price, Tier

LARGEST = Decimal(2)
"""A price that would cost more than this many times as much, or as little, is likelier a mistake."""
TENTH = Decimal("0.1")


class Kind(StrEnum):
    """What became of a price."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"
    JUMP = "jump"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one price that was looked for."""

    kind: Kind
    name: str
    unit: str
    old: tuple[Tier, ...] = ()
    new: tuple[Tier, ...] = ()
    reason: str = ""
    family: str = ""
    """Name of the family whose member it is."""

    @property
    def percent(self) -> Decimal | None:
        """How much dearer it became, at the quantity where that is most; None where nothing is compared."""
        if not self.old or not self.new:
            return None
        return ((widest(self.old, self.new) - 1) * 100).quantize(TENTH, ROUND_HALF_UP)


def compared(name: str, unit: str, old: Price | None, new: tuple[Tier, ...], family: str = "") -> Change:
    """Say what a price that AWS lists is to the one in the book."""
    if old is None:
        return Change(Kind.NEW, name, unit, new=new, family=family)
    if old.tiers == new:
        return Change(Kind.UNCHANGED, name, unit, old.tiers, new, family=family)
    ratio = widest(old.tiers, new)
    if not 1 / LARGEST <= ratio <= LARGEST:
        reason = "more than twice as much" if ratio > 1 else "less than half as much"
        return Change(Kind.JUMP, name, unit, old.tiers, new, reason, family)
    return Change(Kind.CHANGED, name, unit, old.tiers, new, family=family)


def refused(change: Change, reason: str) -> Change:
    """The same, left as it was after all."""
    return replace(change, kind=Kind.REFUSED, reason=reason)


def widest(old: Sequence[Tier], new: Sequence[Tier]) -> Decimal:
    """How many times as much a month would cost, at the bound of a tier where that is furthest from 1."""
    bounds = sorted({tier.up_to for tier in (*old, *new) if tier.up_to is not None})
    quantities = [*bounds, bounds[-1] * 100 if bounds else Decimal(1)]
    ratios = [
        amount(new, quantity) / amount(old, quantity)
        for quantity in quantities
        if amount(old, quantity) and amount(new, quantity)
    ]
    return max(ratios, key=lambda ratio: max(ratio, 1 / ratio), default=Decimal(1))


def amount(tiers: Iterable[Tier], quantity: Decimal) -> Decimal:
    """What so many units of a month cost, in USD."""
    total, start = Decimal(0), Decimal(0)
    for tier in tiers:
        end = quantity if tier.up_to is None else min(quantity, tier.up_to)
        total += max(end - start, Decimal(0)) * tier.usd
        start = max(start, end)
    return total


def written(tiers: Iterable[Tier]) -> list[dict[str, str | None]]:
    """Tiers in the form that books have: bounds and rates as plain decimal strings."""
    return [
        {"up_to": None if tier.up_to is None else plain(tier.up_to), "usd": plain(tier.usd)} for tier in tiers
    ]


def document(region: str, changes: Iterable[Change], not_looked_for: Iterable[str]) -> dict[str, Any]:
    """Write the changes to a book as JSON; docs/cost.md has the keys."""
    changes = list(changes)
    counts = Counter(change.kind for change in changes)
    return {
        "region": region,
        "counts": {kind.value: counts[kind] for kind in Kind},
        "changes": [_entry(change) for change in changes if change.kind != Kind.UNCHANGED],
        "not_looked_for": sorted(not_looked_for),
    }


def _entry(change: Change) -> dict[str, Any]:
    percent = change.percent
    return {
        "kind": change.kind.value,
        "name": change.name,
        "unit": change.unit,
        "old": written(change.old),
        "new": written(change.new),
        "percent": None if percent is None else plain(percent),
        "reason": change.reason,
    }

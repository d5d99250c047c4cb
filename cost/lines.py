"""What a pricing yields, and the lines of an estimate that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cfn.template import Resource
    from cost.pricebook import Part, Price


class FreeTier(StrEnum):
    """Which of AWS's free allowances are taken off."""

    NONE = "none"
    """List price: none."""
    ALWAYS = "always"
    """Those that every account keeps for ever."""
    LEGACY = "legacy-12-month"
    """These, and those of the first twelve months of an account made before 2025-07-15."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Some units at a price, for one component of a resource; no units make no line."""

    component: str
    quantity: Decimal
    price: str | Price
    """The price's name, such as `AWSLambda/requests`, or a price from elsewhere than this region's book."""
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader of a bill should know about a resource, and that adds nothing to it."""

    text: str


@dataclass(frozen=True, slots=True)
class NotPriced:
    """Something of a resource that costs, or may cost, and has no pricing here."""

    reason: str


Item = Charge | Note | NotPriced


@dataclass(frozen=True, slots=True)
class Line:
    """One charge of one resource, divided over tiers and free allowances for each free-tier mode."""

    resource: Resource
    component: str
    quantity: Decimal
    price: Price
    assumption: str
    parts: Mapping[FreeTier, tuple[Part, ...]]

    def amount(self, mode: FreeTier = FreeTier.NONE) -> Decimal:
        """USD a month, unrounded."""
        return total(part.amount for part in self.parts[mode])

    @property
    def unit_price(self) -> Decimal:
        """USD for one unit at list price; where several tiers apply, their average."""
        rates = {part.usd for part in self.parts[FreeTier.NONE]}
        return rates.pop() if len(rates) == 1 else self.amount() / self.quantity


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts; none make 0."""
    return sum(amounts, Decimal(0))

"""The rows of a bill: resources that are alike on one row, quantities and rates in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from cost.lines import FreeTier, total
from cost.money import CENT, cents, plain
from cost.pricebook import Part
from cost.units import MEASURED, called

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cost.lines import Line
    from cost.pricebook import Price

PER_MILLION = Decimal("0.0001")
"""Rates below this are told for a million units, where units are counted and not measured."""


@dataclass(frozen=True, slots=True)
class Row:
    """One component of a resource, or of several of one stack whose lines are all alike."""

    lines: tuple[Line, ...]
    is_first: bool
    """Whether it is the first of its resource's rows."""

    @property
    def name(self) -> str:
        """The resource's logical id, or how many of which type."""
        if len(self.lines) == 1:
            return self.lines[0].resource.logical_id
        return f"{len(self.lines)} x {self.lines[0].resource.type.rsplit('::', 1)[1]}"

    @property
    def component(self) -> str:
        """What of the resource is charged."""
        return self.lines[0].component

    @property
    def price(self) -> Price:
        """The price of all its lines."""
        return self.lines[0].price

    @property
    def quantity(self) -> Decimal:
        """Units of all its lines."""
        return total(line.quantity for line in self.lines)

    @property
    def unit(self) -> str:
        """The unit in words, in the plural unless there is exactly one."""
        return called(self.price.unit, self.quantity)

    @property
    def tiers(self) -> list[Part]:
        """How many units at which rate, at list price."""
        parts = [part for line in self.lines for part in line.parts[FreeTier.NONE]]
        rates = dict.fromkeys(part.usd for part in parts)
        return [Part(total(part.quantity for part in parts if part.usd == usd), usd) for usd in rates]

    def amount(self, mode: FreeTier) -> Decimal:
        """USD a month, unrounded."""
        return total(line.amount(mode) for line in self.lines)


def rows(lines: Sequence[Line]) -> Iterator[Row]:
    """The rows of one stack's lines, resources that cost the same in every component put together."""
    alike: dict[tuple[object, ...], list[list[Line]]] = {}
    for resource, of_one in groupby(lines, key=lambda line: line.resource):
        own = list(of_one)
        charges = [(line.component, line.price.name, line.quantity) for line in own]
        alike.setdefault((resource.type, *charges), []).append(own)
    for resources in alike.values():
        for number, component in enumerate(zip(*resources, strict=True)):
            yield Row(component, is_first=number == 0)


def count(quantity: Decimal) -> str:
    """Write a quantity for a person: whole, or with two places or digits that matter."""
    if quantity == quantity.to_integral_value():
        return f"{quantity:,.0f}"
    return f"{quantity:,.2f}" if quantity >= 1 else plain(Decimal(f"{quantity:.2g}"))


def rate(tier: Part, price: Price) -> str:
    """Write what one unit costs, or a million where one costs next to nothing."""
    if not tier.usd:
        return "free"
    if tier.usd < PER_MILLION and price.unit not in MEASURED:
        return f"{dollars(tier.usd * 1_000_000)} a million"
    return dollars(tier.usd)


def dollars(usd: Decimal) -> str:
    """Write a price unrounded, in whole cents at least: `$0.50`, `$0.0000166667`."""
    return f"${plain(usd) if usd != usd.quantize(CENT) else cents(usd)}"

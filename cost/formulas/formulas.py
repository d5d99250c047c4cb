"""Formulas of a bill, and the months that come of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from cost.formulas.cases import Case
from cost.formulas.sheet import value
from cost.free_tier import allowances, fits
from cost.lines import FreeTier, Line, total
from cost.settling import Unsettled, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from cfn.template import Resource
    from cost.formulas.cases import Leaf
    from cost.formulas.sheet import Operand, Sheet
    from cost.free_tier import Allowance
    from cost.pricebook import Part, Price

    Charges = tuple["Quantity", ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A charge whose units are a step of a sheet, or a constant."""

    resource: Resource
    component: str
    units: Operand
    price: Price
    assumption: str


@dataclass(frozen=True)
class Formulas:
    """Every charge of a deployment in every case."""

    sheet: Sheet
    root: Case[tuple[Case[Charges] | Charges, ...]] | tuple[Case[Charges] | Charges, ...]

    def month(self, figures: Mapping[str, Decimal]) -> Month:
        """The bill for these figures; raises OutOfRange."""
        values = self.sheet.values(figures)
        charges = [
            (charge, units)
            for tree in chosen(self.root, values)
            for charge in chosen(tree, values)
            if (units := value(charge.units, values))
        ]
        return Month(tuple(charges))


def chosen(tree: Case[Leaf] | Leaf, values: Sequence[Decimal]) -> Leaf:
    """What of a tree is so for these values."""
    while isinstance(tree, Case):
        guard = tree.guard
        holds = guard.holds(value(guard.left, values), value(guard.right, values))
        tree = tree.then if holds else tree.otherwise
    return tree


@dataclass(frozen=True)
class Month:
    """The lines of a bill, divided over tiers and free allowances when somebody asks."""

    charges: tuple[tuple[Quantity, Decimal], ...]
    _parts: dict[FreeTier, list[tuple[Part, ...]]] = field(default_factory=dict, repr=False)

    def parts(self, mode: FreeTier) -> list[tuple[Part, ...]]:
        """The parts of each line under a free-tier mode."""
        if mode not in self._parts:
            unsettled = [Unsettled(charge.resource, units, charge.price) for charge, units in self.charges]
            names = frozenset(charge.price.name for charge, _ in self.charges)
            self._parts[mode] = settle(unsettled, _of_use(mode, names))
        return self._parts[mode]

    def amounts(self, mode: FreeTier) -> Iterator[Decimal]:
        """USD of each line, unrounded."""
        return (total(part.amount for part in parts) for parts in self.parts(mode))

    def total(self, mode: FreeTier = FreeTier.NONE) -> Decimal:
        """USD a month, unrounded."""
        return total(self.amounts(mode))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines as an estimate has them."""
        parts = {mode: self.parts(mode) for mode in FreeTier}
        return tuple(
            Line(
                charge.resource,
                charge.component,
                units,
                charge.price,
                charge.assumption,
                {mode: parts[mode][place] for mode in FreeTier},
            )
            for place, (charge, units) in enumerate(self.charges)
        )


@lru_cache(maxsize=256)
def _of_use(mode: FreeTier, prices: frozenset[str]) -> tuple[Allowance, ...]:
    """The allowances that cover any of these prices: the others change nothing."""
    return tuple(
        each
        for each in allowances(mode)
        if any(fits(price, pattern) for price in prices for pattern in each.covers)
    )

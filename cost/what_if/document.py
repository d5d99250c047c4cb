"""A bill with its assumptions as data, from which any program can work out the total of other assumptions.

Numbers are text, to be read as decimals and never as floats: with 28 digits after each operation, rounded
half to even, the same total comes out as `miyabi cost` gives, to the last digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost.document import SCHEMA
from cost.formulas import Case
from cost.formulas.sheet import PLACES
from cost.free_tier import allowances
from cost.lines import FreeTier
from cost.money import plain
from cost.what_if.what_if import leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cost.formulas.cases import Guard, Leaf
    from cost.formulas.formulas import Charges, Quantity
    from cost.formulas.sheet import Operand, Sheet
    from cost.free_tier import Allowance
    from cost.pricebook import Price
    from cost.what_if.what_if import WhatIf

    Written = int | str


def document(what_if: WhatIf) -> dict[str, Any]:
    """A bill and its assumptions as a JSON object; docs/estimating.md describes its keys."""
    writer = _Writer(what_if)
    root = writer.tree(what_if.formulas.root, lambda trees: [writer.of_resource(each) for each in trees])
    return {
        "schema": SCHEMA,
        "name": what_if.name,
        "region": what_if.region,
        "currency": "USD",
        "digits": PLACES,
        "assumptions": [
            {
                "name": each.name,
                "label": each.label,
                "unit": each.unit,
                "about": each.about,
                "main": each.is_main,
                "now": plain(what_if.now[each.name]),
                "low": plain(each.range.low),
                "high": plain(each.range.high),
            }
            for each in what_if.offered
        ],
        "refused": [{"name": each.assumption.name, "reason": each.reason} for each in what_if.refused],
        "steps": writer.steps(),
        "resources": writer.resources,
        "root": root,
        "lines": writer.lines,
        "prices": writer.prices,
        "allowances": {mode.value: writer.allowances(mode) for mode in FreeTier},
    }


class _Writer:
    """Numbers lines, prices and trees as they come, and figures and steps by what is used of them."""

    def __init__(self, what_if: WhatIf) -> None:
        self.lines: list[dict[str, Any]] = []
        self.prices: list[dict[str, Any]] = []
        self.resources: list[Any] = []
        self._what_if = what_if
        self._numbers = _numbers(what_if)
        self._lines: dict[tuple[object, ...], int] = {}
        self._charges: list[Quantity] = []
        self._prices: dict[Price, int] = {}
        self._trees: dict[str, int] = {}

    def tree(self, tree: Case[Leaf] | Leaf, leaf: Callable[[Leaf], list[Any]]) -> Any:
        """A tree, of which the ends are written by `leaf`."""
        if not isinstance(tree, Case):
            return leaf(tree)
        return {
            "if": self._guard(tree.guard),
            "then": self.tree(tree.then, leaf),
            "else": self.tree(tree.otherwise, leaf),
        }

    def of_resource(self, tree: Case[Charges] | Charges) -> int:
        """The number of a resource's charges in all cases: what is the same stands there once."""
        written = self.tree(tree, self._of_charges)
        key = repr(written)
        if key not in self._trees:
            self._trees[key] = len(self.resources)
            self.resources.append(written)
        return self._trees[key]

    def steps(self) -> list[list[Written]]:
        """The steps that are used."""
        sheet = self._what_if.formulas.sheet
        first = len(sheet.figures)
        return [
            [step.operation, self._operand(step.left), self._operand(step.right)]
            for place, step in enumerate(sheet.steps)
            if place + first in self._numbers
        ]

    def allowances(self, mode: FreeTier) -> list[dict[str, Any]]:
        """Allowances of a mode that some line may use."""
        return [
            {"name": allowance.name, "quantity": plain(allowance.quantity), "lines": covered}
            for allowance in allowances(mode)
            if any(covered := [self._covered(allowance, pattern) for pattern in allowance.covers])
        ]

    def _covered(self, allowance: Allowance, pattern: str) -> list[int]:
        return [
            number
            for number, charge in enumerate(self._charges)
            if allowance.is_for(charge.resource, charge.price.name, pattern)
        ]

    def _of_charges(self, charges: Charges) -> list[list[Written]]:
        return [
            [self._line(charge, _alike(charge, charges[:place])), self._operand(charge.units)]
            for place, charge in enumerate(charges)
        ]

    def _line(self, charge: Quantity, before: int) -> int:
        key = (charge.resource, charge.component, charge.price, before)
        if key not in self._lines:
            self._lines[key] = len(self.lines)
            self._charges.append(charge)
            self.lines.append(
                {
                    "stack": charge.resource.template.name,
                    "logical_id": charge.resource.logical_id,
                    "component": charge.component,
                    "price": self._price(charge.price),
                }
            )
        return self._lines[key]

    def _price(self, price: Price) -> int:
        if price not in self._prices:
            self._prices[price] = len(self.prices)
            self.prices.append(
                {
                    "name": price.name,
                    "service": price.service,
                    "unit": price.unit,
                    "pool": [each.pool for each in self._prices].index(price.pool),
                    "tiers": [
                        [None if tier.up_to is None else plain(tier.up_to), plain(tier.usd)]
                        for tier in price.tiers
                    ],
                }
            )
        return self._prices[price]

    def _guard(self, guard: Guard) -> list[Written]:
        return [guard.relation, self._operand(guard.left), self._operand(guard.right)]

    def _operand(self, operand: Operand) -> Written:
        return self._numbers[operand] if isinstance(operand, int) else plain(operand)


def _alike(charge: Quantity, before: Charges) -> int:
    """How many charges before are for the same at the same price."""
    return sum((each.component, each.price) == (charge.component, charge.price) for each in before)


def _numbers(what_if: WhatIf) -> dict[int, int]:
    """New numbers: figures keep theirs, and steps that are not used have none."""
    sheet = what_if.formulas.sheet
    used = {operand for operand in _operands(what_if) if isinstance(operand, int)}
    for place in reversed(range(len(sheet.figures), len(sheet.ranges))):
        if place in used:
            used.update(each for each in _sides(sheet, place) if isinstance(each, int))
    steps = sorted(place for place in used if place >= len(sheet.figures))
    return {old: new for new, old in enumerate([*range(len(sheet.figures)), *steps])}


def _sides(sheet: Sheet, place: int) -> tuple[Operand, Operand]:
    step = sheet.steps[place - len(sheet.figures)]
    return step.left, step.right


def _operands(what_if: WhatIf) -> Iterator[Operand]:
    root = what_if.formulas.root
    yield from _asked(root)
    for trees in leaves(root):
        for tree in trees:
            yield from _asked(tree)
            for charges in leaves(tree):
                yield from (charge.units for charge in charges)


def _asked(tree: object) -> Iterator[Operand]:
    """What the guards of a tree compare."""
    if isinstance(tree, Case):
        yield from (tree.guard.left, tree.guard.right)
        yield from _asked(tree.then)
        yield from _asked(tree.otherwise)

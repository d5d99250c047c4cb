"""Runs the pricings of a deployment on tracked figures, and keeps what they come to in every case."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import TYPE_CHECKING

from cost.errors import PriceMissing, PropertyUnknown
from cost.formulas.cases import explore
from cost.formulas.errors import NotExpressible
from cost.formulas.figure import Tracked, operand_of
from cost.formulas.formulas import Formulas, Month, Quantity
from cost.lines import Charge
from cost.log_charges import without_group
from cost.registry import pricing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cfn.template import Resource
    from cost.context import Context
    from cost.formulas.cases import Case
    from cost.formulas.formulas import Charges
    from cost.formulas.sheet import Sheet


def trace(sheet: Sheet, build: Callable[[Mapping[str, Decimal]], Context]) -> Formulas:
    """The bill of a deployment as formulas of the figures of a sheet; raises NotExpressible or CostError.

    Args:
        sheet: Its figures, and from where to where each may go.
        build: Makes what the pricings look at, of the figures by name.

    """
    figures = {name: Tracked.on(sheet, sheet.place(name)) for name in sheet.figures}
    try:
        return Formulas(sheet, explore(sheet, lambda: _whole(sheet, build(figures))))
    except (InvalidOperation, TypeError) as error:
        raise NotExpressible(f"something unforeseen is done to it ({error})", sheet.figures) from None


def month_of(context: Context) -> Month:
    """The lines of a bill without any formula, and without what an estimate says beside them."""
    return Month(
        tuple(
            (charge, charge.units)
            for each in context.resources()
            for charge in _Charging(each, context)()
            if isinstance(charge.units, Decimal)
        )
    )


def _whole(sheet: Sheet, context: Context) -> tuple[Case[Charges] | Charges, ...]:
    resources = context.resources()
    for resource in resources[:1]:
        context.written_to(resource)  # who writes which log is found out once, for all resources
    return tuple(found for each in resources if (found := explore(sheet, _Charging(each, context))))


@dataclass(frozen=True, slots=True)
class _Charging:
    """Pricing one resource."""

    resource: Resource
    context: Context

    def __call__(self) -> Charges:
        try:
            return tuple(self._charges())
        except PriceMissing as error:
            raise error.at(self.resource.logical_id) from None

    def _charges(self) -> Iterator[Quantity]:
        for charge in self._items():
            operand = operand_of(charge.quantity)
            if isinstance(operand, Decimal) and not operand.is_finite():
                raise NotExpressible(f"it is lost on the way to {self.resource}/{charge.component}")
            if operand is not None and (isinstance(operand, int) or operand):
                price = self.context.price(charge.price) if isinstance(charge.price, str) else charge.price
                yield Quantity(self.resource, charge.component, operand, price, charge.assumption)

    def _items(self) -> Iterator[Charge]:
        """Charges up to what is unknown, as an estimate takes them."""
        pricing = pricing_of(self.resource.type)
        own = pricing.price(self.resource, self.context) if pricing else ()
        try:
            for item in chain(own, without_group(self.resource, self.context)):
                if isinstance(item, Charge):
                    yield item
        except PropertyUnknown:
            return

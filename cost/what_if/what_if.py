"""A deployment's bill as formulas of the assumptions on which it hangs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.errors import CostError
from cost.estimate import context_of
from cost.formulas import Case, NotExpressible, Sheet, trace
from cost.formulas.sheet import PLACES
from cost.money import plain
from cost.usage.derived import derive
from cost.usage.figures import EMPTY
from cost.usage.traffic import Traffic
from cost.what_if.assumptions import ASSUMPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from cfn.deployment import Deployment
    from cost.context import Context
    from cost.formulas import Formulas, Month
    from cost.formulas.cases import Leaf
    from cost.pricebook import PriceBook
    from cost.usage.file import UsageFile
    from cost.what_if.assumptions import Assumption


@dataclass(frozen=True, slots=True)
class Refused:
    """An assumption that can't be moved, and why."""

    assumption: Assumption
    reason: str


@dataclass(frozen=True)
class WhatIf:
    """A bill with the assumptions that may be moved, alone or together."""

    name: str
    region: str
    formulas: Formulas
    offered: tuple[Assumption, ...]
    """Those on which the bill hangs."""
    refused: tuple[Refused, ...]
    now: Mapping[str, Decimal]
    """What is offered, as it is."""

    def month(self, **figures: Decimal) -> Month:
        """The bill with some figures changed; raises OutOfRange."""
        return self.formulas.month({**self.now, **figures})


def what_if(
    deployment: Deployment,
    traffic: Traffic | None = None,
    *,
    usage: UsageFile = EMPTY,
    prices: PriceBook | None = None,
    name: str | None = None,
    as_of: date | None = None,
) -> WhatIf:
    """The bill of a deployment as formulas, ranges of a usage file at their high ends; raises CostError.

    An assumption is offered where the bill hangs on it. One that can't be followed, that may ask for a price
    that there is not, or that is out of its range now, is refused, and stays as it is; where no traffic is
    told, there is none.

    Args:
        deployment: As for `estimate`.
        traffic: As for `estimate`.
        usage: As for `estimate`: its figures stay as they are, and those of its `[traffic]` may be moved.
        prices: As for `estimate`.
        name: As for `estimate`.
        as_of: As for `estimate`.

    """
    context = context_of(deployment, traffic, usage=usage, prices=prices, as_of=as_of)
    month = _merged(traffic, usage)
    told = {} if month is None else _told(month)
    refused = [Refused(each, said) for each in told if (said := _out_of_range(each, told[each]))]
    free = [each for each in told if each not in {found.assumption for found in refused}]
    formulas, unfollowed = _followed(context, month, free)
    offered = [each for each in free if each.name in _used(formulas)]
    if len(offered) < len(formulas.sheet.figures):
        formulas = _formulas(context, month, offered)
    return WhatIf(
        name=name or deployment.name,
        region=context.prices.region,
        formulas=formulas,
        offered=tuple(offered),
        refused=(*refused, *unfollowed),
        now={each.name: told[each] for each in offered},
    )


def _merged(traffic: Traffic | None, usage: UsageFile) -> Traffic | None:
    """The month that `context_of` looks at."""
    if not usage.traffic:
        return traffic
    return Traffic.of({**(traffic.figures() if traffic else {}), **usage.traffic})


def _told(month: Traffic) -> dict[Assumption, Decimal]:
    """The assumptions of a month; what functions log is told in one of two ways."""
    left_out = "log_gb" if month.log_gb is None else "log_kb_per_request"
    figures = month.figures()
    return {each: figures[each.name] or Decimal(0) for each in ASSUMPTIONS if each.name != left_out}


def _out_of_range(assumption: Assumption, now: Decimal) -> str:
    low, high = assumption.range.low, assumption.range.high
    if not low <= now <= high:
        return f"it is {plain(now)} now, and may be moved from {plain(low)} to {plain(high)}"
    if len(now.as_tuple().digits) > PLACES:
        return f"it is {plain(now)} now, which has more than {PLACES} digits"
    return ""


def _followed(
    context: Context, month: Traffic | None, wanted: Sequence[Assumption]
) -> tuple[Formulas, tuple[Refused, ...]]:
    """Formulas of as many assumptions as can be followed, and the others with their reasons."""
    try:
        return _formulas(context, month, wanted), ()
    except CostError as error:
        alone = {each: _why_not(context, month, [each]) for each in wanted}
        left = [each for each in wanted if not alone[each]]
        together = _why_not(context, month, left)
        if together:
            left, alone = [], {each: reason or _said(error) for each, reason in alone.items()}
        refused = tuple(Refused(each, reason) for each, reason in alone.items() if reason)
        return _formulas(context, month, left), refused


def _why_not(context: Context, month: Traffic | None, wanted: Sequence[Assumption]) -> str:
    try:
        _formulas(context, month, wanted)
    except CostError as error:
        return _said(error)
    return ""


def _said(error: CostError) -> str:
    return error.what if isinstance(error, NotExpressible) else str(error)


def _formulas(context: Context, month: Traffic | None, wanted: Sequence[Assumption]) -> Formulas:
    unused = replace(context, figures=replace(context.figures, derived={}))

    def build(figures: Mapping[str, Decimal]) -> Context:
        if month is None:  # no traffic is not the same as traffic of nothing, which implies logs
            return context
        derived = derive(unused, replace(month, **figures))
        return replace(context, figures=replace(context.figures, derived=derived))

    return trace(Sheet({each.name: each.range for each in wanted}), build)


def _used(formulas: Formulas) -> frozenset[str]:
    """Figures on which some charge hangs."""
    sheet = formulas.sheet
    return frozenset(
        name
        for trees in leaves(formulas.root)
        for tree in trees
        for charges in leaves(tree)
        for charge in charges
        for name in sheet.names(charge.units)
    )


def leaves(tree: Case[Leaf] | Leaf) -> Iterator[Leaf]:
    """What a tree has at its ends."""
    if isinstance(tree, Case):
        yield from leaves(tree.then)
        yield from leaves(tree.otherwise)
    else:
        yield tree

"""The estimate: every resource of a deployment is priced for a month, is free, or is told as not priced."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import TYPE_CHECKING

from cost.context import Context
from cost.entered_secrets import entered_secrets
from cost.errors import PriceMissing, PropertyUnknown
from cost.free_of_charge import is_free
from cost.free_tier import Offer, allowances
from cost.lines import Charge, FreeTier, Line, Note, NotPriced, total
from cost.log_charges import without_group
from cost.pricebook import PriceBook
from cost.registry import pricing_of
from cost.settling import Unsettled, settle
from cost.untold import untold
from cost.usage.derived import derive
from cost.usage.figures import EMPTY, Usage
from cost.usage.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from cfn.deployment import Deployment
    from cfn.template import Resource
    from cost.lines import Item
    from cost.pricebook import Price
    from cost.usage.file import UsageFile


UNTOLD = "no use is told: what a month's use costs is not in the total"


@dataclass(frozen=True, slots=True)
class Open:
    """Something that decides a price and is settled only when the stack is deployed."""

    resource: Resource
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A deployment's month: its lines, and what a reader has to know beside them."""

    name: str
    region: str
    lines: tuple[Line, ...]
    assumptions: Mapping[str, tuple[Resource, ...]]
    """Sentences on what was assumed or is worth knowing, with the resources that each is about."""
    not_priced: tuple[tuple[Resource, str], ...]
    """Resources, or parts of them, that may cost something unknown here."""
    unknowns: tuple[Open, ...]
    """Properties without which a price can't be told: what hangs on them is not in the total."""
    free_of_charge: Mapping[str, int]
    """Types that cost nothing, and how many resources of each there are."""
    entered_secrets: tuple[str, ...]
    """Secrets that a person enters: outside the templates, so outside the total."""
    secret_price: Price
    tags: Mapping[Resource, Mapping[str, str]] = field(default_factory=dict)
    """Tags of the resources that have lines."""
    low: Estimate | None = None
    """The same at the low end of every range of the usage file; None where it has no range."""

    def total(self, mode: FreeTier = FreeTier.NONE) -> Decimal:
        """USD a month, unrounded; with ranges, the high end."""
        return total(line.amount(mode) for line in self.lines)

    def due(self, offer: Offer) -> Decimal:
        """What the invoice of a month asks under an offer, unrounded; with ranges, the high end."""
        return self.over(1, offer)

    def over(self, months: int, offer: Offer) -> Decimal:
        """What that many such months ask together: allowances come back each month, credits do not."""
        amount = months * self.total(offer.mode)
        return amount - offer.applied(amount)


def estimate(
    deployment: Deployment,
    traffic: Traffic | None = None,
    *,
    usage: UsageFile = EMPTY,
    prices: PriceBook | None = None,
    name: str | None = None,
    as_of: date | None = None,
) -> Estimate:
    """Price a deployment for a month; raises CostError.

    Args:
        deployment: Every resource of it is priced, free of charge, or told as not priced.
        traffic: What the month brings; left out, the usage file's traffic, or none.
        usage: Figures of resources, which go before what traffic implies.
        prices: A book of prices; left out, the one of the deployment's region.
        name: What to call the estimate; left out, the deployment's name.
        as_of: The day on which what changes by the calendar is judged; left out, today.

    """
    context = context_of(deployment, traffic, usage=usage, prices=prices, as_of=as_of)
    found = price(context, name or deployment.name)
    if not usage.has_ranges:
        return found
    low = price(replace(context, figures=replace(context.figures, high=False)), found.name)
    return replace(found, low=low)


def context_of(
    deployment: Deployment,
    traffic: Traffic | None = None,
    *,
    usage: UsageFile = EMPTY,
    prices: PriceBook | None = None,
    as_of: date | None = None,
) -> Context:
    """What the pricings of an estimate look at; takes what `estimate` takes, and raises CostError."""
    context = Context(deployment, prices or PriceBook.of(deployment.region), as_of=as_of or _today())
    usage.check(context.resources())
    if usage.traffic:
        traffic = Traffic.of({**(traffic.figures() if traffic else {}), **usage.traffic})
    return replace(context, figures=Usage(usage, derive(context, traffic) if traffic else {}))


def _today() -> date:
    return datetime.now(tz=UTC).date()


def price(context: Context, name: str) -> Estimate:
    """Price what a context is about; raises CostError."""
    priced = [(resource, tuple(_items(resource, context))) for resource in context.resources()]
    items = [(resource, item) for resource, found in priced for item in found]
    lines, nobody_tells = _lines(items, context), dict.fromkeys(untold(context, _charged(priced)))
    free = Counter(resource.type for resource, found in priced if not found and resource not in nobody_tells)
    return Estimate(
        name=name,
        region=context.prices.region,
        lines=lines,
        assumptions=_assumptions(items, nobody_tells, context),
        not_priced=_not_priced(items),
        unknowns=_unknowns(items, context),
        free_of_charge=dict(sorted(free.items())),
        entered_secrets=entered_secrets(context),
        secret_price=context.price("AWSSecretsManager/secret"),
        tags={line.resource: _tags(line.resource, context) for line in lines},
    )


def left_out(context: Context) -> tuple[tuple[tuple[Resource, str], ...], tuple[Open, ...]]:
    """What an estimate would name as not priced, and as unknown, without the estimate; raises CostError."""
    items = [(resource, item) for resource in context.resources() for item in _items(resource, context)]
    return _not_priced(items), _unknowns(items, context)


def _not_priced(items: Iterable[tuple[Resource, Item | Open]]) -> tuple[tuple[Resource, str], ...]:
    return tuple((resource, item.reason) for resource, item in items if isinstance(item, NotPriced))


def _unknowns(items: Iterable[tuple[Resource, Item | Open]], context: Context) -> tuple[Open, ...]:
    return (*_undecided(context), *(item for _, item in items if isinstance(item, Open)))


def _items(resource: Resource, context: Context) -> Iterator[Item | Open]:
    """Everything about one resource, up to what is unknown; a charge of no units is left out."""
    try:
        for item in chain(_own_items(resource, context), without_group(resource, context)):
            if not isinstance(item, Charge) or item.quantity:
                yield item
    except PropertyUnknown as unknown:
        yield Open(resource, unknown.name, unknown.reason)
    except PriceMissing as error:
        raise error.at(resource.logical_id) from None


def _charged(priced: Iterable[tuple[Resource, tuple[Item | Open, ...]]]) -> dict[Resource, set[str]]:
    """What resources are charged for, without those of which something unknown keeps it from being told."""
    return {
        resource: {item.component for item in items if isinstance(item, Charge)}
        for resource, items in priced
        if not any(isinstance(item, Open) for item in items)
    }


def _own_items(resource: Resource, context: Context) -> Iterator[Item]:
    pricing = pricing_of(resource.type)
    if pricing is not None:
        yield from pricing.price(resource, context)
    elif not is_free(resource.type):
        yield NotPriced("this type has no pricing yet")


def _undecided(context: Context) -> Iterator[Open]:
    """Resources that are counted although their condition is not known."""
    for resource in context.resources():
        if resource.condition is not None:
            exists = context.deployment.resolver(resource.template.name).exists(resource)
            if exists is not True and exists is not False:
                yield Open(
                    resource, f"Condition {resource.condition}", f"counted all the same: {exists.reason}"
                )


def _assumptions(
    items: Iterable[tuple[Resource, Item | Open]], nobody_tells: Iterable[Resource], context: Context
) -> dict[str, tuple[Resource, ...]]:
    about: dict[str, dict[Resource, None]] = {}
    for resource in nobody_tells:
        about.setdefault(UNTOLD, {})[resource] = None
    for resource, item in items:
        text = item.text if isinstance(item, Note) else item.assumption if isinstance(item, Charge) else ""
        for sentence in (*context.figures.assumptions(resource), text):
            if sentence:
                about.setdefault(sentence, {})[resource] = None
    return {text: tuple(resources) for text, resources in about.items()}


def _lines(items: Iterable[tuple[Resource, Item | Open]], context: Context) -> tuple[Line, ...]:
    charges = [(resource, item) for resource, item in items if isinstance(item, Charge)]
    unsettled = [
        Unsettled(resource, item.quantity, _price(resource, item, context)) for resource, item in charges
    ]
    settled = {mode: settle(unsettled, allowances(mode)) for mode in FreeTier}
    return tuple(
        Line(
            resource,
            charge.component,
            charge.quantity,
            unsettled[index].price,
            charge.assumption,
            {mode: settled[mode][index] for mode in FreeTier},
        )
        for index, (resource, charge) in enumerate(charges)
    )


def _price(resource: Resource, charge: Charge, context: Context) -> Price:
    if not isinstance(charge.price, str):
        return charge.price
    try:
        return context.price(charge.price)
    except PriceMissing as error:
        raise error.at(resource.logical_id) from None


def _tags(resource: Resource, context: Context) -> dict[str, str]:
    """Tags by key, whether the type takes a list of pairs or a mapping."""
    tags = context.get(resource, "Tags", [])
    if isinstance(tags, dict):
        return {str(key): str(value) for key, value in tags.items()}
    pairs = tags if isinstance(tags, list) else []
    return {
        str(pair["Key"]): str(pair.get("Value", ""))
        for pair in pairs
        if isinstance(pair, dict) and "Key" in pair
    }

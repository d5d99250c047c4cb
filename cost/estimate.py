"""The estimate: every resource of a deployment is priced for a month, is free, or is told as not priced."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cost.context import Context
from cost.entered_secrets import entered_secrets
from cost.free_of_charge import FREE_OF_CHARGE
from cost.lines import Charge, FreeTier, Line, Note, NotPriced, total
from cost.pricebook import PriceBook
from cost.pricings import PRICINGS, without_group
from cost.settling import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from cfn.deployment import Deployment
    from cfn.template import Resource
    from cost.lines import Item
    from cost.pricebook import Price
    from cost.traffic import Traffic


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
    free_of_charge: Mapping[str, int]
    """Types that cost nothing, and how many resources of each there are."""
    entered_secrets: tuple[str, ...]
    """Secrets that a person enters: outside the templates, so outside the total."""
    secret_price: Price

    def total(self, mode: FreeTier = FreeTier.NONE) -> Decimal:
        """USD a month, unrounded."""
        return total(line.amount(mode) for line in self.lines)


def estimate(
    deployment: Deployment, traffic: Traffic, *, prices: PriceBook | None = None, name: str | None = None
) -> Estimate:
    """Price a deployment for a month of this traffic; raises CostError.

    Args:
        deployment: Every resource of it is priced, free of charge, or told as not priced.
        traffic: What the month brings.
        prices: A book of prices; left out, the one of the deployment's region.
        name: What to call the estimate; left out, the deployment's name.

    """
    context = Context(deployment, traffic, prices or PriceBook.of(deployment.region))
    priced = [(resource, tuple(_items(resource, context))) for resource in context.resources()]
    items = [(resource, item) for resource, found in priced for item in found]
    return Estimate(
        name=name or deployment.name,
        region=context.prices.region,
        lines=_lines([(resource, item) for resource, item in items if isinstance(item, Charge)], context),
        assumptions=_assumptions(items),
        not_priced=tuple((resource, item.reason) for resource, item in items if isinstance(item, NotPriced)),
        free_of_charge=dict(
            sorted(Counter(resource.type for resource, found in priced if not found).items())
        ),
        entered_secrets=entered_secrets(context),
        secret_price=context.price("AWSSecretsManager", "secret"),
    )


def _items(resource: Resource, context: Context) -> Iterator[Item]:
    for item in (*_own_items(resource, context), *without_group(resource, context)):
        if not isinstance(item, Charge) or item.quantity:
            yield item


def _own_items(resource: Resource, context: Context) -> Iterator[Item]:
    if resource.type in PRICINGS:
        yield from PRICINGS[resource.type](resource, context)
    elif resource.type not in FREE_OF_CHARGE:
        yield NotPriced("this type has no pricing yet")


def _assumptions(items: Iterable[tuple[Resource, Item]]) -> dict[str, tuple[Resource, ...]]:
    about: dict[str, dict[Resource, None]] = {}
    for resource, item in items:
        text = item.text if isinstance(item, Note) else item.assumption if isinstance(item, Charge) else ""
        if text:
            about.setdefault(text, {})[resource] = None
    return {text: tuple(resources) for text, resources in about.items()}


def _lines(charges: Sequence[tuple[Resource, Charge]], context: Context) -> tuple[Line, ...]:
    bare = [charge for _, charge in charges]
    settled = {mode: settle(bare, context.prices.allowances(mode)) for mode in FreeTier}
    return tuple(
        Line(resource, charge, {mode: settled[mode][index] for mode in FreeTier})
        for index, (resource, charge) in enumerate(charges)
    )

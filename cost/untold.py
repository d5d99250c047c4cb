"""Of which resources nothing is said how much they are used, although their use would cost something."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.errors import PriceMissing, PropertyUnknown
from cost.lines import Charge
from cost.log_charges import without_group
from cost.registry import pricing_of
from cost.usage.figures import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.template import Resource
    from cost.context import Context
    from cost.usage.file import Figure


class SomeUse(Usage):
    """Figures as they are, and 1 for every one that nobody gives."""

    def stated(self, resource: Resource, key: str) -> Figure | None:
        """What the file says, or 1."""
        found = super().stated(resource, key)
        return Decimal(1) if found is None else found


def untold(context: Context, charged: Mapping[Resource, set[str]]) -> Iterator[Resource]:
    """Resources whose use nobody tells, and which would be charged for any.

    Args:
        context: What the estimate is about.
        charged: What resources are charged for, of those for which it has been found out.
    """
    figures = context.figures
    used = replace(context, figures=SomeUse(figures.file, figures.derived, high=figures.high))
    for resource in context.resources():
        if _is_told(resource, context):
            continue
        already = charged[resource] if resource in charged else _components(resource, context)
        if _components(resource, used) - already:
            yield resource


def _is_told(resource: Resource, context: Context) -> bool:
    pricing = pricing_of(resource.type)
    if pricing is None or not pricing.USAGE:
        return True
    if any(stream.gigabytes for stream in context.written_to(resource)):
        return True
    return any(context.is_told(resource, key.name) for key in pricing.USAGE)


def _components(resource: Resource, context: Context) -> set[str]:
    """What a resource is charged for, as far as that can be told."""
    pricing, found = pricing_of(resource.type), set[str]()
    try:
        for items in (pricing.price(resource, context) if pricing else (), without_group(resource, context)):
            found |= {item.component for item in items if isinstance(item, Charge) and item.quantity}
    except (PropertyUnknown, PriceMissing):
        return found | {"something unknown"}
    return found

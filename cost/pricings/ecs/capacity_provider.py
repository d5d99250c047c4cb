"""Capacity providers: free, unless ECS itself runs their machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::ECS::CapacityProvider"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
MANAGED = "machines that ECS starts and manages for the provider, and its fee for them"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing where the machines are those of an Auto Scaling group, which is charged by itself."""
    if context.get(resource, "ManagedInstancesProvider") is not None:
        yield NotPriced(MANAGED)

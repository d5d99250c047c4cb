"""Asking whether a usage key matters: which keys move the price of a resource, and which do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost import UsageFile, estimate
from cost.registry import pricing_of
from tests.cost.systems import Resources, deploy

if TYPE_CHECKING:
    from decimal import Decimal

    from cost.usage.key import Key

MORE = 12_345


def total(resources: Resources, usage: dict[str, Any]) -> Decimal:
    """What a stack costs with the usage of its resources."""
    return estimate(deploy(resources), usage=UsageFile.of(usage)).total()


def without_effect(resources: Resources, logical_id: str, usage: dict[str, Any] | None = None) -> list[Key]:
    """Usage keys of a resource that change nothing, whatever they say, beside the usage given."""
    pricing = pricing_of(resources[logical_id]["Type"])
    assert pricing is not None
    base = total(resources, {logical_id: usage or {}})
    return [
        key
        for key in pricing.USAGE
        if all(
            base == total(resources, {logical_id: {**(usage or {}), key.name: value}})
            for value in (key.choices or (MORE,))
        )
    ]

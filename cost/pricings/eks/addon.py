"""Add-ons of a cluster: AWS's own are free, those of the Marketplace have prices of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::EKS::Addon"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
VENDORS = "_"
"""What stands between vendor and product in the name of an add-on of the Marketplace."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing for AWS's own."""
    name = context.text(resource, "AddonName", "")
    if VENDORS in name:
        yield NotPriced(f"what the vendor of {name} asks for it")

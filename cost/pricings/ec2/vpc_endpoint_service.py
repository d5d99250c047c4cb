"""Endpoint services: free, unless they are offered in other regions too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::EC2::VPCEndpointService"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
REMOTE = "hours of each other region that the service is offered in"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing in its own region: who connects pays for the endpoint."""
    if context.entries(resource, "SupportedRegions"):
        yield NotPriced(REMOTE)

"""Public IPv4 addresses of load balancers: one in each subnet of one that faces the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Note
from cost.shared.public_address import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

INTERNET = "internet-facing"
WITHOUT = "dualstack-without-public-ipv4"
WHY = "a load balancer that faces the internet has a public IPv4 address in each of its subnets"
UNLISTED = "the public IPv4 addresses of a load balancer whose subnets are not listed are not counted"
OWN = "an address that is given to a load balancer is charged where it is allocated"


def balancer_addresses(resource: Resource, context: Context) -> Iterator[Item]:
    """Addresses that AWS gives to a load balancer; those that a template gives are charged as their own."""
    if context.text(resource, "Scheme", INTERNET) != INTERNET:
        return
    if context.text(resource, "IpAddressType", "ipv4") == WITHOUT:
        return
    mappings = context.mappings(resource, "SubnetMappings")
    given = [mapping for mapping in mappings if mapping.get("AllocationId") is not None]
    subnets = len(context.entries(resource, "Subnets")) + len(mappings)
    if not subnets:
        yield Note(UNLISTED)
    if given:
        yield Note(OWN)
    yield addresses(subnets - len(given), WHY)

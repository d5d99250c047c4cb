"""NAT gateways: hours, and data both ways; their addresses are charged as addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note
from cost.month import HOURS
from cost.shared.public_address import addresses
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::NatGateway"
USAGE = (Key("monthly_data_processed_gb", "GB", "through the gateway in a month, both ways"),)
PRICES = ("AmazonEC2/nat_gateway_*", "AmazonVPC/public_ipv4_in_use")
OTHERS_ADDRESS = "the address of a NAT gateway is charged where it is allocated: outside these templates"
OWN_ADDRESS = "a regional NAT gateway without addresses of one's own gets a public IPv4 address in each zone"
ZONES = "a regional NAT gateway costs hours in every zone where it works: those that are listed, else one"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours and GB; what leaves for the internet is charged as data transfer beside it."""
    yield Charge(
        "data processed", context.usage(resource, "monthly_data_processed_gb"), "AmazonEC2/nat_gateway_gb"
    )
    if context.get(resource, "AvailabilityMode") == "regional":
        zones = max(1, len(context.entries(resource, "AvailabilityZoneAddresses")))
        yield Charge("gateway hours", HOURS * zones, "AmazonEC2/nat_gateway_hour", ZONES)
        yield from _own_address(resource, context)
    else:
        yield Charge("gateway hours", HOURS, "AmazonEC2/nat_gateway_hour")
    allocation = context.get(resource, "AllocationId")
    if allocation is not None and not any(context.targets(resource, "AllocationId")):
        yield Note(OTHERS_ADDRESS)


def _own_address(resource: Resource, context: Context) -> Iterator[Charge]:
    """The address that a regional gateway gets from AWS where none is given to it."""
    private = context.text(resource, "ConnectivityType", "public") == "private"
    if not private and not context.entries(resource, "AvailabilityZoneAddresses"):
        yield addresses(1, OWN_ADDRESS)

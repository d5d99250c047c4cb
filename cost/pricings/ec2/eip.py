"""Elastic addresses: one public IPv4 address each, in use or idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.month import HOURS
from cost.shared.places import referrers
from cost.shared.public_address import IDLE, IN_USE
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::EIP"
USAGE = (Key("monthly_hrs", "h", "hours that it is allocated", default=HOURS),)
PRICES = (IN_USE, IDLE)
AMAZON = "amazon"
HOLDERS = (
    ("AWS::EC2::EIPAssociation", "AllocationId"),
    ("AWS::EC2::EIPAssociation", "EIP"),
    ("AWS::EC2::NatGateway", "AllocationId"),
    ("AWS::EC2::NatGateway", "SecondaryAllocationIds"),
    ("AWS::EC2::NatGateway", "AvailabilityZoneAddresses"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "SubnetMappings"),
)
"""What may hold an address, and the property that refers to it."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of an address of AWS's; addresses of one's own cost nothing."""
    if context.get(resource, "IpamPoolId") is not None:
        yield NotPriced("an address of an IPAM pool, unless it is one's own")
    elif context.text(resource, "PublicIpv4Pool", AMAZON) != AMAZON:
        yield Note("an address of one's own pool is free")
    else:
        name = IN_USE if _in_use(resource, context) else IDLE
        yield Charge("public IPv4 address", context.usage(resource, "monthly_hrs"), name)


def _in_use(resource: Resource, context: Context) -> bool:
    if context.get(resource, "InstanceId") is not None:
        return True
    return any(referrers(context, type_, path, resource) for type_, path in HOLDERS)

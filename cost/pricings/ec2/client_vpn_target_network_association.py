"""Subnets of a Client VPN endpoint: hours, with or without clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::ClientVpnTargetNetworkAssociation"
USAGE = (Key("monthly_hrs", "h", "hours that the subnet is associated", default=HOURS),)
PRICES = ("AmazonVPC/client_vpn_association",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of one subnet."""
    hours = context.usage(resource, "monthly_hrs")
    yield Charge("association hours", hours, "AmazonVPC/client_vpn_association")

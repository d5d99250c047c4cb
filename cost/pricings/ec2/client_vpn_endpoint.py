"""Client VPN endpoints: hours of each connected client; without clients they cost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::ClientVpnEndpoint"
USAGE = (Key("monthly_connection_hrs", "h", "hours of all clients that are connected in a month"),)
PRICES = ("AmazonVPC/client_vpn_connection",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of connections; its subnets are charged with their associations."""
    hours = context.usage(resource, "monthly_connection_hrs")
    yield Charge("connection hours", hours, "AmazonVPC/client_vpn_connection")

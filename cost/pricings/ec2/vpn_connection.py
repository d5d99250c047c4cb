"""VPN connections: hours, and with a transit gateway the attachment and its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.month import HOURS
from cost.shared.data_transfer import DATA_OUT
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::VPNConnection"
USAGE = (
    Key("monthly_hrs", "h", "hours that it is available", default=HOURS),
    Key(
        "monthly_data_processed_gb",
        "GB",
        "into its transit gateway in a month; without one nothing is processed, and this costs nothing",
    ),
    DATA_OUT,
)
PRICES = (
    "AmazonVPC/vpn_connection",
    "AmazonVPC/transit_gateway_vpc_attachment",
    "AmazonVPC/transit_gateway_gb",
    "AWSDataTransfer/internet_out",
)
LARGE = "hours of a connection whose tunnels have a large bandwidth"
TUNNELS = "the public IPv4 addresses of the two tunnels are not counted"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of the connection, the same of its attachment to a transit gateway, GB."""
    hours = context.usage(resource, "monthly_hrs")
    if context.text(resource, "TunnelBandwidth", "standard") == "large":
        yield NotPriced(LARGE)
    else:
        yield Charge("connection hours", hours, "AmazonVPC/vpn_connection")
    yield Charge("data out", context.usage(resource, DATA_OUT.name), "AWSDataTransfer/internet_out")
    yield Note(TUNNELS)
    if context.get(resource, "TransitGatewayId") is not None:
        yield Charge("attachment hours", hours, "AmazonVPC/transit_gateway_vpc_attachment")
        processed = context.usage(resource, "monthly_data_processed_gb")
        yield Charge("data processed", processed, "AmazonVPC/transit_gateway_gb")
    if context.flag(resource, "EnableAcceleration"):
        yield NotPriced("the accelerators of an accelerated connection, and the premium on its data")

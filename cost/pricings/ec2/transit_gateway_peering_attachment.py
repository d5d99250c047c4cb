"""Peerings of two transit gateways: hours on this side; data from a peer is not charged as processed."""

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

TYPE = "AWS::EC2::TransitGatewayPeeringAttachment"
USAGE = (Key("monthly_data_to_other_regions_gb", "GB", "sent to a peer in another region in a month"),)
PRICES = ("AmazonVPC/transit_gateway_vpc_attachment", "AWSDataTransfer/inter_region_out")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of the attachment; what goes to another region is data transfer."""
    yield Charge("attachment hours", HOURS, "AmazonVPC/transit_gateway_vpc_attachment")
    sent = context.usage(resource, "monthly_data_to_other_regions_gb")
    yield Charge("data to other regions", sent, "AWSDataTransfer/inter_region_out")

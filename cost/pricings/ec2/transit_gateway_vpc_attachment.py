"""Attachments of a VPC to a transit gateway, under the newer of two names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.shared import transit_gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::TransitGatewayVpcAttachment"
USAGE = transit_gateway.USAGE
PRICES = transit_gateway.PRICES


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours, once for all its subnets, and GB."""
    yield from transit_gateway.vpc_attachment(resource, context)

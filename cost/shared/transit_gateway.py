"""Attachments of a VPC to a transit gateway, which CloudFormation has under two names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context

USAGE = (Key("monthly_data_processed_gb", "GB", "sent into the gateway in a month"),)
PRICES = ("AmazonVPC/transit_gateway_vpc_attachment", "AmazonVPC/transit_gateway_gb")


def vpc_attachment(resource: Resource, context: Context) -> Iterator[Charge]:
    """Hours of the attachment, once for all its subnets, and GB that it sends."""
    yield Charge("attachment hours", HOURS, "AmazonVPC/transit_gateway_vpc_attachment")
    processed = context.usage(resource, "monthly_data_processed_gb")
    yield Charge("data processed", processed, "AmazonVPC/transit_gateway_gb")

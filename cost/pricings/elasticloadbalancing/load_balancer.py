"""Classic load balancers: hours, data, public addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.shared import data_transfer
from cost.shared.apart import apart
from cost.shared.balancer_addresses import balancer_addresses
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ElasticLoadBalancing::LoadBalancer"
USAGE = (
    Key("monthly_data_processed_gb", "GB", "through the load balancer in a month"),
    *data_transfer.TRANSFER,
)
PRICES = ("AWSELB/clb_hour", "AWSELB/clb_gb", "AmazonVPC/public_ipv4_in_use", *data_transfer.PRICES)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours, GB, addresses, and data that leaves it."""
    yield Charge("load balancer hours", HOURS, "AWSELB/clb_hour")
    processed = context.usage(resource, "monthly_data_processed_gb")
    yield Charge("data processed", processed, "AWSELB/clb_gb")
    yield from apart(data_transfer.transfer(resource, context), balancer_addresses(resource, context))

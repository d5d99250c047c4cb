"""VPC endpoints: hours in each subnet and data; those of the kind Gateway are free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.month import HOURS
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::VPCEndpoint"
USAGE = (
    Key(
        "monthly_data_processed_gb",
        "GB",
        "through the endpoint in a month, all subnets together; free with a Gateway endpoint",
    ),
)
PRICES = ("AmazonVPC/interface_endpoint_*", "AmazonVPC/gwlb_endpoint_*")
FREE = "Gateway"
KINDS = {"Interface": "interface_endpoint", "GatewayLoadBalancer": "gwlb_endpoint"}
"""Prices of each kind."""
ONE_SUBNET = "an endpoint whose subnets are not listed is taken to have one"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """GB, and hours for each subnet."""
    kind = context.text(resource, "VpcEndpointType", FREE)
    if kind == FREE:
        return
    if kind not in KINDS:
        yield NotPriced(f"an endpoint of the kind {kind}")
        return
    prices = f"AmazonVPC/{KINDS[kind]}"
    processed = context.usage(resource, "monthly_data_processed_gb")
    yield Charge("data processed", processed, f"{prices}_gb")
    subnets = len(context.entries(resource, "SubnetIds"))
    yield Charge("endpoint hours", HOURS * max(1, subnets), f"{prices}_hour", "" if subnets else ONE_SUBNET)

"""Resolver endpoints: hours of each address, and the queries that pass."""

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

TYPE = "AWS::Route53Resolver::ResolverEndpoint"
USAGE = (Key("monthly_queries", "queries", "that pass in a month"),)
PRICES = ("AmazonRoute53/resolver_*",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """A network interface for every address, and queries."""
    queries = context.usage(resource, "monthly_queries")
    yield Charge("queries", queries, "AmazonRoute53/resolver_queries")
    addresses = len(context.entries(resource, "IpAddresses"))
    yield Charge("endpoint hours", addresses * HOURS, "AmazonRoute53/resolver_endpoint_eni")

"""Hosted zones, public or private: so much each a month, less beyond the first 25 of an account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Route53::HostedZone"
USAGE: tuple[Key, ...] = ()
PRICES = ("AmazonRoute53/hosted_zone",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """The zone; queries are charged at the records."""
    yield Charge("hosted zone", Decimal(1), "AmazonRoute53/hosted_zone")
    if context.get(resource, "QueryLoggingConfig") is not None:
        yield Note("logs of queries are charged at the log group that they go to")

"""Simple tables of the Serverless Application Model: on demand, unless they have a throughput."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.pricings.dynamodb import table
from cost.pricings.dynamodb.table import PRICES, USAGE
from cost.shared.sam import read_as_real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

__all__ = ["PRICES", "TYPE", "USAGE", "price"]

TYPE = "AWS::Serverless::SimpleTable"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What a DynamoDB table of these properties costs."""
    has_throughput = context.get(resource, "ProvisionedThroughput") is not None
    mode = "PROVISIONED" if has_throughput else "PAY_PER_REQUEST"
    yield from table.price(resource, read_as_real(context, BillingMode=mode))

"""Records written together: their queries, which are free where all are aliases of something in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.pricings.route53.record_set import PRICES, USAGE, is_free, queries, untaken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

__all__ = ["PRICES", "TYPE", "USAGE", "price"]

TYPE = "AWS::Route53::RecordSetGroup"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Queries of the records that are no such aliases, by kind."""
    zone = context.get(resource, "HostedZoneId")
    paths = [f"RecordSets.{index}" for index in range(len(context.entries(resource, "RecordSets")))]
    if paths and all(
        is_free(
            context.get(resource, f"{path}.AliasTarget"),
            context.get(resource, f"{path}.AliasTarget.HostedZoneId"),
            zone,
        )
        for path in paths
    ):
        yield from untaken(resource, context)
    else:
        yield from queries(resource, context)

"""DNS records: their queries, which are free for aliases of something in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost.lines import Charge, Note
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Route53::RecordSet"
KINDS = (
    ("queries", "monthly_standard_queries", "answered in a month", "queries_standard"),
    ("latency queries", "monthly_latency_based_queries", "answered by latency in a month", "queries_latency"),
    ("geo queries", "monthly_geo_queries", "answered by place or nearness in a month", "queries_geo"),
)
"""Component, usage key, what it is, price."""
USAGE = tuple(Key(key, "queries", about) for _, key, about, _ in KINDS)
PRICES = ("AmazonRoute53/queries_*",)
FREE = "queries of an alias of something in AWS are free: those that are given are not counted"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Queries by kind: which kind they are is said by their number, not by the record."""
    zone, alias, behind = (
        context.get(resource, path) for path in ("HostedZoneId", "AliasTarget", "AliasTarget.HostedZoneId")
    )
    if is_free(alias, behind, zone):
        yield from untaken(resource, context)
    else:
        yield from queries(resource, context)


def is_free(alias: Any, behind: Any, zone: Any) -> bool:
    """Whether a record is an alias, and of something else than a record beside it."""
    return alias is not None and (zone is None or behind != zone)


def queries(resource: Resource, context: Context) -> Iterator[Item]:
    """Queries at their prices."""
    for component, key, _, name in KINDS:
        yield Charge(component, context.usage(resource, key), f"AmazonRoute53/{name}")


def untaken(resource: Resource, context: Context) -> Iterator[Note]:
    """Say that queries which somebody counts cost nothing."""
    if any(context.is_told(resource, key) for _, key, _, _ in KINDS):
        yield Note(FREE)

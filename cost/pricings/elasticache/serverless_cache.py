"""ElastiCache Serverless: gigabyte-hours held, processing units, snapshots."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS, SECONDS
from cost.shared import cache_snapshots
from cost.shared.apart import apart
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ElastiCache::ServerlessCache"
USAGE = (
    Key("storage_gb", "GB", "held on average; at least what is metered anyway"),
    Key("monthly_ecpus", "ECPUs", "processing units: a simple command moving up to 1 KB takes one"),
    cache_snapshots.KEY,
)
PRICES = ("AmazonElastiCache/*",)
LEAST_GB = {"valkey": Decimal("0.1")}
USUAL_LEAST_GB = Decimal(1)
"""What is metered of a cache that holds less (ElastiCache pricing page)."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What is held and processed, or the least that the cache keeps ready."""
    engine = context.text(resource, "Engine").lower()
    yield from apart(
        _held(resource, engine, context),
        _processed(resource, engine, context),
        cache_snapshots.snapshots(resource, context),
    )


def _held(resource: Resource, engine: str, context: Context) -> Iterator[Charge]:
    least = max(
        LEAST_GB.get(engine, USUAL_LEAST_GB),
        context.number(resource, "CacheUsageLimits.DataStorage.Minimum", 0),
    )
    gigabytes = context.usage(resource, "storage_gb")
    said = f"at least {least} GB are metered" if gigabytes < least else ""
    price = f"AmazonElastiCache/serverless_{engine}_data"
    yield Charge("storage", max(gigabytes, least) * HOURS, price, said)


def _processed(resource: Resource, engine: str, context: Context) -> Iterator[Charge]:
    least = context.number(resource, "CacheUsageLimits.ECPUPerSecond.Minimum", 0) * SECONDS
    units = context.usage(resource, "monthly_ecpus")
    yield Charge("processing", max(units, least), f"AmazonElastiCache/serverless_{engine}_ecpu")

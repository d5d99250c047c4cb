"""ElastiCache clusters: hours of their nodes, and snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.shared import cache_nodes, cache_snapshots
from cost.shared.apart import apart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ElastiCache::CacheCluster"
USAGE = (cache_snapshots.KEY,)
PRICES = cache_nodes.PRICES
MEMCACHED = "memcached"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of all nodes; Memcached makes no snapshots."""
    engine = context.text(resource, "Engine").lower()
    snapshots = cache_snapshots.snapshots(resource, context)
    yield from apart(_nodes(resource, engine, context), () if engine == MEMCACHED else snapshots)


def _nodes(resource: Resource, engine: str, context: Context) -> Iterator[Item]:
    yield from cache_nodes.nodes(resource, context.number(resource, "NumCacheNodes", 1), engine, context)

"""ElastiCache replication groups: hours of primaries and replicas, and snapshots."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.errors import PropertyUnknown
from cost.lines import NotPriced
from cost.shared import cache_nodes, cache_snapshots
from cost.shared.apart import apart
from cost.shared.scalable_targets import capacity_of, target_of
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ElastiCache::ReplicationGroup"
USAGE = (
    Key("capacity", "node groups", "mean number; left out, that of the scalable target or the template"),
    cache_snapshots.KEY,
)
PRICES = cache_nodes.PRICES
DIMENSION = "elasticache:replication-group:{}"
SHARDED = ("NumNodeGroups", "NodeGroupConfiguration", "ReplicasPerNodeGroup")
"""Properties of a group that is divided into node groups."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of all nodes of all node groups."""
    if context.get(resource, "GlobalReplicationGroupId") is not None:
        yield NotPriced("data replicated between the regions of a global datastore")
    yield from apart(_nodes(resource, context), cache_snapshots.snapshots(resource, context))


def _nodes(resource: Resource, context: Context) -> Iterator[Item]:
    if context.get(resource, "CacheNodeType") is None and context.get(resource, "GlobalReplicationGroupId"):
        raise PropertyUnknown(resource.logical_id, "CacheNodeType", "it is that of the global datastore")
    engine = context.text(resource, "Engine", "redis").lower()
    count, said = _count(resource, context)
    yield from cache_nodes.nodes(resource, count, engine, context, said)


def _count(resource: Resource, context: Context) -> tuple[Decimal, str]:
    """How many nodes there are, and what is assumed."""
    groups, of_groups = _scaled(resource, "NodeGroups", context)
    replicas, of_replicas = _scaled(resource, "Replicas", context)
    said = of_groups or of_replicas
    if groups is None and replicas is None and not _is_sharded(resource, context):
        return context.number(resource, "NumCacheClusters", 1), ""
    if groups is None and replicas is None and context.get(resource, "NodeGroupConfiguration") is not None:
        return _configured(resource, context), ""
    if groups is None:
        groups = _written_groups(resource, context)
    if replicas is None:
        replicas = context.number(resource, "ReplicasPerNodeGroup", 0)
    return groups * (1 + replicas), said


def _scaled(resource: Resource, what: str, context: Context) -> tuple[Decimal | None, str]:
    if what == "NodeGroups" and context.is_told(resource, "capacity"):
        return context.usage(resource, "capacity"), ""
    target = target_of(resource, DIMENSION.format(what), "ReplicationGroupId", context)
    return (None, "") if target is None else capacity_of(target, context)


def _is_sharded(resource: Resource, context: Context) -> bool:
    return any(context.get(resource, name) is not None for name in SHARDED)


def _written_groups(resource: Resource, context: Context) -> Decimal:
    configured = len(context.mappings(resource, "NodeGroupConfiguration"))
    return context.number(resource, "NumNodeGroups", configured or 1)


def _configured(resource: Resource, context: Context) -> Decimal:
    """Nodes of node groups that are written one by one; a group that is not has the common replicas."""
    configured = len(context.mappings(resource, "NodeGroupConfiguration"))
    common = int(context.number(resource, "ReplicasPerNodeGroup", 0))
    counts = [
        1 + context.number(resource, f"NodeGroupConfiguration.{index}.ReplicaCount", common)
        for index in range(configured)
    ]
    others = max(_written_groups(resource, context) - configured, Decimal(0))
    return sum(counts, Decimal(0)) + others * (1 + common)

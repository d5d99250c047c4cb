"""Caches: nodes by how they are grouped, snapshots, and caches without nodes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cost import PriceMissing, PropertyRefused, estimate
from tests.cost.bills import quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, deploy, resource

MONTH = Decimal(730)
GROUP, CLUSTER = "AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster"
SERVERLESS = "AWS::ElastiCache::ServerlessCache"


def group(**properties: Any) -> Resources:
    return {"Cache": resource(GROUP, CacheNodeType="cache.m4.large", **properties)}


def cluster(engine: str = "redis", **properties: Any) -> Resources:
    return {"Cache": resource(CLUSTER, Engine=engine, CacheNodeType="cache.m4.large", **properties)}


def serverless(engine: str = "valkey", **properties: Any) -> Resources:
    return {"Cache": resource(SERVERLESS, Engine=engine, ServerlessCacheName="cache", **properties)}


def target(dimension: str, least: int, resource_id: Any) -> dict[str, Any]:
    return resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        ResourceId=resource_id,
        ScalableDimension=f"elasticache:replication-group:{dimension}",
        MinCapacity=least,
    )


@pytest.mark.parametrize(
    ("properties", "nodes"),
    [
        ({}, 1),
        ({"NumCacheClusters": "3"}, 3),
        ({"NumNodeGroups": 2}, 2),
        ({"NumNodeGroups": 2, "ReplicasPerNodeGroup": 2}, 6),
        ({"ReplicasPerNodeGroup": 2}, 3),
        ({"NodeGroupConfiguration": [{"ReplicaCount": 1}, {"ReplicaCount": 3}]}, 6),
        ({"NodeGroupConfiguration": [{"ReplicaCount": 3}, {}], "ReplicasPerNodeGroup": 1}, 6),
        ({"NodeGroupConfiguration": [{"ReplicaCount": 3}], "NumNodeGroups": 3, "ReplicasPerNodeGroup": 1}, 8),
    ],
)
def test_a_group_has_a_primary_and_replicas_in_each_node_group(properties: Any, nodes: int) -> None:
    assert {"nodes": nodes * MONTH} == quantities(used(group(**properties)), "Cache")


@pytest.mark.parametrize(
    ("usage", "nodes"),
    [
        ({}, 4 * 3),
        ({"Groups": {"capacity": 5}}, 5 * 3),
        ({"Replicas": {"capacity": "0.5"}}, 4 * Decimal("1.5")),
        ({"Cache": {"capacity": 6}, "Groups": {"capacity": 5}}, 6 * 3),
    ],
)
def test_scalable_targets_tell_groups_and_replicas(usage: Any, nodes: Decimal) -> None:
    by_reference = {"Fn::Sub": "replication-group/${Cache}"}
    resources = {
        **group(NumNodeGroups=1, ReplicasPerNodeGroup=1, ReplicationGroupId="sessions"),
        "Groups": target("NodeGroups", 4, by_reference),
        "Replicas": target("Replicas", 2, "replication-group/sessions"),
    }

    assert {"nodes": nodes * MONTH} == quantities(used(resources, **usage), "Cache")


@pytest.mark.parametrize("engine", ["redis", "memcached"])
def test_a_cluster_has_as_many_nodes_as_it_says(engine: str) -> None:
    found = used(cluster(engine, NumCacheNodes=3), Cache={"snapshot_storage_size_gb": 10})

    assert {"nodes": 3 * MONTH} == quantities(found, "Cache")


def test_one_snapshot_is_free_and_memcached_makes_none() -> None:
    usage = {"snapshot_storage_size_gb": 10}

    assert 20 == quantities(used(cluster(SnapshotRetentionLimit=3), Cache=usage), "Cache")["snapshots"]
    memcached = used(cluster("memcached", SnapshotRetentionLimit=3), Cache=usage)
    assert "snapshots" not in quantities(memcached, "Cache")


@pytest.mark.parametrize(
    ("resources", "usage"),
    [
        (group(SnapshotRetentionLimit=2), {}),
        (cluster(SnapshotRetentionLimit=2), {}),
        (serverless(SnapshotRetentionLimit=2), {}),
    ],
    ids=["group", "cluster", "serverless"],
)
def test_every_usage_key_matters(resources: Resources, usage: dict[str, Any]) -> None:
    assert [] == without_effect(resources, "Cache", usage)


def test_a_cache_without_nodes_is_metered_from_a_least_size() -> None:
    assert {"storage": Decimal(73)} == quantities(used(serverless()), "Cache")
    assert {"storage": MONTH} == quantities(used(serverless("redis")), "Cache")
    assert any("at least 0.1 GB are metered" in text for text in told(used(serverless())))


def test_a_cache_pays_for_the_least_that_it_keeps_ready() -> None:
    limits = {"DataStorage": {"Minimum": 5, "Unit": "GB"}, "ECPUPerSecond": {"Minimum": 1000}}

    found = quantities(used(serverless(CacheUsageLimits=limits)), "Cache")

    assert {"storage": 5 * MONTH, "processing": 1000 * 3600 * MONTH} == found


def test_a_class_or_an_engine_without_a_known_price_is_named() -> None:
    with pytest.raises(PriceMissing, match=r"valkey_cache\.m4\.large"):
        used(group(Engine="valkey"))
    with pytest.raises(PropertyRefused, match="CacheNodeType is missing"):
        used({"Cache": resource(GROUP)})


def test_a_group_of_a_global_datastore_takes_its_class_from_there() -> None:
    found = used({"Cache": resource(GROUP, GlobalReplicationGroupId="world")})

    assert ["CacheNodeType"] == [unknown.name for unknown in found.unknowns]
    assert "data replicated between the regions of a global datastore" in told(found)


@pytest.mark.parametrize(
    ("version", "day", "told_of"),
    [
        ("5.0.6", date(2026, 2, 1), True),
        ("5.0.6", date(2026, 1, 31), False),
        ("6.2", date(2026, 11, 25), False),
    ],
)
def test_extended_support_of_old_redis_is_told(version: str, day: date, *, told_of: bool) -> None:
    found = estimate(deploy(group(EngineVersion=version)), as_of=day)

    assert told_of == (f"Extended Support of Redis {version}" in told(found))

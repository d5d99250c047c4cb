"""RDS Proxy: hours of the virtual CPUs, or of the capacity units, of the databases behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.shared.databases import (
    CLUSTER,
    INSTANCE,
    capacity_is_shared,
    capacity_of,
    is_serverless,
    members,
    vcpus_of,
)
from cost.shared.places import meant
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::RDS::DBProxy"
USAGE = (Key("vcpus", "vCPUs", "of all instances behind it; left out, those that the templates show"),)
PRICES = ("AmazonRDS/proxy_vcpu", "AmazonRDS/proxy_acu")
TARGET_GROUP = "AWS::RDS::DBProxyTargetGroup"
TARGETS = (
    ("DBInstanceIdentifiers", INSTANCE, "DBInstanceIdentifier"),
    ("DBClusterIdentifiers", CLUSTER, "DBClusterIdentifier"),
)
LEAST_VCPUS, LEAST_ACUS = Decimal(2), Decimal(8)
"""What is charged for a smaller database (RDS Proxy pricing page)."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours by the size of what stands behind it."""
    targets = list(_targets(resource, context))
    clusters = [each for each in targets if each.type == CLUSTER]
    inside = [each for cluster in clusters for each in members(cluster, context)]
    instances = list(dict.fromkeys([*(each for each in targets if each.type == INSTANCE), *inside]))
    serverless = [each for each in instances if is_serverless(each, context)]
    if context.is_told(resource, "vcpus"):
        yield _by_vcpus(context.usage(resource, "vcpus"), "")
        return
    if serverless:
        yield _by_capacity(_capacity(serverless, clusters, context))
    provisioned = [each for each in instances if each not in serverless]
    if provisioned or not serverless:
        count = sum((vcpus_of(each, context) for each in provisioned), Decimal(0))
        said = "" if provisioned else "no template shows what stands behind it: the least is charged"
        yield _by_vcpus(count, said)


def _targets(resource: Resource, context: Context) -> Iterator[Resource]:
    for group in context.resources(TARGET_GROUP):
        if meant(context, context.get(group, "DBProxyName"), TYPE, "DBProxyName") is not resource:
            continue
        for path, type_, name in TARGETS:
            for value in context.entries(group, path):
                target = meant(context, value, type_, name)
                if target is not None:
                    yield target


def _capacity(serverless: Sequence[Resource], clusters: Sequence[Resource], context: Context) -> Decimal:
    shared = [each for each in clusters if capacity_is_shared(each, context)]
    apart = [each for each in serverless if not any(each in members(cluster, context) for cluster in shared)]
    told = sum((context.usage(each, "capacity_units_per_hr") for each in shared), Decimal(0))
    return told + sum((capacity_of(each, context)[0] for each in apart), Decimal(0))


def _by_vcpus(count: Decimal, said: str) -> Charge:
    least = f"at least {LEAST_VCPUS} vCPUs are charged" if count < LEAST_VCPUS else ""
    return Charge("proxy", max(count, LEAST_VCPUS) * HOURS, "AmazonRDS/proxy_vcpu", said or least)


def _by_capacity(units: Decimal) -> Charge:
    least = f"at least {LEAST_ACUS} ACUs are charged" if units < LEAST_ACUS else ""
    return Charge(
        "proxy of serverless capacity", max(units, LEAST_ACUS) * HOURS, "AmazonRDS/proxy_acu", least
    )

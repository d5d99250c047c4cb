"""What a database takes from others: a replica from its source, a cluster's instance from its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import PropertyUnknown
from cost.shared.database_engines import is_aurora
from cost.shared.places import meant, nearest
from cost.shared.vcpus import vcpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.shared.places import Place

INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
SERVERLESS = "db.serverless"
ELSEWHERE = (
    "SourceDBInstanceIdentifier",
    "SourceDBClusterIdentifier",
    "DBClusterIdentifier",
    "DBSnapshotIdentifier",
    "DBClusterSnapshotIdentifier",
    "SnapshotIdentifier",
    "SourceDbiResourceId",
    "SourceDBInstanceAutomatedBackupsArn",
)
"""Properties of a database that takes what it does not say from something that may be in no template."""


def cluster_of(instance: Resource, context: Context) -> Resource | None:
    """The cluster that an instance is in; None where it is in none, or in none of these templates."""
    return meant(context, context.get(instance, "DBClusterIdentifier"), CLUSTER, "DBClusterIdentifier")


def members(cluster: Resource, context: Context) -> list[Resource]:
    """The instances of a cluster."""
    return [each for each in context.resources(INSTANCE) if cluster_of(each, context) is cluster]


def origins(instance: Resource, context: Context) -> list[Resource]:
    """A database itself, then what it replicates or is in, and so on."""
    if instance not in context.origins:
        context.origins[instance] = list(_followed(instance, context))
    return context.origins[instance]


def _followed(instance: Resource, context: Context) -> Iterator[Resource]:
    found: set[Resource] = set()
    current: Resource | None = instance
    while current is not None and current not in found:
        found.add(current)
        yield current
        current = _origin(current, context)


def _origin(database: Resource, context: Context) -> Resource | None:
    if database.type != INSTANCE:
        return None
    source = meant(
        context, context.get(database, "SourceDBInstanceIdentifier"), INSTANCE, "DBInstanceIdentifier"
    )
    copied = meant(
        context, context.get(database, "SourceDBClusterIdentifier"), CLUSTER, "DBClusterIdentifier"
    )
    return source or cluster_of(database, context) or copied


def place(database: Resource, name: str, context: Context) -> Place:
    """Where a property of a database stands: with it, or with what it takes it from."""
    return nearest(context, [(each, name) for each in origins(database, context)])


def settled(database: Resource, name: str, context: Context) -> Place:
    """The same for what must be there; raises PropertyUnknown where it is that of something else."""
    found = place(database, name, context)
    if context.get(*found) is None and any(
        context.get(each, other) is not None for each in origins(database, context) for other in ELSEWHERE
    ):
        raise PropertyUnknown(database.logical_id, name, "it is that of what the database is made from")
    return found


def engine_of(database: Resource, context: Context) -> str:
    """The engine, such as `postgres`; raises PropertyUnknown, or PropertyRefused where none is said."""
    return context.text(*settled(database, "Engine", context)).lower()


def is_member(instance: Resource, context: Context) -> bool:
    """Whether an instance keeps its data in a cluster, as far as the templates tell."""
    engine = context.get(*place(instance, "Engine", context))
    return context.get(instance, "DBClusterIdentifier") is not None or is_aurora(str(engine).lower())


def is_serverless(instance: Resource, context: Context) -> bool:
    """Whether an instance has capacity units instead of a class."""
    return str(context.get(instance, "DBInstanceClass")) == SERVERLESS


def vcpus_of(instance: Resource, context: Context) -> Decimal:
    """Virtual CPUs of an instance, told or by its class; raises PropertyUnknown."""
    if context.is_told(instance, "vcpu_count"):
        return context.usage(instance, "vcpu_count")
    class_ = context.text(*settled(instance, "DBInstanceClass", context))
    return vcpus_or_unknown(instance, "DBInstanceClass", class_)


def vcpus_or_unknown(database: Resource, name: str, class_: str) -> Decimal:
    """Virtual CPUs of a class that a property names; raises PropertyUnknown."""
    count = vcpus(class_)
    if count is None:
        reason = f"nothing is known of the virtual CPUs of {class_}; give vcpu_count"
        raise PropertyUnknown(database.logical_id, name, reason)
    return count


def capacity_is_shared(cluster: Resource, context: Context) -> bool:
    """Whether a usage file gives the capacity of a cluster's instances as a sum, at the cluster."""
    key = "capacity_units_per_hr"
    return context.is_told(cluster, key) and not any(
        context.is_told(each, key) for each in members(cluster, context)
    )


def capacity_of(instance: Resource, context: Context) -> tuple[Decimal, str]:
    """Mean capacity units of a serverless instance, and what is assumed; raises PropertyUnknown."""
    if context.is_told(instance, "capacity_units_per_hr"):
        return context.usage(instance, "capacity_units_per_hr"), ""
    cluster = cluster_of(instance, context)
    least = "ServerlessV2ScalingConfiguration.MinCapacity"
    if cluster is None:
        reason = "its cluster is in none of these templates; give capacity_units_per_hr"
        raise PropertyUnknown(instance.logical_id, least, reason)
    return context.number(cluster, least), "capacity stays at the least that its cluster allows"

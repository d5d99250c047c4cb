"""RDS clusters: the volume of Aurora by its use, and the three machines of a Multi-AZ cluster."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.month import HOURS, SECONDS
from cost.shared import database_storage, extended_support
from cost.shared.apart import apart
from cost.shared.database_engines import is_aurora
from cost.shared.database_use import address, secret
from cost.shared.database_use import extended_support as support
from cost.shared.databases import (
    capacity_is_shared,
    engine_of,
    is_serverless,
    members,
    settled,
    vcpus_or_unknown,
)
from cost.shared.places import meant
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::RDS::DBCluster"
USAGE = (
    Key("storage_gb", "GB", "held in the volume of Aurora"),
    Key("read_requests_per_sec", "IOs/s", "mean; Aurora with I/O-Optimized storage pays none"),
    Key("write_requests_per_sec", "IOs/s", "mean; Aurora with I/O-Optimized storage pays none"),
    Key("capacity_units_per_hr", "ACUs", "mean capacity: of Serverless v1, or of all v2 instances together"),
    Key("backup_snapshot_size_gb", "GB", "of one backup; each day kept beyond the first costs as much"),
    Key("snapshot_export_size_gb", "GB", "of snapshots exported to S3"),
    Key("average_statements_per_hr", "statements", "that change data; only where Aurora MySQL can backtrack"),
    Key("change_records_per_statement", "records", "that a statement leaves to backtrack by"),
    Key("backtrack_window_hrs", "h", "for which changes are kept; left out, BacktrackWindow"),
)
PRICES = (
    "AmazonRDS/aurora_storage*",
    "AmazonRDS/aurora_io",
    "AmazonRDS/aurora_serverless_*",
    "AmazonRDS/aurora_backup",
    "AmazonRDS/aurora_backtrack",
    "AmazonRDS/aurora_snapshot_export_s3",
    "AmazonRDS/snapshot_export_s3",
    "AmazonRDS/backup_over_free",
    "AmazonVPC/public_ipv4_in_use",
    "AWSSecretsManager/secret",
    *database_storage.PRICES,
    *extended_support.PRICES,
)
IO_OPTIMIZED = "aurora-iopt1"
MACHINES = 3
"""Of a Multi-AZ cluster: one that writes, and two readable standbys."""
BACKTRACK = {"aurora", "aurora-mysql"}
SERVERLESS_V1 = "serverless"
MULTI_AZ_ENGINES = {"mysql", "postgres"}
SECONDS_IN_HOUR = 3600


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What Aurora keeps and reads, or what a Multi-AZ cluster has provisioned."""
    engine = engine_of(resource, context)
    if is_aurora(engine):
        yield from _aurora(resource, engine, context)
    elif engine in MULTI_AZ_ENGINES:
        yield from _multi_az(resource, engine, context)
    else:
        yield NotPriced(f"a cluster of {engine}")
    yield from secret(resource, context)
    if context.entries(resource, "EnableCloudwatchLogsExports"):
        yield NotPriced("logs of the cluster that are exported to CloudWatch")


def _aurora(resource: Resource, engine: str, context: Context) -> Iterator[Item]:
    optimized = context.text(resource, "StorageType", "aurora") == IO_OPTIMIZED
    suffix = "_io_optimized" if optimized else ""
    yield Charge("storage", context.usage(resource, "storage_gb"), f"AmazonRDS/aurora_storage{suffix}")
    if not optimized:
        rate = sum(context.usage(resource, f"{kind}_requests_per_sec") for kind in ("read", "write"))
        yield Charge("I/O requests", rate * SECONDS, "AmazonRDS/aurora_io")
    yield from apart(
        _capacity(resource, suffix, context),
        _kept(resource, "AmazonRDS/aurora_backup", "AmazonRDS/aurora_snapshot_export_s3", context),
        _backtrack(resource, engine, context),
        _elsewhere(resource, context),
    )


def _capacity(resource: Resource, suffix: str, context: Context) -> Iterator[Item]:
    hours = context.usage(resource, "capacity_units_per_hr") * HOURS
    if _is_serverless_v1(resource, context):
        yield Charge("capacity", hours, "AmazonRDS/aurora_serverless_v1_acu")
        yield Note("Aurora Serverless v1 ended on 2025-03-31: this is what it cost")
    elif capacity_is_shared(resource, context) and _may_be_serverless(resource, context):
        yield Charge("capacity", hours, f"AmazonRDS/aurora_serverless_v2_acu{suffix}")


def _may_be_serverless(resource: Resource, context: Context) -> bool:
    """Whether some of its instances have capacity units, or all are elsewhere."""
    instances = members(resource, context)
    return not instances or any(is_serverless(each, context) for each in instances)


def _is_serverless_v1(resource: Resource, context: Context) -> bool:
    return context.text(resource, "EngineMode", "provisioned") == SERVERLESS_V1


def _kept(resource: Resource, backups: str, export: str, context: Context) -> Iterator[Charge]:
    days = max(context.number(resource, "BackupRetentionPeriod", 1) - 1, Decimal(0))
    yield Charge(
        "backups",
        context.usage(resource, "backup_snapshot_size_gb") * days,
        backups,
        "each day's backup is counted whole, the first is free; AWS keeps what changed, which may be less",
    )
    yield Charge("snapshot export", context.usage(resource, "snapshot_export_size_gb"), export)


def _backtrack(resource: Resource, engine: str, context: Context) -> Iterator[Charge]:
    if engine not in BACKTRACK or _is_serverless_v1(resource, context):
        return
    hours = context.number(resource, "BacktrackWindow", 0) / SECONDS_IN_HOUR
    if context.is_told(resource, "backtrack_window_hrs"):
        hours = context.usage(resource, "backtrack_window_hrs")
    statements = context.usage(resource, "average_statements_per_hr") * HOURS
    records = statements * context.usage(resource, "change_records_per_statement")
    yield Charge("backtrack", records * hours, "AmazonRDS/aurora_backtrack")


def _elsewhere(resource: Resource, context: Context) -> Iterator[NotPriced]:
    """What Aurora charges under features that have no price here."""
    if context.get(resource, "GlobalClusterIdentifier") is not None and not _is_here(resource, context):
        yield NotPriced("writes that a global database replicates between regions")
    if context.text(resource, "ClusterScalabilityType", "standard") == "limitless":
        yield NotPriced("capacity of Aurora Limitless Database")


def _is_here(resource: Resource, context: Context) -> bool:
    """Whether its global database is in these templates, and tells the same."""
    value = context.get(resource, "GlobalClusterIdentifier")
    return meant(context, value, "AWS::RDS::GlobalCluster", "GlobalClusterIdentifier") is not None


def _multi_az(resource: Resource, engine: str, context: Context) -> Iterator[Item]:
    vendor = engine.partition("-")[0]
    yield from apart(
        _machines(resource, context),
        database_storage.storage(resource, "multi-az-cluster", vendor, context, default="io1"),
        address(resource, MACHINES, "each machine of a public cluster has a public IPv4 address", context),
        support(resource, lambda: _vcpus(resource, context), MACHINES, context),
        _kept(resource, "AmazonRDS/backup_over_free", "AmazonRDS/snapshot_export_s3", context),
    )


def _machines(resource: Resource, context: Context) -> Iterator[NotPriced]:
    yield NotPriced(f"hours of {MACHINES} {_class(resource, context)} of a cluster with readable standbys")


def _vcpus(resource: Resource, context: Context) -> Decimal:
    return vcpus_or_unknown(resource, "DBClusterInstanceClass", _class(resource, context))


def _class(resource: Resource, context: Context) -> str:
    return context.text(*settled(resource, "DBClusterInstanceClass", context))

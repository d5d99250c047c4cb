"""RDS instances: class, storage, public address, and what is told but not charged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cfn.values import whole
from cost.lines import Charge, Note, NotPriced
from cost.money import cents, plain
from cost.month import HOURS
from cost.shared import database_insights, database_storage, database_use, extended_support
from cost.shared.apart import apart
from cost.shared.database_engines import AURORA, is_aurora, price_of
from cost.shared.databases import (
    capacity_is_shared,
    capacity_of,
    cluster_of,
    engine_of,
    is_member,
    is_serverless,
    place,
    settled,
    vcpus_of,
)
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::RDS::DBInstance"
USAGE = (
    Key("additional_backup_storage_gb", "GB", "backups beyond the free share, the size of the storage"),
    Key("capacity_units_per_hr", "ACUs", "mean capacity of db.serverless; left out, its cluster's least"),
    Key("monthly_cpu_credit_hrs", "h", "CPU over the baseline, for each vCPU; only of burstable classes"),
    Key("vcpu_count", "vCPUs", "of its class; left out, those that its name tells"),
    Key("monthly_standard_io_requests", "IOs", "reads and writes; only of magnetic storage"),
    Key(
        "monthly_additional_performance_insights_requests",
        "API calls",
        "to Performance Insights, beyond the free ones; only where it is on",
    ),
    Key("monthly_log_gb", "GB", "logs exported to CloudWatch"),
    Key("storage_growth_gb", "GB", "growth of the storage in a month; told, not priced"),
)
PRICES = (
    "AmazonRDS/*_single-az_*",
    "AmazonRDS/*_multi-az_*",
    "AmazonRDS/aurora_mysql_*",
    "AmazonRDS/aurora_postgresql_*",
    "AmazonRDS/aurora_serverless_v2_*",
    "AmazonRDS/aurora_backup",
    "AmazonRDS/backup_over_free",
    "AmazonVPC/public_ipv4_in_use",
    *database_storage.PRICES,
    *database_use.PRICES,
    *database_insights.PRICES,
    *extended_support.PRICES,
)
IO_OPTIMIZED = "aurora-iopt1"
BACKUPS = "AmazonRDS/backup_over_free"
BESIDE = {
    "AdditionalStorageVolumes": "AdditionalStorageVolumes",
    "DedicatedLogVolume": "DedicatedLogVolume",
    "AutomaticBackupReplicationRegion": "backups in another region, and their way there",
}
"""Properties that bring storage which has no price here."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of its class by engine and zones, GB of storage, hours of a public IPv4 address."""
    zones = "multi-az" if context.flag(resource, "MultiAZ") else "single-az"
    yield from (
        _member(resource, context) if is_member(resource, context) else _alone(resource, zones, context)
    )


def _alone(resource: Resource, zones: str, context: Context) -> Iterator[Item]:
    """An instance with storage of its own."""
    machines = 2 if zones == "multi-az" else 1
    yield from apart(
        _hours(resource, zones, context),
        _storage(resource, zones, context),
        database_use.address(resource, 1, _why_public(zones), context),
        _backups(resource, BACKUPS, context),
        database_use.secret(resource, context),
        database_use.credits_over_baseline(resource, context),
        database_use.extended_support(resource, lambda: vcpus_of(resource, context), machines, context),
        database_insights.insights(resource, context),
        _told(resource, context, zones),
    )


def _member(resource: Resource, context: Context) -> Iterator[Item]:
    """An instance whose cluster keeps its data."""
    yield from apart(
        _hours_in_cluster(resource, context),
        database_use.address(resource, 1, _why_public(""), context),
        _backups(resource, "AmazonRDS/aurora_backup", context),
        database_use.credits_over_baseline(resource, context),
        database_use.extended_support(resource, lambda: vcpus_of(resource, context), 1, context),
        database_insights.insights(resource, context),
        _traffic(context),
    )


def _hours(resource: Resource, zones: str, context: Context) -> Iterator[Item]:
    licence = context.text(*place(resource, "LicenseModel", context), "")
    engine, said = price_of(engine_of(resource, context), licence)
    class_ = context.text(*settled(resource, "DBInstanceClass", context))
    yield Charge("instance", HOURS, f"AmazonRDS/{engine}_{zones}_{class_}", said)


def _hours_in_cluster(resource: Resource, context: Context) -> Iterator[Item]:
    engine = engine_of(resource, context)
    cluster = cluster_of(resource, context)
    storage = "" if cluster is None else context.text(cluster, "StorageType", "")
    if not is_aurora(engine):
        yield NotPriced(f"an instance of a cluster of {engine}: RDS makes these itself, with the cluster")
    elif is_serverless(resource, context):
        yield from _capacity(resource, storage, context)
    else:
        kind = f"{AURORA[engine]}_io_optimized" if storage == IO_OPTIMIZED else AURORA[engine]
        class_ = context.text(resource, "DBInstanceClass")
        yield Charge("instance", HOURS, f"AmazonRDS/aurora_{kind}_{class_}")


def _capacity(resource: Resource, storage: str, context: Context) -> Iterator[Item]:
    cluster = cluster_of(resource, context)
    if cluster is not None and capacity_is_shared(cluster, context):
        yield Note("the capacity of all instances together is charged at the cluster")
        return
    units, said = capacity_of(resource, context)
    kind = "acu_io_optimized" if storage == IO_OPTIMIZED else "acu"
    yield Charge("capacity", units * HOURS, f"AmazonRDS/aurora_serverless_v2_{kind}", said)
    if not units:
        yield Note("an instance that may pause costs nothing while it does; no capacity is assumed")


def _storage(resource: Resource, zones: str, context: Context) -> Iterator[Item]:
    vendor = str(context.get(*place(resource, "Engine", context))).lower().partition("-")[0]
    yield from database_storage.storage(resource, zones, vendor, context)
    if database_storage.kind_of(resource, context) == "standard":
        requests = context.usage(resource, "monthly_standard_io_requests")
        yield Charge("storage requests", requests, "AmazonRDS/io_magnetic")
    for name, said in BESIDE.items():
        if str(context.get(resource, name, "false")).lower() != "false":
            yield NotPriced(said)


def _backups(resource: Resource, price: str, context: Context) -> Iterator[Charge]:
    gigabytes = context.usage(resource, "additional_backup_storage_gb")
    yield Charge("backups over the free share", gigabytes, price)


def _why_public(zones: str) -> str:
    standby = "; the standby's address is not counted" if zones == "multi-az" else ""
    return f"a publicly accessible instance has one public IPv4 address{standby}"


def _told(resource: Resource, context: Context, zones: str) -> Iterator[Note]:
    """What could cost more than the lines say."""
    storage = context.number(*settled(resource, "AllocatedStorage", context))
    if not context.is_told(resource, "additional_backup_storage_gb"):
        yield Note(
            f"automated backups are free up to {plain(storage)} GB, the size of the storage; "
            f"none beyond are assumed{_at(BACKUPS, ' ({} per GB-month)', context)}"
        )
    yield from _burstable(resource, context)
    yield from _traffic(context)
    yield from _growth(resource, context, zones)


def _burstable(resource: Resource, context: Context) -> Iterator[Note]:
    class_ = context.text(*settled(resource, "DBInstanceClass", context))
    price = database_use.CREDITS.get(str(context.get(*place(resource, "Engine", context))), "")
    if class_.startswith(database_use.BURSTABLE) and not context.is_told(resource, "monthly_cpu_credit_hrs"):
        rate = _at(price, ": {} per vCPU-hour", context)
        yield Note(f"a burstable class pays for CPU over its baseline{rate}; none assumed")


def _traffic(context: Context) -> Iterator[Note]:
    rate = _at("AWSDataTransfer/inter_az_each_direction", " {} per GB in each direction", context)
    yield Note(f"traffic with a function in another zone, or over a public address, costs{rate}; not counted")


def _growth(resource: Resource, context: Context, zones: str) -> Iterator[Note]:
    ceiling = whole(context.get(resource, "MaxAllocatedStorage"))
    price = f"AmazonRDS/storage_{database_storage.kind_of(resource, context)}_{zones}"
    if ceiling is not None and context.prices.has(price):
        usd = ceiling * context.price(price).tiers[0].usd
        growth = context.usage(resource, "storage_growth_gb")
        pace = f" by {plain(growth)} GB a month" if growth else ""
        yield Note(f"storage may grow{pace} to {ceiling} GB; it would then cost ${cents(usd)}")


def _at(price: str, text: str, context: Context) -> str:
    """A rate within a sentence, which stands without it where the book has none."""
    return text.format(f"${plain(context.price(price).tiers[0].usd)}") if context.prices.has(price) else ""

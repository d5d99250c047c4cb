"""RDS instances: class, storage, public address, and what is told but not charged."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.lines import Charge, Note
from cost.money import cents, plain
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

ENGINES = {"postgres": "postgresql", "mysql": "mysql"}
LARGE_GP3_GB = 400
"""From here on gp3 brings four times the baseline (RDS User Guide, "gp3 storage")."""
IOPS_BASELINE, LARGE_IOPS_BASELINE = 3_000, 12_000
MBPS_BASELINE, LARGE_MBPS_BASELINE = 125, 500
BURSTABLE = ("db.t3.", "db.t4g.")


@pricing("AWS::RDS::DBInstance")
def instance(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of its class by engine and zones, GB of storage, hours of a public IPv4 address."""
    zones = "multi-az" if context.flag(resource, "MultiAZ") else "single-az"
    engine = context.text(resource, "Engine")
    key = f"{ENGINES.get(engine, engine)}_{zones}_{context.text(resource, 'DBInstanceClass')}"
    yield Charge("instance", month.HOURS, context.price("AmazonRDS", key))
    yield from _storage(resource, context, zones)
    if context.flag(resource, "PubliclyAccessible"):
        yield _public_address(context, zones)
    yield from _told(resource, context, zones)


def _storage(resource: Resource, context: Context, zones: str) -> Iterator[Item]:
    provisioned = context.get(resource, "Iops") is not None
    kind = context.text(resource, "StorageType", "io1" if provisioned else "gp2")
    gigabytes = context.number(resource, "AllocatedStorage")
    yield Charge("storage", gigabytes, context.price("AmazonRDS", f"storage_{kind}_{zones}"))
    if kind == "gp3":
        yield from _over_baseline(resource, context, zones, large=gigabytes >= LARGE_GP3_GB)
    elif provisioned:
        yield Charge(
            "IOPS", context.number(resource, "Iops"), context.price("AmazonRDS", f"iops_{kind}_{zones}")
        )


def _over_baseline(resource: Resource, context: Context, zones: str, *, large: bool) -> Iterator[Item]:
    for component, name, key, baseline in (
        ("IOPS over the baseline", "Iops", "iops", LARGE_IOPS_BASELINE if large else IOPS_BASELINE),
        (
            "throughput over the baseline",
            "StorageThroughput",
            "throughput",
            LARGE_MBPS_BASELINE if large else MBPS_BASELINE,
        ),
    ):
        over = context.number(resource, name, baseline) - baseline
        if over > 0:
            yield Charge(component, over, context.price("AmazonRDS", f"gp3_{key}_over_baseline_{zones}"))


def _public_address(context: Context, zones: str) -> Charge:
    standby = "; the standby's address is not counted" if zones == "multi-az" else ""
    return Charge(
        "public IPv4 address",
        month.HOURS,
        context.price("AmazonVPC", "public_ipv4_in_use"),
        f"a publicly accessible instance has one public IPv4 address{standby}",
    )


def _told(resource: Resource, context: Context, zones: str) -> Iterator[Note]:
    """What could cost more than the lines say."""
    storage = context.number(resource, "AllocatedStorage")
    backup = context.price("AmazonRDS", "backup_over_free").tiers[0].usd
    yield Note(
        f"automated backups are free up to {plain(storage)} GB, the size of the storage; "
        f"none beyond are assumed (${plain(backup)} per GB-month)"
    )
    if context.text(resource, "DBInstanceClass").startswith(BURSTABLE):
        credit = context.price("AmazonRDS", "cpu_credits_t3_t4g_pg_mysql").tiers[0].usd
        yield Note(
            f"a burstable class pays for CPU over its baseline: ${plain(credit)} per vCPU-hour; none assumed"
        )
    between = context.price("AWSDataTransfer", "inter_az_each_direction").tiers[0].usd
    yield Note(
        "traffic with a function in another zone, or over a public address, "
        f"costs ${plain(between)} per GB in each direction; not counted"
    )
    yield from _growth(resource, context, zones)


def _growth(resource: Resource, context: Context, zones: str) -> Iterator[Note]:
    ceiling = context.get(resource, "MaxAllocatedStorage")
    if ceiling is not None:
        kind = context.text(resource, "StorageType", "gp2")
        usd = Decimal(str(ceiling)) * context.price("AmazonRDS", f"storage_{kind}_{zones}").tiers[0].usd
        growth = context.traffic.database_storage_growth_gb_per_month
        pace = f" by {plain(growth)} GB a month" if growth else ""
        yield Note(f"storage may grow{pace} to {ceiling} GB; it would then cost ${cents(usd)}")

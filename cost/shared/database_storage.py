"""Storage of RDS, provisioned for an instance or for a Multi-AZ cluster: gigabytes, IOPS and throughput."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.shared.databases import place, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context

PRICES = ("AmazonRDS/storage_*", "AmazonRDS/iops_*", "AmazonRDS/gp3_*", "AmazonRDS/io_magnetic")
NAMES = {"standard": "magnetic"}
"""Kinds whose prices have another name."""
PROVISIONED = {"io1", "io2"}
LEAST_GB, LEAST_IOPS = 100, 1_000
"""The smallest volume of provisioned IOPS; SQL Server takes 20 GB (RDS User Guide, "provisioned IOPS")."""
LARGE_GP3_GB = {"oracle": 200, "sqlserver": None}
"""From here on gp3 brings four times the baseline, by engine; else 400 GB (RDS User Guide, "gp3 storage")."""
USUAL_LARGE_GP3_GB = 400
IOPS_BASELINE, LARGE_IOPS_BASELINE = 3_000, 12_000
MBPS_BASELINE, LARGE_MBPS_BASELINE = 125, 500


def kind_of(database: Resource, context: Context, default: str = "gp3") -> str:
    """What kind of storage it is: io1 where only IOPS are written."""
    iops = context.get(database, "Iops") is not None
    return context.text(*place(database, "StorageType", context), "io1" if iops else default)


def storage(
    database: Resource, zones: str, vendor: str, context: Context, default: str = "gp3"
) -> Iterator[Charge]:
    """Charges of a database's storage.

    Args:
        database: An instance or a Multi-AZ cluster; a replica takes what it does not say from its source.
        zones: Ending of the prices, such as `single-az`.
        vendor: First word of the engine.
        context: Deployment, usage and prices.
        default: The kind of storage where none is written.

    """
    kind = kind_of(database, context, default)
    gigabytes = context.number(*settled(database, "AllocatedStorage", context))
    least = LEAST_GB if kind in PROVISIONED and vendor != "sqlserver" else 0
    said = f"RDS makes no {kind} storage under {least} GB" if gigabytes < least else ""
    gigabytes = max(gigabytes, Decimal(least))
    yield Charge("storage", gigabytes, f"AmazonRDS/storage_{NAMES.get(kind, kind)}_{zones}", said)
    if kind == "gp3":
        threshold = LARGE_GP3_GB.get(vendor, USUAL_LARGE_GP3_GB)
        large = threshold is not None and gigabytes >= threshold
        yield from _over_baseline(database, zones, context, large=large)
    elif kind in PROVISIONED:
        yield _iops(database, kind, zones, context)


def _iops(database: Resource, kind: str, zones: str, context: Context) -> Charge:
    iops = context.number(*place(database, "Iops", context), LEAST_IOPS)
    said = f"RDS makes no {kind} storage under {LEAST_IOPS} IOPS" if iops < LEAST_IOPS else ""
    return Charge("IOPS", max(iops, Decimal(LEAST_IOPS)), f"AmazonRDS/iops_{kind}_{zones}", said)


def _over_baseline(database: Resource, zones: str, context: Context, *, large: bool) -> Iterator[Charge]:
    for component, name, key, baseline in (
        ("IOPS over the baseline", "Iops", "iops", LARGE_IOPS_BASELINE if large else IOPS_BASELINE),
        (
            "throughput over the baseline",
            "StorageThroughput",
            "throughput",
            LARGE_MBPS_BASELINE if large else MBPS_BASELINE,
        ),
    ):
        over = context.number(*place(database, name, context), baseline) - baseline
        if over > 0:
            yield Charge(component, over, f"AmazonRDS/gp3_{key}_over_baseline_{zones}")

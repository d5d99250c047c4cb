"""File systems: storage by class, access to the colder classes, and throughput."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.shared.apart import apart
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EFS::FileSystem"
ACCESS = (
    (
        "infrequent access reads",
        "monthly_infrequent_access_read_gb",
        "read from infrequent access in a month",
        "ia_read",
    ),
    (
        "infrequent access writes",
        "monthly_infrequent_access_write_gb",
        "moved to infrequent access in a month",
        "ia_write",
    ),
    ("archive reads", "monthly_archive_read_gb", "read from the archive in a month", "archive_read"),
    ("archive writes", "monthly_archive_write_gb", "moved to the archive in a month", "archive_write"),
    (
        "elastic reads",
        "monthly_elastic_read_gb",
        "read in a month; free unless throughput is elastic",
        "elastic_throughput_read",
    ),
    (
        "elastic writes",
        "monthly_elastic_write_gb",
        "written in a month; free unless throughput is elastic",
        "elastic_throughput_write",
    ),
)
"""Component, usage key, what it is, price."""
USAGE = (
    Key("storage_gb", "GB", "held in the class for frequent access"),
    Key("infrequent_access_storage_gb", "GB", "held for infrequent access"),
    Key("archive_storage_gb", "GB", "held in the archive"),
    *(Key(key, "GB", about) for _, key, about, _ in ACCESS),
    Key("backup_storage_gb", "GB", "of backups by AWS Backup"),
)
PRICES = ("AmazonEFS/*", "AWSBackup/efs_warm")
GB_PER_MBPS = 20
"""So much storage brings throughput of one MB a second with it."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Storage in one zone or in all, access, throughput over what the storage brings, and backups."""
    yield from apart(
        _storage(resource, context),
        _access(resource, context),
        _throughput(resource, context),
        _beside(resource, context),
    )


def _storage(resource: Resource, context: Context) -> Iterator[Item]:
    zones = "one_zone" if context.get(resource, "AvailabilityZoneName") is not None else "standard"
    yield Charge("storage", context.usage(resource, "storage_gb"), f"AmazonEFS/{zones}_storage")
    yield Charge(
        "archive storage", context.usage(resource, "archive_storage_gb"), "AmazonEFS/archive_storage"
    )
    elastic = "_elastic" if zones == "standard" and _mode(resource, context) == "elastic" else ""
    yield Charge(
        "infrequent access storage",
        context.usage(resource, "infrequent_access_storage_gb"),
        f"AmazonEFS/{zones}_ia_storage{elastic}",
    )


def _access(resource: Resource, context: Context) -> Iterator[Item]:
    for component, key, _, name in ACCESS:
        if not name.startswith("elastic") or _mode(resource, context) == "elastic":
            yield Charge(component, context.usage(resource, key), f"AmazonEFS/{name}")


def _throughput(resource: Resource, context: Context) -> Iterator[Item]:
    if _mode(resource, context) == "provisioned":
        brought = context.usage(resource, "storage_gb") / GB_PER_MBPS
        over = context.number(resource, "ProvisionedThroughputInMibps") - brought
        yield Charge("provisioned throughput", max(over, Decimal(0)), "AmazonEFS/provisioned_throughput")


def _beside(resource: Resource, context: Context) -> Iterator[Item]:
    yield Charge("backups", context.usage(resource, "backup_storage_gb"), "AWSBackup/efs_warm")
    if context.get(resource, "BackupPolicy.Status") == "ENABLED" and not context.is_told(
        resource, "backup_storage_gb"
    ):
        yield Note("automatic backups are charged by the GB: backup_storage_gb in a usage file says how much")
    if context.get(resource, "ReplicationConfiguration") is not None:
        yield NotPriced("the replica: what it holds in the other region, and what is sent there")


def _mode(resource: Resource, context: Context) -> str:
    return context.text(resource, "ThroughputMode", "bursting")

"""Backup vaults: what they hold of each service, and what is restored from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Backup::BackupVault"
CHARGES = (
    (Key("monthly_efs_warm_backup_gb", "GB", "of EFS held warm"), "EFS backups, warm", "efs_warm"),
    (
        Key("monthly_efs_cold_backup_gb", "GB", "of EFS held cold, for at least 90 days"),
        "EFS backups, cold",
        "efs_cold",
    ),
    (Key("monthly_efs_warm_restore_gb", "GB", "of EFS restored"), "EFS restores, warm", "efs_restore_warm"),
    (
        Key("monthly_efs_cold_restore_gb", "GB", "of EFS restored from the cold"),
        "EFS restores, cold",
        "efs_restore_cold",
    ),
    (
        Key("monthly_efs_item_restore_requests", "restores", "of single files of EFS"),
        "EFS restores of items",
        "efs_restore_item",
    ),
    (Key("monthly_ebs_snapshot_gb", "GB", "of EBS held"), "EBS snapshots", "ebs_snapshot"),
    (Key("monthly_rds_snapshot_gb", "GB", "of RDS held"), "RDS snapshots", "rds_snapshot"),
    (Key("monthly_aurora_snapshot_gb", "GB", "of Aurora held"), "Aurora snapshots", "aurora_snapshot"),
    (Key("monthly_dynamodb_backup_gb", "GB", "of DynamoDB held"), "DynamoDB backups", "dynamodb_warm"),
    (
        Key("monthly_dynamodb_restore_gb", "GB", "of DynamoDB restored"),
        "DynamoDB restores",
        "dynamodb_restore",
    ),
    (
        Key("monthly_fsx_windows_backup_gb", "GB", "of FSx for Windows held"),
        "FSx for Windows backups",
        "fsx_windows_backup",
    ),
    (
        Key("monthly_fsx_lustre_backup_gb", "GB", "of FSx for Lustre held"),
        "FSx for Lustre backups",
        "fsx_lustre_backup",
    ),
)
"""Usage key, component, price."""
USAGE = tuple(key for key, _, __ in CHARGES)
PRICES = tuple(f"AWSBackup/{price}" for _, __, price in CHARGES)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What is held and restored; a plan of the template counts its own backups of databases."""
    for key, component, name in CHARGES:
        yield Charge(component, context.usage(resource, key.name), f"AWSBackup/{name}")

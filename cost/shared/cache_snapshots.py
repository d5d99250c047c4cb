"""Snapshots of caches: those beyond the one that is free."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context

KEY = Key("snapshot_storage_size_gb", "GB", "of one snapshot; the first of those kept is free")
PRICE = "AmazonElastiCache/backup_storage"


def snapshots(resource: Resource, context: Context) -> Iterator[Charge]:
    """As many as SnapshotRetentionLimit says, but one."""
    kept = max(context.number(resource, "SnapshotRetentionLimit", 0) - 1, Decimal(0))
    yield Charge("snapshots", context.usage(resource, KEY.name) * kept, PRICE)

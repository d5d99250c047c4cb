"""Replicas of keys, charged as the key itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.pricings.kms.key import PRICES, SYMMETRIC, USAGE, charges
from cost.pricings.kms.key import TYPE as PRIMARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

__all__ = ["PRICES", "TYPE", "USAGE", "price"]

TYPE = "AWS::KMS::ReplicaKey"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """A key as its primary is; one whose primary no template has is taken to be symmetric."""
    primaries = (key for key in context.targets(resource, "PrimaryKeyArn") if key.type == PRIMARY)
    primary = next(primaries, None)
    spec = SYMMETRIC if primary is None else context.text(primary, "KeySpec", SYMMETRIC)
    yield from charges(resource, context, spec)

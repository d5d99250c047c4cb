"""Nodes of a cache: hours of their class by engine, and the premium on engines out of support."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.month import HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

PRICES = ("AmazonElastiCache/*",)
OUT_OF_SUPPORT = ("4", "5")
"""Major versions of Redis that pay a premium for each node's hour."""
SINCE = date(2026, 2, 1)


def nodes(
    resource: Resource, count: Decimal, engine: str, context: Context, said: str = ""
) -> Iterator[Item]:
    """Hours of so many nodes."""
    class_ = context.text(resource, "CacheNodeType")
    yield Charge("nodes", count * HOURS, f"AmazonElastiCache/{engine}_{class_}", said)
    version = context.get(resource, "EngineVersion")
    if engine == "redis" and context.as_of >= SINCE and str(version).partition(".")[0] in OUT_OF_SUPPORT:
        yield NotPriced(f"Extended Support of Redis {version}")

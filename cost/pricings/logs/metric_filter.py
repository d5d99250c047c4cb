"""Metrics made from logs: each one that the filter writes is a custom one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Logs::MetricFilter"
USAGE: tuple[Key, ...] = ()
PRICES = ("AmazonCloudWatch/metrics_custom",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """One metric for each transformation; dimensions multiply it, and are not counted."""
    metrics = context.entries(resource, "MetricTransformations")
    yield Charge("custom metrics", Decimal(len(metrics)), "AmazonCloudWatch/metrics_custom")

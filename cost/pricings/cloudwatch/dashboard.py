"""Dashboards."""

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

TYPE = "AWS::CloudWatch::Dashboard"
USAGE: tuple[Key, ...] = ()
PRICES = ("AmazonCloudWatch/dashboard",)


def price(_: Resource, __: Context) -> Iterator[Item]:
    """One price however many widgets."""
    yield Charge("dashboard", Decimal(1), "AmazonCloudWatch/dashboard")

"""Composite alarms."""

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

TYPE = "AWS::CloudWatch::CompositeAlarm"
USAGE: tuple[Key, ...] = ()
PRICES = ("AmazonCloudWatch/alarm_composite",)


def price(_: Resource, __: Context) -> Iterator[Item]:
    """The alarm itself; those that it watches have lines of their own."""
    yield Charge("composite alarm", Decimal(1), "AmazonCloudWatch/alarm_composite")

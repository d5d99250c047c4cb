"""Scaling policies: free, but for the alarms that target tracking makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.shared.target_tracking import made_alarms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::AutoScaling::ScalingPolicy"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
TARGET = "TargetTrackingConfiguration"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing beside such alarms."""
    yield from made_alarms(resource, TARGET, context)

"""What Application Auto Scaling moves: free itself, it says how much capacity something else has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.shared.scalable_targets import KEY
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"
USAGE = (Key(KEY, "units", "mean capacity of what scales, charged there; left out, MinCapacity"),)
PRICES: tuple[str, ...] = ()


def price(_: Resource, __: Context) -> Iterator[Item]:
    """Nothing: alarms and capacity are charged where they are."""
    yield from ()

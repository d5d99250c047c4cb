"""What Application Auto Scaling moves: free itself, it says how much capacity something else has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced
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


DIMENSION = "ScalableDimension"
BESIDE = {
    "rds:cluster:ReadReplicaCount": "readers that scaling adds to a cluster, beside those of the templates",
    "lambda:function:ProvisionedConcurrency": "environments that scaling keeps ready beside the alias",
}
"""Dimensions whose capacity is no resource of a template."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing: alarms and capacity are charged where they are, unless no template has what is added."""
    reason = BESIDE.get(str(context.get(resource, DIMENSION)))
    if reason is not None:
        yield NotPriced(reason)

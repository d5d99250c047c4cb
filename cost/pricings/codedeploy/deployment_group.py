"""Deployment groups: free for what runs in AWS; machines outside of it pay by the update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::CodeDeploy::DeploymentGroup"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
OUTSIDE = ("OnPremisesInstanceTagFilters", "OnPremisesTagSet")
UPDATES = "updates of machines outside of AWS, each by the machine"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing within AWS."""
    if any(context.get(resource, name) is not None for name in OUTSIDE):
        yield NotPriced(UPDATES)

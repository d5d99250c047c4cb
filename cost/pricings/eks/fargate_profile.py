"""Fargate profiles: free themselves; the pods that they send to Fargate are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::EKS::FargateProfile"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
PODS = "pods that run on Fargate: their vCPUs and memory stand in no template"


def price(_: Resource, __: Context) -> Iterator[Item]:
    """Nothing that a template tells."""
    yield NotPriced(PODS)

"""What names things: SSM parameters and DNS records, free in their usual form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item


@pricing("AWS::SSM::Parameter")
def parameter(resource: Resource, context: Context) -> Iterator[Item]:
    """Free in the standard tier."""
    if context.text(resource, "Tier", "Standard") != "Standard":
        yield NotPriced("a parameter that is not of the standard tier")


@pricing("AWS::Route53::RecordSet")
def record(resource: Resource, context: Context) -> Iterator[Item]:
    """Free when it is an alias of something in AWS: its queries are not charged."""
    if context.get(resource, "AliasTarget") is None:
        yield NotPriced("queries of a record that is not an alias")

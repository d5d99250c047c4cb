"""Which function prices which CloudFormation type."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

    Pricing = Callable[[Resource, Context], Iterator[Item]]

PRICINGS: dict[str, Pricing] = {}


def pricing(*types: str) -> Callable[[Pricing], Pricing]:
    """Register the function that prices resources of these types."""

    def register(function: Pricing) -> Pricing:
        PRICINGS.update(dict.fromkeys(types, function))
        return function

    return register

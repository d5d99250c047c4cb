"""Budgets: free as long as they only watch and warn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Budgets::Budget"
USAGE: tuple[Key, ...] = ()
PRICES = ()


def price(_: Resource, __: Context) -> Iterator[Item]:
    """Nothing: what acts on a budget is charged at its first action."""
    yield from ()

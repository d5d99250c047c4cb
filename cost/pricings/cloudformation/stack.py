"""Nested stacks: their resources stand in a template of their own, which is not looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::CloudFormation::Stack"
USAGE: tuple[Key, ...] = ()
PRICES = ()


def price(_: Resource, __: Context) -> Iterator[Item]:
    """Nothing that could be told from here."""
    yield NotPriced("its resources stand in another template: price that one too")

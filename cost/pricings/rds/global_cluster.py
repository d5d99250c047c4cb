"""Aurora global databases: what is replicated between their regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::RDS::GlobalCluster"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()


def price(_: Resource, __: Context) -> Iterator[Item]:
    """Its clusters are charged by themselves."""
    yield NotPriced("writes replicated between regions, and the data that is transferred for them")

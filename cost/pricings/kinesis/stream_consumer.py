"""Consumers with enhanced fan-out: charged at their stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Note, NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Kinesis::StreamConsumer"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
STREAM = "AWS::Kinesis::Stream"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing by itself, as long as its stream is there to be charged."""
    if any(stream.type == STREAM for stream in context.targets(resource, "StreamARN")):
        yield Note("a consumer with enhanced fan-out is charged at its stream")
    else:
        yield NotPriced("enhanced fan-out from a stream that is in none of these templates")

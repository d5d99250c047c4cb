"""Queues: requests by size, standard or FIFO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.shared.metering import steps
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::SQS::Queue"
USAGE = (
    Key("monthly_requests", "requests", "calls in a month: to send, receive and delete, a batch being one"),
    Key("request_size_kb", "KB", "average payload of a request, in steps of 64"),
    Key("request_size", "KB", "the same by another name; costs nothing where the former is told"),
)
PRICES = ("AWSQueueService/standard_requests", "AWSQueueService/fifo_requests")
CHUNK_KB = 64


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Every 64 KB of a request count as one."""
    size = "request_size_kb" if context.is_told(resource, "request_size_kb") else "request_size"
    metered = context.usage(resource, "monthly_requests") * steps(context.usage(resource, size), CHUNK_KB)
    kind = "fifo" if context.flag(resource, "FifoQueue") else "standard"
    yield Charge("requests", metered, f"AWSQueueService/{kind}_requests")

"""Pipes: requests that pass their filter."""

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

TYPE = "AWS::Pipes::Pipe"
USAGE = (
    Key("monthly_requests", "requests", "requests in a month, those that the filter drops left out"),
    Key("request_size_kb", "KB", "payload of one, in steps of 64"),
)
PRICES = ("AWSEvents/pipes_requests",)
CHUNK_KB = 64


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Every 64 KB of a request count as one."""
    chunks = steps(context.usage(resource, "request_size_kb"), CHUNK_KB)
    yield Charge("requests", context.usage(resource, "monthly_requests") * chunks, "AWSEvents/pipes_requests")

"""Logging of DNS queries: free itself; what it writes is charged as logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Route53Resolver::ResolverQueryLoggingConfig"
USAGE = (Key("monthly_log_gb", "GB", "lines written in a month"),)
PRICES = ()


def price(_: Resource, __: Context) -> Iterator[Item]:
    """Nothing beside its lines."""
    yield from ()

"""API destinations: calls to addresses outside of AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Events::ApiDestination"
USAGE = (Key("monthly_invocations", "invocations", "calls in a month, repeated ones included"),)
PRICES = ("AWSEvents/api_destinations",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """So much a call."""
    yield Charge("invocations", context.usage(resource, "monthly_invocations"), "AWSEvents/api_destinations")

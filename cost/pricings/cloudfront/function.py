"""CloudFront functions: one run for each request that they look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::CloudFront::Function"
USAGE = (Key("monthly_requests", "invocations", "runs in a month"),)
PRICES = ("AmazonCloudFront/functions_invocations",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Runs."""
    runs = context.usage(resource, "monthly_requests")
    yield Charge("runs", runs, "AmazonCloudFront/functions_invocations")

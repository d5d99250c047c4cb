"""Deployments of REST APIs: free, unless they make a stage that has a cache, metrics of methods or traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced
from cost.pricings.apigateway.stage import cache
from cost.shared.apart import apart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::ApiGateway::Deployment"
USAGE: tuple[Key, ...] = ()
PRICES = ("AmazonApiGateway/cache_*",)
STAGE = "StageDescription"
MEASURED = "metrics of the methods of a stage that a deployment makes"
TRACED = "traces of a stage that a deployment makes"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """The stage that StageDescription describes."""
    yield from apart(cache(resource, context, f"{STAGE}."), _beside(resource, context))


def _beside(resource: Resource, context: Context) -> Iterator[Item]:
    settings = context.entries(resource, f"{STAGE}.MethodSettings")
    measured = ("", *(f"MethodSettings.{index}." for index, _ in enumerate(settings)))
    if any(context.flag(resource, f"{STAGE}.{path}MetricsEnabled") for path in measured):
        yield NotPriced(MEASURED)
    if context.flag(resource, f"{STAGE}.TracingEnabled"):
        yield NotPriced(TRACED)

"""Stages of HTTP APIs: free but for detailed metrics, which are priced as custom metrics."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.assumptions import METRICS_PER_ROUTE
from cost.lines import Charge
from cost.usage.key import Key
from cost.usage.routing import ROUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ApiGatewayV2::Stage"
USAGE = (Key("monthly_log_gb", "GB", "access log"),)
PRICES = ("AmazonCloudWatch/metrics_custom",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Six metrics for each route of the API."""
    if context.flag(resource, "DefaultRouteSettings.DetailedMetricsEnabled"):
        api = list(context.targets(resource, "ApiId"))
        routes = [route for route in context.resources(ROUTE) if list(context.targets(route, "ApiId")) == api]
        yield Charge(
            "detailed metrics",
            Decimal(METRICS_PER_ROUTE * len(routes)),
            "AmazonCloudWatch/metrics_custom",
            f"{METRICS_PER_ROUTE} metrics for each route, every route used in every hour of the month",
        )

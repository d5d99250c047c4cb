"""HTTP APIs: requests by size, what goes out to the internet, metrics for each route."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from cost.assumptions import METRICS_PER_ROUTE
from cost.lines import Charge, NotPriced
from cost.registry import pricing
from cost.routing import ROUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

INCREMENT_KB = 512


@pricing("AWS::ApiGatewayV2::Api")
def http_api(resource: Resource, context: Context) -> Iterator[Item]:
    """Every 512 KB of a request or its response, whichever is larger, count as one request."""
    if context.text(resource, "ProtocolType", "HTTP") != "HTTP":
        yield NotPriced("messages and connections of a WebSocket API")
        return
    if resource is not context.routing.api:
        yield NotPriced("a second API: [traffic] has one")
        return
    metered = context.routing.api_requests * _increments(context)
    yield Charge("requests", metered, context.price("AmazonApiGateway", "http_api_requests"))
    if not context.routing.api_behind_distribution:
        price = context.price("AWSDataTransfer", "internet_out")
        yield Charge("data out", context.traffic.internet_out_gb, price)


@pricing("AWS::ApiGatewayV2::Stage")
def stage(resource: Resource, context: Context) -> Iterator[Item]:
    """Free but for detailed metrics, which are priced as custom metrics."""
    if context.flag(resource, "DefaultRouteSettings.DetailedMetricsEnabled"):
        api = list(context.targets(resource, "ApiId"))
        routes = [route for route in context.resources(ROUTE) if list(context.targets(route, "ApiId")) == api]
        yield Charge(
            "detailed metrics",
            Decimal(METRICS_PER_ROUTE * len(routes)),
            context.price("AmazonCloudWatch", "metrics_custom"),
            f"{METRICS_PER_ROUTE} metrics for each route, every route used in every hour of the month",
        )


def _increments(context: Context) -> Decimal:
    largest_kb = max(context.traffic.request_kb, context.traffic.response_kb)
    return max(Decimal(1), (largest_kb / INCREMENT_KB).to_integral_value(ROUND_CEILING))

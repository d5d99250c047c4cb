"""Which resource carries which part of the traffic, as the templates' own references say.

The API's routes lead over integrations to functions. The function with `$default`, or else with
most routes, takes `requests_per_month`; every other one that a route leads to takes the logins.
CloudFront stands before the API when a distribution has an origin that is not a bucket.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.template import Resource
    from cost.context import Context
    from cost.usage.traffic import Traffic

API = "AWS::ApiGatewayV2::Api"
DISTRIBUTION = "AWS::CloudFront::Distribution"
FUNCTION = "AWS::Lambda::Function"
ROUTE = "AWS::ApiGatewayV2::Route"


@dataclass(frozen=True, slots=True)
class Routing:
    """The way of the traffic; None where the deployment has nothing of that kind."""

    traffic: Traffic
    api: Resource | None
    distribution: Resource | None
    api_behind_distribution: bool
    routes: Mapping[Resource, int]
    """How many routes lead to each function, the main one first."""

    @property
    def main_function(self) -> Resource | None:
        """The function that answers the API's requests."""
        return next(iter(self.routes), None)

    def requests(self, function: Resource) -> Decimal:
        """Requests to a function in a month; none where no route leads to it."""
        if function is self.main_function:
            return self.traffic.requests_per_month
        return self.traffic.login_requests if function in self.routes else Decimal(0)

    @property
    def api_requests(self) -> Decimal:
        """Requests to the API in a month, logins included where a function takes them."""
        if self.api is None:
            return Decimal(0)
        return self.traffic.requests_per_month + (self.traffic.login_requests if len(self.routes) > 1 else 0)

    @property
    def distribution_requests(self) -> Decimal:
        """Requests to CloudFront in a month, with the API's where it stands behind."""
        if self.distribution is None:
            return Decimal(0)
        return self.traffic.frontend_requests_per_month + (
            self.api_requests if self.api_behind_distribution else 0
        )

    @property
    def distribution_out_gb(self) -> Decimal:
        """GB from CloudFront to the internet in a month, with the API's where it stands behind."""
        if self.distribution is None:
            return Decimal(0)
        return self.traffic.frontend_out_gb + (
            self.traffic.internet_out_gb if self.api_behind_distribution else 0
        )


def route(context: Context, traffic: Traffic) -> Routing:
    """Follow the references of a deployment."""
    distribution = next(iter(context.resources(DISTRIBUTION)), None)
    api = next(iter(context.resources(API)), None)
    return Routing(
        traffic=traffic,
        api=api,
        distribution=distribution,
        api_behind_distribution=api is not None
        and distribution is not None
        and _fronts_an_api(distribution, context),
        routes=_routes(context),
    )


def origins(distribution: Resource, context: Context) -> list[dict[str, Any]]:
    """The origins of a distribution that are known before it is deployed."""
    found = context.get(distribution, "DistributionConfig.Origins")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _fronts_an_api(distribution: Resource, context: Context) -> bool:
    return any("CustomOriginConfig" in origin for origin in origins(distribution, context))


def _routes(context: Context) -> dict[Resource, int]:
    routes: Counter[Resource] = Counter()
    catch_all: set[Resource] = set()
    for each in context.resources(ROUTE):
        functions = list(_functions(each, "Target", context))
        routes.update(functions)
        if context.get(each, "RouteKey") == "$default":
            catch_all.update(functions)
    ranked = sorted(routes, key=lambda function: (function in catch_all, routes[function]), reverse=True)
    return {function: routes[function] for function in ranked}


def _functions(resource: Resource, path: str, context: Context) -> Iterator[Resource]:
    """The functions that a property leads to, over integration and alias."""
    for target in context.targets(resource, path):
        if target.type == FUNCTION:
            yield target
        elif target.type == "AWS::ApiGatewayV2::Integration":
            yield from _functions(target, "IntegrationUri", context)
        elif target.type == "AWS::Lambda::Alias":
            yield from _functions(target, "FunctionName", context)

"""Rules for the HTTP API: every route leads to a function that it may invoke, and nothing else may."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from cfn import Text
from cfn.values import many
from runtime.contract import ROUTES
from stacks.invariants.expectations import between, expect, one_of
from stacks.invariants.functions import FUNCTION, contract_function, function_behind
from stacks.invariants.reading import literal, mappings, said
from stacks.invariants.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn import Deployment, Resource
    from runtime.contract import Route
    from stacks.invariants.rule import Subject, System

API = "AWS::ApiGatewayV2::Api"
AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"
INTEGRATION = "AWS::ApiGatewayV2::Integration"
ROUTE = "AWS::ApiGatewayV2::Route"
STAGE = "AWS::ApiGatewayV2::Stage"
DEFAULT = "$default"
"""Name of the stage without a path of its own, and key of the route for all that no other route takes."""
AUTHORIZERS = {"JWT": "JWT", "CUSTOM": "REQUEST"}
"""The AuthorizerType that each AuthorizationType needs; NONE and AWS_IAM need none."""
LOGGED = (
    "$context.requestId",
    "$context.routeKey",
    "$context.status",
    "$context.responseLatency",
    "$context.integrationErrorMessage",
)
"""What tells which request failed where; a missing invoke permission shows in the last and nowhere else."""

SHOWN = 3
"""Route keys that a finding names; a missing permission concerns them all."""

_CONTRACT: dict[str, Route] = {route.key: route for route in ROUTES}

expect(
    "MIYABI.API.1",
    API,
    {"ProtocolType": one_of("HTTP")},
    sentence="The API is an HTTP API.",
    remedy="write ProtocolType: HTTP",
)
expect(
    "MIYABI.API.2",
    INTEGRATION,
    {"IntegrationType": one_of("AWS_PROXY"), "PayloadFormatVersion": one_of("2.0")},
    sentence="An integration hands the request to a function in the form that the code reads.",
    remedy="write IntegrationType: AWS_PROXY and PayloadFormatVersion: 2.0",
)
expect(
    "MIYABI.API.12",
    STAGE,
    {
        "DefaultRouteSettings.ThrottlingRateLimit": between(1),
        "DefaultRouteSettings.ThrottlingBurstLimit": between(1),
    },
    sentence="The stage throttles all routes: without, one caller can use up the account's quota.",
    remedy="set http_api.throttle_rate and http_api.throttle_burst",
    also=("APIGWDefaultThrottling", "ES2003"),
)


def integration_of(route: Subject) -> Resource | None:
    """The integration that a route's Target names, if it is one of the route's own API."""
    target = route.get("Target")
    parts = target.parts if isinstance(target, Text) else ()
    if len(parts) != 2 or parts[0] != "integrations/":  # noqa: PLR2004  (the word, then the reference)
        return None
    found = route.deployment.resource(parts[1])
    if found is None or found.type != INTEGRATION:
        return None
    return found if same(route, route.get("ApiId"), route.deployment.get(found, "ApiId")) else None


def same(subject: Subject, one: Any, other: Any) -> bool:
    """Whether two values refer to the same resource of the templates."""
    resource = subject.deployment.resource(one)
    return resource is not None and resource is subject.deployment.resource(other)


def belonging_to(api: Resource, system: System, kind: str) -> Iterator[Subject]:
    """An API's routes, integrations, stages or authorizers."""
    return (each for each in system.of_type(kind) if each.target("ApiId") is api)


def some(keys: Sequence[str]) -> str:
    """The first few of many route keys."""
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    return ", ".join(keys[:SHOWN]) + more


@rule("MIYABI.API.7", ROUTE, remedy="write Target: integrations/<an integration of the same API>")
def route_leads_somewhere(route: Subject) -> Iterator[str]:
    """Every route leads to an integration of its own API."""
    if integration_of(route) is None:
        yield said("Target", route.get("Target"))


@rule(
    "MIYABI.API.8",
    ROUTE,
    remedy="add the route to runtime.contract, from which both template and code take it",
)
def route_is_in_the_contract(route: Subject) -> Iterator[str]:
    """Every route is one of the contract's, and leads to the function that answers it."""
    key, integration = route.get("RouteKey"), integration_of(route)
    expected = _CONTRACT.get(literal(key) or "")
    if expected is None:
        yield f"{said('RouteKey', key)}, which runtime.contract does not know"
        return
    if integration is not None and _function_called(route.deployment, integration) != expected.function:
        yield f"{key} leads to {integration}, not to the {expected.function} function"


def _function_called(deployment: Deployment, integration: Resource) -> str | None:
    function = function_behind(deployment, deployment.get(integration, "IntegrationUri"))
    return contract_function(function) if function else None


@rule("MIYABI.API.9", API, remedy="set named_routes = true, which adds each of the contract's once")
def api_has_every_route_once(api: Subject) -> Iterator[str]:
    """Every route of the contract whose function is there is there too, and once."""
    present = {contract_function(function) for function in api.deployment.resources(FUNCTION)}
    routes = Counter(
        literal(route.get("RouteKey")) for route in belonging_to(api.resource, api.system, ROUTE)
    )
    absent = [key for key, route in _CONTRACT.items() if route.function in present and not routes[key]]
    if absent:
        yield f"it has no {some(absent)}"
    for key in [key for key, times in routes.items() if key and times > 1]:
        yield f"it has {key} {routes[key]} times"


@rule(
    "APIGateway.8",
    ROUTE,
    also=("CKV_AWS_309", "AwsSolutions-APIG4"),
    remedy="mark the route in runtime.contract as public or token, or give it an authorizer",
)
def caller_is_checked(route: Subject) -> Iterator[str]:
    """The contract marks each route as public, or as checked in the function; another needs an authorizer."""
    key, kind = route.get("RouteKey"), route.get("AuthorizationType")
    if (literal(key) or "") not in _CONTRACT and kind not in (*AUTHORIZERS, "AWS_IAM"):
        yield f"{said('RouteKey', key)}, {said('AuthorizationType', kind)}"


@rule(
    "MIYABI.API.10",
    ROUTE,
    remedy="write AuthorizationType: NONE or AWS_IAM, or JWT or CUSTOM with the AuthorizerId of one",
)
def authorizer_is_there(route: Subject) -> Iterator[str]:
    """AuthorizationType is written out, and where it needs an authorizer there is one of its kind."""
    kind = route.get("AuthorizationType")
    if kind not in ("NONE", "AWS_IAM", *AUTHORIZERS):
        yield said("AuthorizationType", kind)
        return
    authorizer = route.target("AuthorizerId")
    if kind in AUTHORIZERS and (
        authorizer is None
        or route.deployment.get(authorizer, "AuthorizerType") != AUTHORIZERS[kind]
        or not same(route, route.get("ApiId"), route.deployment.get(authorizer, "ApiId"))
    ):
        yield f"AuthorizationType is {kind}, {said('AuthorizerId', route.get('AuthorizerId'))}"


@rule("MIYABI.API.11", API, remedy="add a stage `$default` with AutoDeploy: true")
def api_is_deployed(api: Subject) -> Iterator[str]:
    """The API has the stage `$default`, which every change reaches by itself."""
    stages = [
        stage for stage in belonging_to(api.resource, api.system, STAGE) if stage.get("StageName") == DEFAULT
    ]
    if not stages:
        yield "it has no stage $default"
    for stage in stages:
        if stage.get("AutoDeploy") is not True:
            yield said("AutoDeploy", stage.get("AutoDeploy"))


@rule(
    "APIGateway.9",
    STAGE,
    also=(
        "CKV_AWS_95",
        "AwsSolutions-APIG1",
        "APIGWAccessLogging",
        "APIGWStructuredLogging",
        "ES2000",
        "WS2001",
    ),
    remedy="set http_api.access_log = true, and take the fields of stacks.http_api.ACCESS_LOG",
)
def requests_are_logged(stage: Subject) -> Iterator[str]:
    """One line of JSON for each request goes to a log group of ours and tells what went wrong."""
    group = stage.target("AccessLogSettings.DestinationArn")
    if group is None or group.type != "AWS::Logs::LogGroup":
        yield said("DestinationArn", stage.get("AccessLogSettings.DestinationArn"))
    written = _json(stage.get("AccessLogSettings.Format"))
    absent = [field for field in LOGGED if field not in written]
    if absent:
        yield f"Format, read as JSON, has no {', '.join(absent)}"


def _json(text: Any) -> tuple[Any, ...]:
    """Values of an object that is written as JSON; none where it is not."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return ()
    return tuple(found.values()) if isinstance(found, dict) else ()


@rule(
    "MIYABI.API.13",
    API,
    remedy="name the origins, methods and headers that may come with credentials",
)
def credentials_come_from_named_origins(api: Subject) -> Iterator[str]:
    """Cross-origin requests with credentials are let through from origins that are named."""
    cors = api.get("CorsConfiguration")
    if cors is None:
        return
    rows = [*mappings(cors)]
    if not rows or rows[0].get("AllowCredentials", False) is False:
        return
    for name in ("AllowOrigins", "AllowMethods", "AllowHeaders"):
        if any("*" in (literal(value) or "*") for value in many(rows[0].get(name))):
            yield f"{name} holds a wildcard"

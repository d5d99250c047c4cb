"""The HTTP API: routes from the contract, throttles, an access log, and who may invoke what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from troposphere import Join, awslambda
from troposphere import apigatewayv2 as gateway

from runtime.contract import ALLOWED_HEADERS, EXPOSED_HEADERS, ROUTES, Function, Route
from stacks.log_groups import add_log_group
from stacks.naming import arn, logical_id
from stacks.stack import given

if TYPE_CHECKING:
    from stacks.functions import DeployedFunction
    from stacks.sections import HttpApiSettings
    from stacks.stack import Stack

STAGE = "$default"
GATEWAY_TIMEOUT_MS = 30_000
"""The most an HTTP API waits for an integration (quota, not adjustable)."""
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "path": "$context.path",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationErrorMessage": "$context.integrationErrorMessage",
    "integrationRequestId": "$context.integration.requestId",
    "errorMessage": "$context.error.message",
    "userAgent": "$context.identity.userAgent",
}
"""One line a request. A missing invoke permission shows in `integrationErrorMessage`, and nowhere else."""


def add_http_api(stack: Stack, functions: dict[Function, DeployedFunction]) -> gateway.Api:
    """Add the API, one integration and permission for each function, the routes and the stage."""
    settings = stack.environment.http_api
    api = stack.add(gateway.Api("HttpApi", Name=settings.name, ProtocolType="HTTP", **_cors(settings)))
    integrations = {}
    for function, deployed in functions.items():
        permission = _let_invoke(stack, api, function, deployed) if settings.invoke_permission else None
        integrations[function] = _add_integration(stack, api, function, deployed, permission)
    if settings.named_routes:
        for route in ROUTES:
            if route.function in integrations:
                _add_route(stack, api, _route_id(route), route.key, integrations[route.function])
    else:
        _add_route(stack, api, "DefaultRoute", STAGE, integrations[Function.API])
    _add_stage(stack, api, settings)
    return api


def _cors(settings: HttpApiSettings) -> dict[str, Any]:
    if not settings.cors_origins:
        return {}
    return {
        "CorsConfiguration": gateway.Cors(
            AllowOrigins=list(settings.cors_origins),
            AllowMethods=sorted({route.method for route in ROUTES}),
            AllowHeaders=list(ALLOWED_HEADERS),
            ExposeHeaders=list(EXPOSED_HEADERS),
            AllowCredentials=True,
            MaxAge=600,
        )
    }


def _add_integration(
    stack: Stack,
    api: gateway.Api,
    function: Function,
    deployed: DeployedFunction,
    permission: awslambda.Permission | None,
) -> gateway.Integration:
    """Add what calls a function, once it may: or requests would be answered with 500 meanwhile."""
    return stack.add(
        gateway.Integration(
            f"{logical_id(function.value)}Integration",
            **given(permission, DependsOn=permission.title if permission else None),
            ApiId=api.ref(),
            IntegrationType="AWS_PROXY",
            IntegrationUri=deployed.invoke_arn,
            PayloadFormatVersion="2.0",
            TimeoutInMillis=GATEWAY_TIMEOUT_MS,
        )
    )


def _route_id(route: Route) -> str:
    return logical_id(route.method.lower(), route.path, "route")


def _add_route(stack: Stack, api: gateway.Api, name: str, key: str, integration: gateway.Integration) -> None:
    """Add one route; tokens are verified in the function, since HS256 is beyond the gateway."""
    stack.add(
        gateway.Route(
            name,
            ApiId=api.ref(),
            RouteKey=key,
            AuthorizationType="NONE",
            Target=Join("/", ["integrations", integration.ref()]),
        )
    )


def _let_invoke(
    stack: Stack, api: gateway.Api, function: Function, deployed: DeployedFunction
) -> awslambda.Permission:
    """Let this API, by any stage and route of it, invoke exactly what its integration calls.

    `<api>/*` covers $default as well; `<api>/*/*/*` does not, for that route's ARN is one part shorter.
    """
    return stack.add(
        awslambda.Permission(
            f"{logical_id(function.value)}Permission",
            Action="lambda:InvokeFunction",
            FunctionName=deployed.invoke_arn,
            Principal="apigateway.amazonaws.com",
            SourceArn=arn("execute-api", "${Api}/*", Api=api.ref()),
        )
    )


def _add_stage(stack: Stack, api: gateway.Api, settings: HttpApiSettings) -> None:
    wanted = {
        "ThrottlingRateLimit": settings.throttle_rate,
        "ThrottlingBurstLimit": settings.throttle_burst,
        "DetailedMetricsEnabled": settings.detailed_metrics or None,
    }
    route_settings: dict[str, Any] = {key: value for key, value in wanted.items() if value is not None}
    properties = given(route_settings, DefaultRouteSettings=gateway.RouteSettings(**route_settings))
    if settings.access_log:
        group = add_log_group(stack, "AccessLogGroup")
        properties["AccessLogSettings"] = gateway.AccessLogSettings(
            DestinationArn=group.get_att("Arn"), Format=json.dumps(ACCESS_LOG)
        )
    stack.add(gateway.Stage("DefaultStage", ApiId=api.ref(), StageName=STAGE, AutoDeploy=True, **properties))

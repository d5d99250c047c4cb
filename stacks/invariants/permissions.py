"""Rules for who may invoke a function: the API, by every route that leads there, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cfn import Text, arn_like
from stacks.invariants.functions import ALIAS, PERMISSION, function_behind
from stacks.invariants.http_api import API, DEFAULT, INTEGRATION, ROUTE, belonging_to, integration_of, some
from stacks.invariants.reading import literal, number, said
from stacks.invariants.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Deployment, Resource
    from stacks.invariants.rule import Subject

GATEWAY = "apigateway.amazonaws.com"
GATEWAY_TIMEOUT_MS = 30_000
"""The most that an HTTP API waits for an integration; the quota can't be raised."""


@rule(
    "MIYABI.API.3",
    INTEGRATION,
    remedy="write TimeoutInMillis: 30000 and let the function end after 29 seconds at most",
)
def gateway_waits_longer_than_the_function(integration: Subject) -> Iterator[str]:
    """The gateway waits for the function's own timeout, and no longer than it can."""
    function = function_behind(integration.deployment, integration.get("IntegrationUri"))
    waits = number(integration.get("TimeoutInMillis"))
    takes = number(integration.deployment.get(function, "Timeout")) if function else 0
    if waits is None or takes is None or not takes * 1000 < waits <= GATEWAY_TIMEOUT_MS:
        yield f"{said('TimeoutInMillis', integration.get('TimeoutInMillis'))}, {said('Timeout in s', takes)}"


@rule("MIYABI.API.4", INTEGRATION, remedy="write the alias `live` as IntegrationUri")
def integration_calls_the_alias(integration: Subject) -> Iterator[str]:
    """An integration calls an alias: $LATEST changes under the feet of those who use it."""
    called = integration.target("IntegrationUri")
    if called is None or called.type != ALIAS:
        yield said("IntegrationUri", integration.get("IntegrationUri"))


@rule(
    "MIYABI.API.5",
    INTEGRATION,
    remedy="add a permission for what the integration calls, with SourceArn <api>/*: "
    "<api>/*/*/* leaves out the route $default",
)
def integration_may_be_invoked(integration: Subject) -> Iterator[str]:
    """A permission lets the API invoke what the integration calls, from each route that leads there."""
    called, system = integration.get("IntegrationUri"), integration.system
    patterns = [
        str(permission.get("SourceArn"))
        for permission in system.of_type(PERMISSION)
        if permission.get("FunctionName") == called and not [*_flaws(permission)]
    ]
    refused = [
        key
        for key, arn in _route_arns(integration)
        if not any(arn_like(pattern, arn) for pattern in patterns)
    ]
    if refused:
        yield f"no permission lets it call {called} from {some(refused)}, which thus answer 500"


def _route_arns(integration: Subject) -> Iterator[tuple[str, str]]:
    """Keys of the routes that lead to an integration, and of the default route, with their ARNs."""
    api = integration.target("ApiId")
    if api is None:
        return
    routes = (
        literal(route.get("RouteKey"))
        for route in belonging_to(api, integration.system, ROUTE)
        if integration_of(route) is integration.resource
    )
    for key in sorted({DEFAULT, *filter(None, routes)}):
        path = key.replace(" /", "/").replace(" ", "/")
        yield key, f"{_api_arn(integration.deployment, api)}/{DEFAULT}/{path}"


def _api_arn(deployment: Deployment, api: Resource) -> str:
    account = deployment.account or "${AWS::AccountId}"
    return f"arn:aws:execute-api:{deployment.region}:{account}:${{{api.logical_id}}}"


@rule(
    "MIYABI.API.6",
    PERMISSION,
    also=("CKV_AWS_364", "W3663", "W3664", "WS1002"),
    remedy="let apigateway.amazonaws.com do lambda:InvokeFunction on what an integration calls, for one API",
)
def permission_is_exact(permission: Subject) -> Iterator[str]:
    """A permission lets one API of ours invoke what its integrations call, and nobody else anything."""
    yield from _flaws(permission)


def _flaws(permission: Subject) -> Iterator[str]:
    for name, expected in (("Principal", GATEWAY), ("Action", "lambda:InvokeFunction")):
        if permission.get(name) != expected:
            yield said(name, permission.get(name))
    api = _api_named(permission)
    if api is None:
        yield f"{said('SourceArn', permission.get('SourceArn'))}, which names no API of ours alone"
        return
    called = (
        integration.get("IntegrationUri") for integration in belonging_to(api, permission.system, INTEGRATION)
    )
    function = permission.get("FunctionName")
    if function_behind(permission.deployment, function) is None or function not in called:
        yield f"{said('FunctionName', function)}, which no integration calls"


def _api_named(permission: Subject) -> Resource | None:
    """The one API of this account and region that a SourceArn names."""
    source, deployment = permission.get("SourceArn"), permission.deployment
    for part in source.parts if isinstance(source, Text) else ():
        api = deployment.resource(part)
        if api is not None and api.type == API and source.startswith(f"{_api_arn(deployment, api)}/"):
            return api
    return None

"""HTTP APIs: where they answer, what they route, and whether they may invoke their function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from report.system.components.making import fact
from report.system.facts import Fact, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from report.system.components.making import Maker
    from report.system.facts import Component

API: Final = "AWS::ApiGatewayV2::Api"
STAGE: Final = "AWS::ApiGatewayV2::Stage"
ROUTE: Final = "AWS::ApiGatewayV2::Route"
INTEGRATION: Final = "AWS::ApiGatewayV2::Integration"
PERMISSION: Final = "AWS::Lambda::Permission"
GROUP: Final = "API"
KINDS: Final = {"HTTP": "HTTP API (not REST API)", "WEBSOCKET": "WebSocket API"}
REASON: Final = "integrationErrorMessage"
"""What an access log needs, or why the gateway answers 500 is told nowhere."""


def http_apis(maker: Maker) -> Iterator[Component]:
    """Every API of API Gateway's second kind."""
    for api in maker.of(API):
        stages = maker.pointing_at(api, "ApiId", STAGE)
        yield maker.component(
            GROUP,
            "API Gateway HTTP API",
            str(maker.told.text(maker.get(api, "Name", api.logical_id))),
            _facts(maker, api, stages),
            [api, *stages],
            layers=("gateway", "permission"),
        )


def _facts(maker: Maker, api: Resource, stages: list[Resource]) -> Iterator[Fact]:
    told = maker.told
    yield Fact("ID", (told.id(api),))
    yield Fact("Endpoint", (endpoint(maker, api),))
    protocol = told.text(maker.get(api, "ProtocolType", "HTTP"))
    yield fact("Protocol", KINDS.get(protocol, protocol))
    yield fact("Region", told.deployment.region)
    yield fact("Routes", _routes(maker.pointing_at(api, "ApiId", ROUTE), maker))
    for integration in maker.pointing_at(api, "ApiId", INTEGRATION):
        yield fact("Integration", _integration(maker, integration))
    yield fact("Permission in the templates", _permitted(maker))
    for stage in stages:
        yield from _stage(maker, stage)
    is_closed = maker.get(api, "DisableExecuteApiEndpoint") is True
    yield fact("Answers at its own address", "No" if is_closed else "Yes")


def endpoint(maker: Maker, api: Resource) -> Value:
    """The address that API Gateway gives an API, once its id is known."""
    found = maker.told.id(api)
    if not found.is_known:
        return found
    address = f"https://{found.text}.execute-api.{maker.told.deployment.region}.amazonaws.com"
    return Value(address, is_code=True)


def _routes(routes: list[Resource], maker: Maker) -> str:
    keys = [maker.told.text(maker.get(route, "RouteKey")) for route in routes]
    if not keys:
        return "none here"
    if keys == ["$default"]:
        return "one, $default, which takes every request"
    return (
        f"{len(keys)}, named by method and path" if "$default" not in keys else f"{len(keys)}, with $default"
    )


def _integration(maker: Maker, integration: Resource) -> str:
    function = maker.told.deployment.resource(maker.get(integration, "IntegrationUri"))
    what = function.logical_id if function is not None else integration.logical_id
    version = maker.told.text(maker.get(integration, "PayloadFormatVersion", "1.0"))
    return f"{what}, payload {version}, {_seconds(maker.get(integration, 'TimeoutInMillis', 30000))}"


def _seconds(milliseconds: Any) -> str:
    text = str(milliseconds)
    return f"gives up after {int(text) / 1000:g} s" if text.isdecimal() else "with a time limit of its own"


def _permitted(maker: Maker) -> str:
    found = [one for one in maker.of(PERMISSION) if "apigateway" in str(maker.get(one, "Principal"))]
    if not found:
        return "none: without an AWS::Lambda::Permission it may not invoke its function"
    return ", ".join(one.logical_id for one in found)


def _stage(maker: Maker, stage: Resource) -> Iterator[Fact]:
    name = maker.told.text(maker.get(stage, "StageName"))
    rate = maker.get(stage, "DefaultRouteSettings.ThrottlingRateLimit")
    burst = maker.get(stage, "DefaultRouteSettings.ThrottlingBurstLimit")
    yield fact("Stage", name, code=True)
    limit = f"{maker.told.text(rate)} requests a second, bursts of {maker.told.text(burst)}"
    yield fact("Throttling", "none of its own: the account's limits" if rate is None else limit)
    log = maker.get(stage, "AccessLogSettings.Format")
    why = (
        "with the reason of what fails" if log and REASON in str(log) else "without the reason of what fails"
    )
    yield fact("Access log", f"Yes, {why}" if log else "No")

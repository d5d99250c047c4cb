"""API Gateway's exports of HTTP APIs, of which moto has none: what a stage serves, as OpenAPI.

Added: ExportApi in JSON, with the routes and where they lead; what an operation says besides is left out.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-export.html
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

from moto.apigatewayv2 import urls
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.apigatewayv2.responses import ApiGatewayV2Response

from twin.aws.mends.apigatewayv2_deployments import configuration_of, deployed_configuration

_PATH: Final = "{0}/v2/apis/(?P<api_id>[^/]+)/exports/(?P<specification>[^/]+)$"
_DEFAULT: Final = "$default"
_ANY: Final = "x-amazon-apigateway-any-method"
_INTEGRATION: Final = "x-amazon-apigateway-integration"


def _export_api(self: Any) -> Any:
    api_id = unquote(self.path.split("/")[-3])
    stage = self._get_param("stageName")
    api = apigatewayv2_backends[self.current_account][self.region].get_api(api_id)
    found = (
        deployed_configuration(self.current_account, self.region, api_id, stage)
        if stage
        else json.loads(configuration_of(api))
    )
    behind = {f"integrations/{each['integrationId']}": each for each in found.get("integrations", ())}
    paths: dict[str, dict[str, Any]] = {}
    for route in found.get("routes", ()):
        method, _, path = route["routeKey"].partition(" ")
        led = _led(behind.get(route.get("target") or ""))
        if method == _DEFAULT:
            paths[f"/{_DEFAULT}"] = {_ANY: {"isDefaultRoute": True, **led}}
        else:
            paths.setdefault(path, {})[_ANY if method == "ANY" else method.lower()] = led
    document = {"openapi": "3.0.1", "info": {"title": api.name, "version": "made"}, "paths": paths}
    return 200, {}, json.dumps(document)


def _led(integration: dict[str, Any] | None) -> dict[str, Any]:
    if integration is None or not integration.get("integrationUri"):
        return {}
    told = {
        "payloadFormatVersion": integration.get("payloadFormatVersion"),
        "type": str(integration.get("integrationType", "")).lower(),
        "httpMethod": integration.get("integrationMethod") or "POST",
        "uri": integration["integrationUri"],
        "connectionType": integration.get("connectionType") or "INTERNET",
    }
    return {_INTEGRATION: {name: value for name, value in told.items() if value}}


def mend() -> None:
    """Put the operation onto moto's class, and its path beside its own."""
    ApiGatewayV2Response.export_api = _export_api  # type: ignore[attr-defined]  # a mend
    urls.url_paths.setdefault(_PATH, ApiGatewayV2Response.dispatch)

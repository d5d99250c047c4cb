"""API Gateway's exports of HTTP APIs, of which moto has none: what a stage serves, as OpenAPI.

Added: ExportApi in JSON, with the routes alone: what an operation says beyond its key is left out.
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


def _export_api(self: Any) -> Any:
    api_id = unquote(self.path.split("/")[-3])
    stage = self._get_param("stageName")
    api = apigatewayv2_backends[self.current_account][self.region].get_api(api_id)
    found = (
        deployed_configuration(self.current_account, self.region, api_id, stage)
        if stage
        else json.loads(configuration_of(api))
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in found.get("routes", ()):
        method, _, path = route["routeKey"].partition(" ")
        if method == _DEFAULT:
            paths[f"/{_DEFAULT}"] = {_ANY: {"isDefaultRoute": True}}
        else:
            paths.setdefault(path, {})[_ANY if method == "ANY" else method.lower()] = {}
    document = {"openapi": "3.0.1", "info": {"title": api.name, "version": "made"}, "paths": paths}
    return 200, {}, json.dumps(document)


def mend() -> None:
    """Put the operation onto moto's class, and its path beside its own."""
    ApiGatewayV2Response.export_api = _export_api  # type: ignore[attr-defined]  # a mend
    urls.url_paths.setdefault(_PATH, ApiGatewayV2Response.dispatch)

"""API Gateway's HTTP APIs, where moto can't change a stage, list authorizers or clear a route's properties.

Added: UpdateStage, DeleteAccessLogSettings, DeleteRouteSettings, GetAuthorizers and the tags of stages.
Moto leads requests through its REST APIs (version 1), which want a package that we have no other use for;
here they go to their own service.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from moto import backend_index
from moto.apigatewayv2 import urls
from moto.apigatewayv2.models import Api, ApiGatewayV2Backend, Route, Stage
from moto.apigatewayv2.responses import ApiGatewayV2Response

_ATTRIBUTES = {
    "accessLogSettings": "access_log_settings",
    "autoDeploy": "auto_deploy",
    "clientCertificateId": "client_certificate_id",
    "defaultRouteSettings": "default_route_settings",
    "description": "description",
}
"""Attributes of a stage that UpdateStage replaces."""
_SERVICE = ("apigatewayv2", re.compile(r"https?://apigateway\.(.+)\.amazonaws\.com(\.cn)?/v2/"))
"""Where moto looks up whose an address is."""
_STAGE = "{0}/v2/apis/(?P<api_id>[^/]+)/stages/(?P<stage_name>[^/]+)"
_PATHS = (
    _STAGE + "/accesslogsettings$",
    _STAGE + "/routesettings/(?P<route_key>.+)$",
    "{0}/v2/tags/(?P<resource_arn_pt1>[^/]+)/apis/(?P<resource_arn_pt2>[^/]+)/stages/(?P<resource_arn_pt3>[^/]+)$",
)

_get_tags = ApiGatewayV2Backend.get_tags
_tag_resource = ApiGatewayV2Backend.tag_resource
_untag_resource = ApiGatewayV2Backend.untag_resource


def _update_route(self: Any, **changes: Any) -> None:
    """Take every property that is given, an empty one too."""
    for name, value in changes.items():
        if value is not None:
            setattr(self, name, value)


def _update_integration(self: Any, integration_id: str, **changes: Any) -> Any:
    integration = self.get_integration(integration_id)
    integration.update(**changes)
    return integration


def _update_authorizer(self: Any, authorizer_id: str, **changes: Any) -> Any:
    authorizer = self.get_authorizer(authorizer_id)
    authorizer.update(**changes)
    return authorizer


class _Stage:
    """What a stage of moto's can do besides."""

    def update(self: Any, config: dict[str, Any]) -> None:
        """Replace what is given, merge maps; a stage variable goes when it is set to an empty text."""
        for name, attribute in _ATTRIBUTES.items():
            if name in config:
                setattr(self, attribute, config[name])
        self.route_settings = self.route_settings | config.get("routeSettings", {})
        variables = self.stage_variables | config.get("stageVariables", {})
        self.stage_variables = {name: value for name, value in variables.items() if value}
        self.updated = datetime.now()  # noqa: DTZ005  (as moto's own dates of stages)


class _Backend:
    """Operations on stages and their tags."""

    def update_stage(self: Any, api_id: str, stage_name: str, config: dict[str, Any]) -> Any:
        stage = self.get_stage(api_id, stage_name)
        stage.update(config)
        return stage

    def delete_access_log_settings(self: Any, api_id: str, stage_name: str) -> None:
        self.get_stage(api_id, stage_name).access_log_settings = None

    def delete_route_settings(self: Any, api_id: str, stage_name: str, route_key: str) -> None:
        self.get_stage(api_id, stage_name).route_settings.pop(route_key, None)

    def get_authorizers(self: Any, api_id: str) -> list[Any]:
        return list(self.get_api(api_id).authorizers.values())

    def get_tags(self: Any, resource_id: str) -> dict[str, str]:
        stage = _stage_of(self, resource_id)
        return stage.tags if stage else _get_tags(self, resource_id)

    def tag_resource(self: Any, resource_arn: str, tags: dict[str, str]) -> None:
        stage = _stage_of(self, resource_arn)
        if stage:
            stage.tags = stage.tags | tags
        else:
            _tag_resource(self, resource_arn, tags)

    def untag_resource(self: Any, resource_arn: str, tag_keys: list[str]) -> None:
        stage = _stage_of(self, resource_arn)
        if stage:
            stage.tags = {name: text for name, text in stage.tags.items() if name not in tag_keys}
        else:
            _untag_resource(self, resource_arn, tag_keys)


def _stage_of(backend: Any, arn: str) -> Any:
    """The stage that an ARN such as `...:/apis/a1/stages/$default` names; None if it names something else."""
    kind, *names = arn.rpartition(":")[2].strip("/").split("/")
    if kind != "apis" or len(names) != 3:  # noqa: PLR2004  (api, "stages", stage)
        return None
    return backend.get_stage(names[0], names[2])


class _Response:
    """Requests and answers of the operations added."""

    def update_stage(self: Any) -> Any:
        *_, api_id, _, stage_name = self.path.split("/")
        stage = self.apigatewayv2_backend.update_stage(api_id, unquote(stage_name), json.loads(self.body))
        return 200, {}, json.dumps(stage.to_json())

    def delete_access_log_settings(self: Any) -> Any:
        *_, api_id, _, stage_name, _ = self.path.split("/")
        self.apigatewayv2_backend.delete_access_log_settings(api_id, unquote(stage_name))
        return 204, {}, ""

    def delete_route_settings(self: Any) -> Any:
        place, _, route_key = self.path.partition("/routesettings/")
        *_, api_id, _, stage_name = place.split("/")
        self.apigatewayv2_backend.delete_route_settings(api_id, unquote(stage_name), unquote(route_key))
        return 204, {}, ""

    def get_authorizers(self: Any) -> Any:
        found = self.apigatewayv2_backend.get_authorizers(self.path.split("/")[-2])
        return 200, {}, json.dumps({"items": [authorizer.to_json() for authorizer in found]})


def mend() -> None:
    """Put the operations onto moto's classes, and their paths beside its own."""
    for owner, added in ((Stage, _Stage), (ApiGatewayV2Backend, _Backend), (ApiGatewayV2Response, _Response)):
        for name, operation in vars(added).items():
            if not name.startswith("_"):
                setattr(owner, name, operation)
    for changed, name, operation in (
        (Route, "update", _update_route),
        (Api, "update_integration", _update_integration),
        (Api, "update_authorizer", _update_authorizer),
    ):
        setattr(changed, name, operation)
    if _SERVICE not in backend_index.backend_url_patterns:
        backend_index.backend_url_patterns.insert(0, _SERVICE)
    for path in _PATHS:
        urls.url_paths.setdefault(path, ApiGatewayV2Response.dispatch)

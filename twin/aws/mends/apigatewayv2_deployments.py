"""API Gateway's deployments of HTTP APIs, of which moto has none: what a stage serves, and since when.

A deployment keeps the API as it was: routes, integrations, authorizers, CORS, and whether its own address
answers. A stage with AutoDeploy always serves the API as it is; its deployment is made when somebody looks,
or when AutoDeploy ends, which nobody can tell from one that was made at each change. Another stage serves
what was deployed to it, and nothing before that.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

import json
import random
import string
from datetime import UTC, datetime
from typing import Any, Final

from moto.apigatewayv2 import urls
from moto.apigatewayv2.exceptions import APIGatewayV2Error
from moto.apigatewayv2.models import ApiGatewayV2Backend, Stage, apigatewayv2_backends
from moto.apigatewayv2.responses import ApiGatewayV2Response
from moto.core.common_models import BaseModel

from twin.aws.mends.apigatewayv2 import _Stage

_PATHS: Final = (
    "{0}/v2/apis/(?P<api_id>[^/]+)/deployments$",
    "{0}/v2/apis/(?P<api_id>[^/]+)/deployments/(?P<deployment_id>[^/]+)$",
)
_API: Final = ("corsConfiguration", "disableExecuteApiEndpoint")
"""What of an API itself waits for a deployment.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html
"""
_AUTOMATIC: Final = "Automatic deployment triggered by changes to the Api configuration"
_to_json, _update = Stage.to_json, _Stage.update


class DeploymentNotFound(APIGatewayV2Error):
    """There is no deployment with this id."""

    code = 404

    def __init__(self, deployment_id: str) -> None:
        super().__init__("NotFoundException", f"Invalid Deployment identifier specified {deployment_id}")


class Deployment(BaseModel):
    """An API as it was at one moment."""

    def __init__(self, api: Any, description: str | None, *, automatic: bool) -> None:
        self.id = "".join(random.choice(string.ascii_lowercase + string.digits) for _ in range(6))  # noqa: S311  (a name)
        self.created, self.description, self.automatic = datetime.now(UTC), description, automatic
        self.configuration = configuration_of(api)

    def to_json(self) -> dict[str, Any]:
        """As API Gateway tells of it."""
        described = {"description": self.description} if self.description else {}
        return described | {
            "autoDeployed": self.automatic,
            "createdDate": self.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "deploymentId": self.id,
            "deploymentStatus": "DEPLOYED",
        }


def configuration_of(api: Any) -> str:
    """All of an API that a deployment keeps, as JSON."""
    described = api.to_json()
    kept = {
        "api": {name: described[name] for name in _API},
        "routes": [route.to_json() for route in api.routes.values()],
        "integrations": [integration.to_json() for integration in api.integrations.values()],
        "authorizers": [authorizer.to_json() for authorizer in api.authorizers.values()],
    }
    return json.dumps(kept, sort_keys=True)


def deployed_configuration(account: str, region: str, api_id: str, stage_name: str) -> dict[str, Any]:
    """What a stage serves, in the words of API Gateway's JSON; nothing if nothing was deployed to it.

    At AWS only ExportApi tells this, in another form (`apigatewayv2_exports`).
    """
    api = apigatewayv2_backends[account][region].get_api(api_id)
    stage = api.get_stage(stage_name)
    if stage.auto_deploy:
        return dict(json.loads(configuration_of(api)))
    found = _deployments(api).get(vars(stage).get("deployment_id") or "")
    return dict(json.loads(found.configuration)) if found else {}


def _deployments(api: Any) -> dict[str, Deployment]:
    deployments: dict[str, Deployment] = vars(api).setdefault("deployments", {})
    return deployments


def _deploy(api: Any, description: str | None, *, automatic: bool) -> Deployment:
    deployment = Deployment(api, description, automatic=automatic)
    _deployments(api)[deployment.id] = deployment
    return deployment


def _catch_up(api: Any, stage: Any) -> None:
    """Give a stage with AutoDeploy a deployment of the API as it is."""
    if not stage.auto_deploy:
        return
    last = _deployments(api).get(vars(stage).get("deployment_id") or "")
    if last is None or last.configuration != configuration_of(api):
        stage.deployment_id = _deploy(api, _AUTOMATIC, automatic=True).id


def _assign(api: Any, stage: Any, deployment_id: str) -> None:
    if deployment_id not in _deployments(api):
        raise DeploymentNotFound(deployment_id)
    stage.deployment_id = deployment_id


def _stage_to_json(stage: Any) -> dict[str, Any]:
    deployment_id = vars(stage).get("deployment_id")
    return _to_json(stage) | ({"deploymentId": deployment_id} if deployment_id else {})


class _Backend:
    """Operations on deployments, and those on stages that hang on them."""

    def create_stage(self: Any, api_id: str, config: dict[str, Any]) -> Any:
        api = self.get_api(api_id)
        stage = api.create_stage(config)
        if config.get("deploymentId"):
            _assign(api, stage, config["deploymentId"])
        _catch_up(api, stage)
        return stage

    def get_stage(self: Any, api_id: str, stage_name: str) -> Any:
        api = self.get_api(api_id)
        stage = api.get_stage(stage_name)
        _catch_up(api, stage)
        return stage

    def get_stages(self: Any, api_id: str) -> list[Any]:
        return [self.get_stage(api_id, name) for name in self.get_api(api_id).stages]

    def update_stage(self: Any, api_id: str, stage_name: str, config: dict[str, Any]) -> Any:
        """What was served until now stays when AutoDeploy ends."""
        stage = self.get_stage(api_id, stage_name)
        if config.get("deploymentId"):
            _assign(self.get_api(api_id), stage, config["deploymentId"])
        _update(stage, config)
        return self.get_stage(api_id, stage_name)

    def create_deployment(self: Any, api_id: str, description: str | None, stage_name: str | None) -> Any:
        api = self.get_api(api_id)
        stage = api.get_stage(stage_name) if stage_name else None
        deployment = _deploy(api, description, automatic=False)
        if stage:
            stage.deployment_id = deployment.id
        return deployment

    def get_deployments(self: Any, api_id: str) -> list[Deployment]:
        return list(_deployments(self.get_api(api_id)).values())

    def get_deployment(self: Any, api_id: str, deployment_id: str) -> Deployment:
        found = _deployments(self.get_api(api_id)).get(deployment_id)
        if found is None:
            raise DeploymentNotFound(deployment_id)
        return found

    def delete_deployment(self: Any, api_id: str, deployment_id: str) -> None:
        self.get_deployment(api_id, deployment_id)
        del _deployments(self.get_api(api_id))[deployment_id]


class _Response:
    """Requests and answers."""

    def create_deployment(self: Any) -> Any:
        asked = json.loads(self.body or "{}")
        api_id = self.path.split("/")[-2]
        deployment = self.apigatewayv2_backend.create_deployment(
            api_id, asked.get("description"), asked.get("stageName")
        )
        return 201, {}, json.dumps(deployment.to_json())

    def get_deployments(self: Any) -> Any:
        found = self.apigatewayv2_backend.get_deployments(self.path.split("/")[-2])
        return 200, {}, json.dumps({"items": [deployment.to_json() for deployment in found]})

    def get_deployment(self: Any) -> Any:
        *_, api_id, _, deployment_id = self.path.split("/")
        found = self.apigatewayv2_backend.get_deployment(api_id, deployment_id)
        return 200, {}, json.dumps(found.to_json())

    def delete_deployment(self: Any) -> Any:
        *_, api_id, _, deployment_id = self.path.split("/")
        self.apigatewayv2_backend.delete_deployment(api_id, deployment_id)
        return 204, {}, ""


def mend() -> None:
    """Put the operations onto moto's classes, and their paths beside its own."""
    for owner, added in ((ApiGatewayV2Backend, _Backend), (ApiGatewayV2Response, _Response)):
        for name, operation in vars(added).items():
            if not name.startswith("_"):
                setattr(owner, name, operation)
    Stage.to_json = _stage_to_json  # type: ignore[method-assign,assignment]  # a mend
    for path in _PATHS:
        urls.url_paths.setdefault(path, ApiGatewayV2Response.dispatch)

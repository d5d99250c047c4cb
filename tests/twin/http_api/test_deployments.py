"""Deployments of an API in the local AWS: what a stage serves, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.http_api.deploying import ask, deploy
from twin.aws import keeping
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from pathlib import Path

    from twin.http_api import HttpApis

KEPT = "141421356202"


def stage_of(aws: Aws, api_id: str) -> dict[str, Any]:
    """The stage `$default`, as it is told."""
    stage: dict[str, Any] = aws.client("apigatewayv2").get_stage(ApiId=api_id, StageName="$default")
    return stage


def test_a_stage_that_deploys_by_itself_has_a_new_deployment_after_a_change(aws: Aws) -> None:
    api = deploy(aws)
    before = [stage_of(aws, api.api_id)["DeploymentId"] for _ in range(2)]
    api.route("GET /a")
    after = stage_of(aws, api.api_id)["DeploymentId"]
    told = {each["DeploymentId"]: each for each in api.gateway.get_deployments(ApiId=api.api_id)["Items"]}

    assert before[0] == before[1] != after
    assert {before[0], after} <= told.keys()
    assert (True, "DEPLOYED") == (told[after]["AutoDeployed"], told[after]["DeploymentStatus"])


def test_a_stage_can_be_led_back_to_an_earlier_deployment(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws)
    api.stage(AutoDeploy=False)
    made = []
    for key in ("GET /a", "GET /b"):
        api.route(key)
        made.append(api.gateway.create_deployment(ApiId=api.api_id, Description=key)["DeploymentId"])
    address, statuses = apis.address(api.api_id), []
    for deployment_id in made:
        api.stage(DeploymentId=deployment_id)
        statuses.append([ask(address, target=target).status for target in ("/a", "/b")])

    assert [[200, 404], [200, 200]] == statuses


def test_what_is_not_there_can_be_neither_told_nor_served(aws: Aws) -> None:
    api = deploy(aws)
    made = api.gateway.create_deployment(ApiId=api.api_id)["DeploymentId"]
    assert made == api.gateway.get_deployment(ApiId=api.api_id, DeploymentId=made)["DeploymentId"]
    api.gateway.delete_deployment(ApiId=api.api_id, DeploymentId=made)
    for operation, parameters in (
        (api.gateway.get_deployment, {"DeploymentId": made}),
        (api.gateway.delete_deployment, {"DeploymentId": made}),
        (api.gateway.update_stage, {"StageName": "$default", "DeploymentId": made}),
        (api.gateway.create_stage, {"StageName": "new", "DeploymentId": made}),
        (api.gateway.create_deployment, {"StageName": "none"}),
    ):
        with pytest.raises(ClientError, match="NotFoundException"):
            operation(ApiId=api.api_id, **parameters)


def test_a_deployment_is_kept_with_the_account(tmp_path: Path) -> None:
    aws = Aws(KEPT, "us-east-1")
    api = deploy(aws, "GET /a")
    api.stage(AutoDeploy=False)
    before = stage_of(aws, api.api_id)["DeploymentId"]
    keeping.prepare(tmp_path)
    keeping.keep(KEPT, tmp_path)
    keeping.forget(KEPT)
    try:
        keeping.restore(KEPT, tmp_path)
        assert before == stage_of(aws, api.api_id)["DeploymentId"]
        assert [before] == [
            each["DeploymentId"]
            for each in api.gateway.get_deployments(ApiId=api.api_id)["Items"]
            if each["DeploymentId"] == before
        ]
    finally:
        keeping.forget(KEPT)

"""An API invokes only what the policy of exactly that function, alias or version lets it invoke."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.twin.http_api.deploying import FUNCTION, ask, deploy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.twin.http_api.deploying import Api, StandIn
    from twin.aws.clients import Aws
    from twin.http_api import HttpApis

SOURCES: dict[str, tuple[str, str, int]] = {
    "any stage and route": ("*", "/notes/7", 200),
    "this route": ("$default/GET/notes/{id}", "/notes/7", 200),
    "this route by another path": ("$default/GET/notes/7", "/notes/7", 500),
    "this route at any stage": ("*/GET/notes/{id}", "/notes/7", 200),
    "another method": ("*/POST/notes/{id}", "/notes/7", 500),
    "another stage": ("prod/*", "/notes/7", 500),
    "the route for all else": ("$default/$default", "/else", 200),
    "the same, by three parts": ("*/*/*", "/else", 500),
    "the same, by two": ("*/*", "/else", 200),
}
"""From http-api-troubleshooting-lambda.html of the developer guide, and what follows for ArnLike."""


@pytest.mark.parametrize("case", SOURCES)
def test_the_source_must_be_the_route(case: str, aws: Aws, apis: HttpApis, functions: StandIn) -> None:
    source, target, status = SOURCES[case]
    api = deploy(aws, "GET /notes/{id}", "$default", permitted=False)
    api.permit(source)
    answer = ask(apis.address(api.api_id), target=target)

    assert (status, status == 200) == (answer.status, bool(functions.asked))


def test_without_permission_the_gateway_answers_and_the_function_never_runs(
    aws: Aws, apis: HttpApis, functions: StandIn
) -> None:
    api = deploy(aws, "$default")
    address = apis.address(api.api_id)
    before = ask(address).status
    api.forbid()
    answer = ask(address)

    assert (200, 500, {"message": "Internal Server Error"}) == (before, answer.status, answer.document)
    assert 1 == len(functions.asked)


def test_another_apis_permission_is_none(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "$default", permitted=False)
    aws.client("lambda").add_permission(
        FunctionName="notes",
        StatementId="other",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=aws.arn("execute-api", "another/*"),
    )

    assert 500 == ask(apis.address(api.api_id)).status


def test_an_alias_has_a_policy_of_its_own(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "$default")
    client = aws.client("lambda")
    version = client.publish_version(FunctionName="notes")["Version"]
    client.create_alias(FunctionName="notes", Name="live", FunctionVersion=version)
    api.integration(IntegrationUri=f"{api.function_arn}:live")
    address = apis.address(api.api_id)
    before = ask(address).status
    api.permit(qualifier="live")

    assert (500, 200) == (before, ask(address).status)


def _role(api: Api, service: str, action: str) -> str:
    """A role that a service may assume, and that may do one thing with the function."""
    iam = api.aws.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    right = {"Effect": "Allow", "Action": action, "Resource": api.function_arn}
    role = iam.create_role(RoleName="invoker", AssumeRolePolicyDocument=json.dumps(_policy(trust)))
    iam.put_role_policy(RoleName="invoker", PolicyName="p", PolicyDocument=json.dumps(_policy(right)))
    return str(role["Role"]["Arn"])


def _policy(statement: Mapping[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("service", "action", "status"),
    [
        ("apigateway.amazonaws.com", "lambda:InvokeFunction", 200),
        ("apigateway.amazonaws.com", "lambda:GetFunction", 500),
        ("lambda.amazonaws.com", "lambda:InvokeFunction", 500),
    ],
)
def test_credentials_take_the_place_of_the_policy(
    service: str, action: str, status: int, aws: Aws, apis: HttpApis
) -> None:
    api = deploy(aws, "$default", permitted=False)
    api.integration(CredentialsArn=_role(api, service, action))

    assert status == ask(apis.address(api.api_id)).status


def test_a_function_that_is_gone_can_be_invoked_by_nobody(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "$default")
    aws.client("lambda").delete_function(FunctionName="notes")

    assert 500 == ask(apis.address(api.api_id)).status


def test_a_permission_may_be_for_one_account(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a", permitted=False)
    statuses = []
    for account in (aws.account, "999999999999"):
        aws.client("lambda").add_permission(
            FunctionName=FUNCTION,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceAccount=account,
        )
        statuses.append(ask(apis.address(api.api_id), target="/a").status)
        api.forbid()

    assert [200, 500] == statuses

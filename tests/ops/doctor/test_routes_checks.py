"""Every route of the contract leads to its own function, by what is configured and by what is served."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import pytest

from ops.doctor.answer import Verdict
from runtime.contract import HANDLERS, Function, required_variables
from tests.ops.doctor.healthy import (
    ACCOUNT,
    API,
    CONFIGURATION,
    FUNCTION,
    GATEWAY_500,
    INTEGRATION,
    PARAMETERS,
    REGION,
    ROUTES_TOLD,
    STAGE,
    evidence_with,
    judged,
    reply,
)
from tests.ops.doctor.reading import refusal

PROVED, RULED_OUT = Verdict.PROVED, Verdict.RULED_OUT
LOGIN: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:login"
BY_HAND: Final = {"apigatewayv2:GetStages": {"Items": [{**STAGE, "AutoDeploy": False}]}}
LATER: Final = next(each for each in ROUTES_TOLD if each["RouteKey"] == "POST /api/v1/workflows")


def export(told: dict[str, Any], shared: dict[str, Any] | None = None) -> dict[str, Any]:
    """Answers ExportApi: every route with the same integration."""
    paths: dict[str, Any] = {}
    for each in ROUTES_TOLD:
        method, _, path = each["RouteKey"].partition(" ")
        paths.setdefault(path, {})[method.lower()] = told
    document = {"paths": paths, "components": {"x-amazon-apigateway-integrations": shared or {}}}
    return {"apigatewayv2:ExportApi": {"body": io.BytesIO(json.dumps(document).encode())}}


def led(uri: str = f"{FUNCTION}:live", version: str = "2.0") -> dict[str, Any]:
    long = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{uri}/invocations"
    return {"x-amazon-apigateway-integration": {"uri": long, "payloadFormatVersion": version}}


def published(**names: str) -> dict[str, Any]:
    """What the stacks have published, with further values."""
    values = {**PARAMETERS, **{f"service/{name}-function-name": value for name, value in names.items()}}

    def answer(Name: str) -> Any:  # noqa: N803  (as botocore calls it)
        value = next((text for path, text in values.items() if Name.endswith(path)), None)
        return {"Parameter": {"Value": value}} if value else refusal("ParameterNotFound")

    return {"ssm:GetParameter": answer}


def with_login(**changes: Any) -> dict[str, Any]:
    """An API whose routes of the login lead to a function of its own."""
    routes = [
        {**each, "Target": "integrations/i2"} if "/auth/github" in each["RouteKey"] else each
        for each in ROUTES_TOLD
    ]
    second = {**INTEGRATION, "IntegrationId": "i2", "IntegrationUri": f"{LOGIN}:live"}
    settings = {
        **CONFIGURATION,
        "FunctionName": "login",
        "Handler": HANDLERS[Function.LOGIN],
        "Environment": {"Variables": dict.fromkeys(required_variables(Function.LOGIN), "x")},
    }

    def configuration(FunctionName: str, **_: Any) -> Any:  # noqa: N803  (as botocore calls it)
        return {**settings, **changes} if FunctionName == "login" else CONFIGURATION

    return {
        "apigatewayv2:GetRoutes": {"Items": routes},
        "apigatewayv2:GetIntegrations": {"Items": [INTEGRATION, second]},
        "lambda:GetFunctionConfiguration": configuration,
        "lambda:GetFunctionConcurrency": {},
        **published(login="login"),
    }


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (export(led()), RULED_OUT),
        (export({}), RULED_OUT),
        (export(led("${stageVariables.function}")), RULED_OUT),
        (export(led(f"{FUNCTION}:old")), PROVED),
        (export(led(version="1.0")), PROVED),
        (
            export(
                {"x-amazon-apigateway-integration": {"$ref": "#/components/x/one"}},
                {"one": led(f"{FUNCTION}:old")["x-amazon-apigateway-integration"]},
            ),
            PROVED,
        ),
    ],
)
def test_a_stage_may_serve_what_was_mended_since(told: dict[str, Any], found: Verdict) -> None:
    answer = judged("API-009", evidence_with({**BY_HAND, **told}, reply(500, GATEWAY_500)))
    assert (found, True) == (answer.verdict, answer.explains)
    assert found is RULED_OUT or "GET /api/v1/health and 51 more as it was before" in answer.because


def test_a_route_of_the_contract_that_leads_nowhere_is_told_with_what_leads_it() -> None:
    routes = [{**each, "Target": "integrations/gone"} if each is LATER else each for each in ROUTES_TOLD]
    answers = {
        "apigatewayv2:GetRoutes": {"Items": routes},
        "lambda:ListAliases": {"Aliases": [{"Name": "live"}]},
    }
    answer = judged("API-060", evidence_with(answers))
    assert f"route {LATER['RouteKey']} of API {API} leads to integrations/gone" in answer.because
    assert (
        f"update-route --api-id {API} --route-id {LATER['RouteId']} --target integrations/i1"
        in answer.commands[0]
    )


def test_each_route_has_a_function_of_its_own() -> None:
    answers = with_login()
    right = judged("API-061", evidence_with(answers))
    routes = answers["apigatewayv2:GetRoutes"]["Items"]
    callback = next(each for each in routes if each["RouteKey"].endswith("/auth/github/callback"))
    callback["Target"] = "integrations/i1"
    wrong = judged("API-061", evidence_with(answers))
    assert (RULED_OUT, PROVED, False) == (right.verdict, wrong.verdict, wrong.explains)
    assert f"route {callback['RouteKey']} invokes {FUNCTION}:live, and ours is login" in wrong.because
    assert f"create-integration --api-id {API}" in wrong.commands[0]
    assert f"--integration-uri {LOGIN} " in wrong.commands[0]
    assert f"update-route --api-id {API} --route-id {callback['RouteId']} " in wrong.commands[0]


def test_a_route_beside_the_contract_may_lead_anywhere() -> None:
    more = {"RouteId": "r99", "RouteKey": "GET /other/{proxy+}", "Target": "integrations/i2"}
    second = {**INTEGRATION, "IntegrationId": "i2", "IntegrationUri": f"{LOGIN}:live"}
    answers = {
        "apigatewayv2:GetRoutes": {"Items": [*ROUTES_TOLD, more]},
        "apigatewayv2:GetIntegrations": {"Items": [INTEGRATION, second]},
    }
    assert RULED_OUT is judged("API-061", evidence_with(answers)).verdict


def test_an_alias_of_the_login_that_is_gone_is_made_again_for_the_login() -> None:
    answers = with_login()

    def configuration(FunctionName: str, Qualifier: str | None = None) -> Any:  # noqa: N803  (as botocore calls it)
        gone = FunctionName == "login" and Qualifier == "live"
        return refusal("ResourceNotFoundException") if gone else CONFIGURATION

    answer = judged("API-006", evidence_with({**answers, "lambda:GetFunctionConfiguration": configuration}))
    assert (PROVED, False) == (answer.verdict, answer.explains)
    assert answer.commands[1].startswith("aws lambda create-alias --function-name login --name live ")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (with_login(), ""),
        (
            {**with_login(), "lambda:GetFunctionConcurrency": {"ReservedConcurrentExecutions": 0}},
            "the reserved concurrency of function login is 0",
        ),
        (with_login(State="Failed", StateReasonCode="EniLimitExceeded"), "is Failed (EniLimitExceeded)"),
        (with_login(State="Inactive"), ""),
        (with_login(Environment={"Variables": {}}), "function login has no variable "),
        (with_login(Environment={"Variables": {}}, Handler="theirs.handle"), ""),
        ({}, ""),
    ],
)
def test_a_function_that_health_does_not_ask_is_looked_at_too(answers: dict[str, Any], told: str) -> None:
    answer = judged("LAM-034", evidence_with(answers))
    assert (PROVED if told else RULED_OUT) is answer.verdict, answer
    assert told in answer.because


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"{FUNCTION[:-3]}${{stageVariables.fn}}/invocations", "--stage-variables fn=api:live"),
        (f"{FUNCTION[:-3]}${{stageVariables.fn}}:live/invocations", "--stage-variables fn=api"),
        ("${stageVariables.fn}", f"--integration-id i1 --integration-uri {FUNCTION}:live"),
    ],
)
def test_a_stage_variable_gets_the_function_that_is_meant(address: str, told: str) -> None:
    answers = {
        "apigatewayv2:GetIntegrations": {"Items": [{**INTEGRATION, "IntegrationUri": address}]},
        "lambda:ListAliases": {"Aliases": [{"Name": "live"}]},
    }
    [command] = judged("API-062", evidence_with(answers)).commands
    assert command.endswith(told)

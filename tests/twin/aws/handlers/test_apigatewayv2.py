"""API Gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.handlers.life import Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties

API = "AWS::ApiGatewayV2::Api"
INTEGRATION = "AWS::ApiGatewayV2::Integration"
ROUTE = "AWS::ApiGatewayV2::Route"
STAGE = "AWS::ApiGatewayV2::Stage"
AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"


def api(aws: Aws) -> Properties:
    """The identifier of an API, as a property of what is made in it."""
    return dict(make(aws, API, {"Name": "miyabi-api", "ProtocolType": "HTTP"}).identifier)


def authorizer(aws: Aws) -> Properties:
    return {
        **api(aws),
        "AuthorizerType": "JWT",
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Audience": ["miyabi"], "Issuer": "https://issuer.example"},
        "Name": "tokens",
    }


def stage(aws: Aws) -> Properties:
    return {
        **api(aws),
        "AccessLogSettings": {
            "DestinationArn": aws.arn("logs", "log-group:/miyabi/access"),
            "Format": '{"requestId": "$context.requestId"}',
        },
        "AutoDeploy": True,
        "DefaultRouteSettings": {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50},
        "Description": "All of it",
        "RouteSettings": {
            "GET /api/v1/health": {"ThrottlingBurstLimit": 5, "ThrottlingRateLimit": 1.5},
            "$default": {"DetailedMetricsEnabled": True},
        },
        "StageName": "$default",
        "StageVariables": {"colour": "blue", "size": "small"},
        "Tags": {"Component": "service", "Owner": "backend"},
    }


LIVES = (
    Life(
        API,
        lambda _: {
            "CorsConfiguration": {
                "AllowCredentials": True,
                "AllowHeaders": ["authorization"],
                "AllowMethods": ["GET", "POST"],
                "AllowOrigins": ["https://miyabi.example"],
                "ExposeHeaders": ["x-request-id"],
                "MaxAge": 600,
            },
            "Description": "Answers the frontend",
            "DisableExecuteApiEndpoint": True,
            "Name": "miyabi-api",
            "ProtocolType": "HTTP",
            "Tags": {"Component": "service", "Owner": "backend"},
            "Version": "1",
        },
        lambda _: {
            "CorsConfiguration": None,
            "Description": None,
            "DisableExecuteApiEndpoint": None,
            "Name": "miyabi-other",
            "Tags": {"Owner": "frontend"},
        },
        attributes=("ApiEndpoint", "ApiId", "ExecuteApiArn"),
        ref=r"[a-z0-9]+",
    ),
    Life(
        INTEGRATION,
        lambda aws: {
            **api(aws),
            "Description": "The api function",
            "IntegrationMethod": "POST",
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": aws.arn("lambda", "function:api:live"),
            "PayloadFormatVersion": "2.0",
            "RequestParameters": {"append:header.a": "1", "append:header.b": "2"},
            "ResponseParameters": {
                "500": {"ResponseParameters": [{"Destination": "overwrite:statuscode", "Source": "502"}]}
            },
            "TimeoutInMillis": 29_000,
        },
        lambda aws: {
            "Description": None,
            "IntegrationUri": aws.arn("lambda", "function:other"),
            "RequestParameters": {"append:header.b": "3"},
            "ResponseParameters": None,
            "TimeoutInMillis": None,
        },
        attributes=("IntegrationId",),
        ref=r"[a-z0-9]+",
    ),
    Life(
        ROUTE,
        lambda aws: {
            **api(aws),
            "AuthorizationScopes": ["read"],
            "AuthorizationType": "JWT",
            "AuthorizerId": "a1b2c3",
            "OperationName": "getTask",
            "RouteKey": "GET /api/v1/tasks/{task_id}",
            "Target": "integrations/a1b2c3d",
        },
        lambda _: {
            "AuthorizationScopes": None,
            "AuthorizationType": "NONE",
            "AuthorizerId": None,
            "OperationName": None,
            "RouteKey": "$default",
            "Target": "integrations/d3c2b1a",
        },
        attributes=("RouteId",),
        ref=r"[a-z0-9]+",
    ),
    Life(
        STAGE,
        stage,
        lambda _: {
            "AccessLogSettings": None,
            "AutoDeploy": False,
            "DefaultRouteSettings": {"ThrottlingBurstLimit": 10, "ThrottlingRateLimit": 5},
            "Description": None,
            "RouteSettings": {"$default": {"DetailedMetricsEnabled": False}},
            "StageVariables": {"colour": "green"},
            "Tags": {"Owner": "frontend", "Project": "Miyabi"},
        },
        ref=r"\$default",
    ),
    Life(
        AUTHORIZER,
        authorizer,
        lambda _: {"JwtConfiguration": {"Audience": ["others"], "Issuer": "https://other.example"}},
        attributes=("AuthorizerId",),
        ref=r"[a-z0-9]+",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_settings_of_a_stage_taken_away_are_gone(aws: Aws) -> None:
    living = make(aws, STAGE, stage(aws))
    living.update({name: living.desired[name] for name in ("ApiId", "StageName")})

    expected = {**living.desired, "AutoDeploy": False}
    expected |= {"RouteSettings": {}, "StageVariables": {}, "Tags": {}}
    read = living.read()
    assert expected == {name: value for name, value in read.items() if name in expected}
    assert not {"AccessLogSettings", "Description"} & read.keys()
    assert "ThrottlingRateLimit" not in read["DefaultRouteSettings"]


def test_the_authorizers_of_an_api_are_listed(aws: Aws) -> None:
    living = make(aws, AUTHORIZER, authorizer(aws))

    listed = aws.client("apigatewayv2").get_authorizers(ApiId=living.identifier["ApiId"])["Items"]
    assert [living.identifier["AuthorizerId"]] == [found["AuthorizerId"] for found in listed]


def test_an_endpoint_looks_as_awss_do(aws: Aws) -> None:
    living = make(aws, API, {"Name": "miyabi-api", "ProtocolType": "HTTP"})

    expected = f"https://{living.identifier['ApiId']}.execute-api.us-east-1.amazonaws.com"
    assert expected == living.read()["ApiEndpoint"]


@pytest.mark.parametrize("name", ["RouteKey", "Target"])
def test_a_property_that_nothing_would_compare_is_refused_by_name(aws: Aws, name: str) -> None:
    with pytest.raises(HandlerError, match=name):
        make(aws, API, {"Name": "miyabi-api", "ProtocolType": "HTTP", name: "$default"})

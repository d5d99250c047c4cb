"""Every rule about the HTTP API's routes and stage notices its own mutations, and nothing else does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
UNUSED = "MIYABI.TEMPLATE.7"
"""The log group, which nothing writes into any more."""
ROUTE = "GetTasksRoute"
TO_LOGIN = {"Fn::Join": ["/", ["integrations", {"Ref": "LoginIntegration"}]]}


def _service(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "service", path, wrong, *rules)


_service("HttpApi/ProtocolType", [REMOVED, UNKNOWN, "WEBSOCKET", "FTP"], "MIYABI.API.1")
_service("ApiIntegration/IntegrationType", [REMOVED, UNKNOWN, "HTTP_PROXY"], "MIYABI.API.2")
_service("ApiIntegration/PayloadFormatVersion", [REMOVED, UNKNOWN, "1.0", "9.0", 2.0], "MIYABI.API.2")
_service(f"{ROUTE}/Target", [REMOVED, UNKNOWN, "integrations/abc", {"Ref": "ApiIntegration"}], "MIYABI.API.7")
_service(f"{ROUTE}/Target", [{"Fn::Sub": "integrations/${HttpApi}"}], "MIYABI.API.7")
_service(f"{ROUTE}/Target", [TO_LOGIN], "MIYABI.API.8")
_service(
    f"{ROUTE}/RouteKey",
    [REMOVED, UNKNOWN, "GET /api/v1/tusks", "GET /tasks", "$default"],
    "MIYABI.API.8",
    "MIYABI.API.9",
    "APIGateway.8",
)
_service(f"{ROUTE}/RouteKey", ["POST /api/v1/tasks"], "MIYABI.API.9")
_service(f"{ROUTE}/ApiId", [REMOVED, UNKNOWN, "abcdefghij"], "MIYABI.API.7", "MIYABI.API.9")
_service(f"{ROUTE}/AuthorizationType", [REMOVED, UNKNOWN, "OPEN"], "MIYABI.API.10")
_service(f"{ROUTE}/AuthorizationType", ["JWT", "CUSTOM"], "MIYABI.API.10")
_service("DefaultStage/StageName", [REMOVED, UNKNOWN, "live"], "MIYABI.API.11")
_service("DefaultStage/AutoDeploy", [REMOVED, UNKNOWN, False], "MIYABI.API.11")
_service("DefaultStage/ApiId", [REMOVED, UNKNOWN], "MIYABI.API.11")
for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
    _service(f"DefaultStage/DefaultRouteSettings/{limit}", [REMOVED, UNKNOWN], "MIYABI.API.12")
    _service(f"DefaultStage/DefaultRouteSettings/{limit}", [0], "MIYABI.API.12", "MIYABI.CAPACITY.4")
_service(
    "DefaultStage/AccessLogSettings/DestinationArn",
    [REMOVED, UNKNOWN],
    "APIGateway.9",
    "MIYABI.LOG.2",
    UNUSED,
)
_service(
    "DefaultStage/AccessLogSettings/Format",
    [
        REMOVED,
        UNKNOWN,
        "$context.requestId $context.status",
        "[]",
        "{",
        json.dumps({"id": "$context.requestId"}),
    ],
    "APIGateway.9",
)


@breaks(MUTATIONS, "MIYABI.API.9")
def remove_a_route(templates: Templates) -> None:
    del templates["service"]["Resources"][ROUTE]


@breaks(MUTATIONS, "MIYABI.API.9")
def write_a_route_twice(templates: Templates) -> None:
    resources = templates["service"]["Resources"]
    resources["AnotherRoute"] = resources[ROUTE]


@breaks(MUTATIONS, "MIYABI.API.11", UNUSED)
def remove_the_stage(templates: Templates) -> None:
    del templates["service"]["Resources"]["DefaultStage"]


@breaks(MUTATIONS, "APIGateway.9", UNUSED)
def remove_the_access_log(templates: Templates) -> None:
    del templates["service"]["Resources"]["DefaultStage"]["Properties"]["AccessLogSettings"]


@breaks(MUTATIONS)
def check_tokens_in_the_gateway(templates: Templates) -> None:
    _authorize(templates, AuthorizerType="JWT", ApiId={"Ref": "HttpApi"})


@breaks(MUTATIONS, "MIYABI.API.10")
def check_tokens_with_an_authorizer_of_another_kind(templates: Templates) -> None:
    _authorize(templates, AuthorizerType="REQUEST", ApiId={"Ref": "HttpApi"})


@breaks(MUTATIONS, "MIYABI.API.10")
def check_tokens_with_an_authorizer_of_another_api(templates: Templates) -> None:
    _authorize(templates, AuthorizerType="JWT", ApiId="abcdefghij")


@breaks(MUTATIONS, "MIYABI.API.8")
def add_a_route_of_ones_own_with_an_authorizer(templates: Templates) -> None:
    resources = templates["service"]["Resources"]
    properties = resources[ROUTE]["Properties"] | {"RouteKey": "GET /admin", "AuthorizationType": "AWS_IAM"}
    resources["AdminRoute"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}


@breaks(MUTATIONS, "MIYABI.API.13")
def let_every_origin_send_credentials(templates: Templates) -> None:
    _allow_origins(templates, AllowOrigins=["*"], AllowCredentials=True)


@breaks(MUTATIONS, "MIYABI.API.13")
def let_a_scheme_of_origins_send_credentials(templates: Templates) -> None:
    _allow_origins(templates, AllowOrigins=["https://*"], AllowCredentials=True)


@breaks(MUTATIONS, "MIYABI.API.13")
def let_an_unknown_origin_send_credentials(templates: Templates) -> None:
    _allow_origins(templates, AllowOrigins=[UNKNOWN], AllowCredentials=True)


@breaks(MUTATIONS, "MIYABI.API.13")
def let_every_header_come_with_credentials(templates: Templates) -> None:
    _allow_origins(
        templates, AllowOrigins=["https://miyabi.example"], AllowHeaders=["*"], AllowCredentials=True
    )


@breaks(MUTATIONS, "MIYABI.API.13")
def let_every_origin_perhaps_send_credentials(templates: Templates) -> None:
    _allow_origins(templates, AllowOrigins=["*"], AllowCredentials=UNKNOWN)


@breaks(MUTATIONS)
def let_every_origin_in_without_credentials(templates: Templates) -> None:
    _allow_origins(templates, AllowOrigins=["*"])


@breaks(MUTATIONS)
def let_one_origin_send_credentials(templates: Templates) -> None:
    _allow_origins(
        templates, AllowOrigins=["https://miyabi.example"], AllowMethods=["GET"], AllowCredentials=True
    )


def _authorize(templates: Templates, **authorizer: Any) -> None:
    resources = templates["service"]["Resources"]
    resources["Tokens"] = {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": authorizer}
    resources[ROUTE]["Properties"] |= {"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Tokens"}}


def _allow_origins(templates: Templates, **cors: Any) -> None:
    templates["service"]["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"] = cors


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)

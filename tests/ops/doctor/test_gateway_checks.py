"""The API before the function: stage, routes, integration, limits, CORS and authorizers that are made up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.evidence.routing import route_for
from tests.ops.doctor.healthy import (
    ACCOUNT,
    API,
    CONFIGURATION,
    ENDPOINT,
    FUNCTION,
    GATEWAY_500,
    HEALTHY,
    INTEGRATION,
    REGION,
    ROUTES_TOLD,
    STAGE,
    evidence_with,
    export,
    judged,
    policy,
    reply,
    staging,
    statement,
)
from tests.ops.doctor.reading import environment_of, refusal

FAULTS: Final = (
    *("API-057", "API-067", "API-035", "API-058", "API-059", "API-008", "API-009", "API-007", "API-060"),
    *("API-023", "API-033", "API-011", "API-022", "API-018", "API-019", "API-020", "API-021", "API-062"),
    *("API-063", "API-006", "API-061", "API-064", "API-065", "API-034", "API-014", "API-017"),
)
KEYS: Final = tuple(route["RouteKey"] for route in ROUTES_TOLD)
NOT_FOUND: Final = reply(404, '{"message":"Not Found"}')
ABSENT: Final = refusal("NotFoundException")


def stage(**changes: Any) -> dict[str, Any]:
    return {"apigatewayv2:GetStages": {"Items": [{**STAGE, **changes}]}}


def routes(*items: dict[str, Any]) -> dict[str, Any]:
    return {"apigatewayv2:GetRoutes": {"Items": list(items)}}


def first_route(**changes: Any) -> dict[str, Any]:
    return routes({**ROUTES_TOLD[0], **changes}, *ROUTES_TOLD[1:])


def integration(**changes: Any) -> dict[str, Any]:
    return {"apigatewayv2:GetIntegrations": {"Items": [{**INTEGRATION, **changes}]}}


def api(**changes: Any) -> dict[str, Any]:
    return {"apigatewayv2:GetApi": {"ApiId": API, "Name": "miyabi-api", "ApiEndpoint": ENDPOINT, **changes}}


def authorizer(kind: str, **changes: Any) -> dict[str, Any]:
    told = {"AuthorizerId": "a1", "Name": "who", "AuthorizerType": kind, **changes}
    return {
        **first_route(AuthorizationType="JWT" if kind == "JWT" else "CUSTOM", AuthorizerId="a1"),
        "apigatewayv2:GetAuthorizers": {"Items": [told]},
    }


def absent_function(**_: Any) -> Any:
    return refusal("ResourceNotFoundException")


def absent_alias(**asked: Any) -> Any:
    return refusal("ResourceNotFoundException") if asked.get("Qualifier") else CONFIGURATION


JWT: Final = {"Issuer": "https://issuer.example/", "Audience": ["app"]}
PROVED: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("API-057", {"apigatewayv2:GetApi": ABSENT}, "none of that id"),
    ("API-035", api(DisableExecuteApiEndpoint=True), "DisableExecuteApiEndpoint"),
    ("API-008", stage(StageName="prod"), "prod"),
    ("API-008", {"apigatewayv2:GetStages": {"Items": []}}, "no stage"),
    ("API-009", stage(AutoDeploy=False, DeploymentId=None), "nothing was ever deployed"),
    ("API-009", stage(LastDeploymentStatusMessage="Deployment attempt failed: no routes"), "no routes"),
    (
        "API-009",
        {
            "apigatewayv2:GetDeployments": {
                "Items": [
                    {"CreatedDate": datetime(2026, 11, 1, tzinfo=UTC), "DeploymentId": "a"},
                    {
                        "CreatedDate": datetime(2026, 11, 2, tzinfo=UTC),
                        "DeploymentId": "b",
                        "DeploymentStatus": "FAILED",
                    },
                ]
            }
        },
        "deployment b failed",
    ),
    ("API-007", routes(), "no route"),
    ("API-007", first_route(Target=None), "nowhere"),
    ("API-007", first_route(Target="integrations/gone"), "integrations/gone"),
    ("API-060", routes(*ROUTES_TOLD[:-1]), KEYS[-1]),
    ("API-033", stage(DefaultRouteSettings={"ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0}), "0 for"),
    ("API-033", stage(RouteSettings={KEYS[0]: {"ThrottlingRateLimit": 0.0}}), "ThrottlingRateLimit 0"),
    ("API-011", stage(DefaultRouteSettings={"ThrottlingRateLimit": 1.0}), "5 a second"),
    ("API-022", first_route(AuthorizationType="AWS_IAM"), "AWS_IAM"),
    ("API-018", authorizer("JWT", JwtConfiguration=JWT), "ends in a slash"),
    ("API-019", authorizer("JWT", JwtConfiguration={"Issuer": "issuer.example"}), "no address of HTTPS"),
    ("API-020", first_route(AuthorizationScopes=["read"]), "scope read"),
    ("API-021", authorizer("REQUEST", AuthorizerUri=""), "names no function"),
    ("API-021", authorizer("REQUEST", AuthorizerUri=f"{FUNCTION}-who"), "no statement"),
    ("API-062", integration(IntegrationUri="${stageVariables.target}"), "target"),
    ("API-063", integration(IntegrationType="HTTP_PROXY", IntegrationUri="https://x.example"), "HTTP_PROXY"),
    ("API-063", integration(IntegrationSubtype="SQS-SendMessage"), "SQS-SendMessage"),
    ("API-006", {"lambda:GetFunctionConfiguration": absent_function}, "no function api"),
    ("API-006", {"lambda:GetFunctionConfiguration": absent_alias}, "alias or version live"),
    ("API-061", integration(IntegrationUri=f"{FUNCTION}-old"), "ours is api"),
    (
        "API-061",
        integration(IntegrationUri=f"arn:aws:lambda:{REGION}:999999999999:function:api"),
        "another account or region",
    ),
    ("API-065", integration(RequestParameters={"overwrite:path": "/x"}), "overwrite:path"),
    ("API-065", integration(ResponseParameters={"500": {"overwrite:statuscode": "200"}}), "500"),
    ("API-014", integration(TimeoutInMillis=1500), "1.5 s"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_healthy_system_has_none_of_them(fault: str) -> None:
    assert judged(fault, evidence_with()).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(("fault", "answers", "told"), PROVED, ids=lambda value: str(value)[:40])
def test_a_fault_is_proved_with_the_fact_that_decides(fault: str, answers: dict[str, Any], told: str) -> None:
    answer = judged(fault, evidence_with(answers))

    assert answer.verdict is Verdict.PROVED, answer
    assert told in answer.because


@pytest.mark.parametrize("fault", [each for each in FAULTS if each != "API-017"])
def test_where_nothing_may_be_read_nothing_is_known(fault: str) -> None:
    denied = dict.fromkeys(HEALTHY, refusal())

    answer = judged(
        fault, evidence_with(denied, reply(500, GATEWAY_500), address="https://api.made-up.example")
    )

    assert (Verdict.UNKNOWN, True) == (answer.verdict, answer.unseen)


def test_a_route_of_a_hand_made_api_is_found_by_its_pattern() -> None:
    keys = ["$default", "ANY /api/{proxy+}", "GET /api/v1/{thing}", "POST /api/v1/health"]

    assert "GET /api/v1/{thing}" == route_for(keys, "GET", "/api/v1/health")
    assert "ANY /api/{proxy+}" == route_for(keys, "DELETE", "/api/v1/health")
    assert "$default" == route_for(keys, "GET", "/")
    assert route_for(keys[1:], "GET", "/") is None


def test_what_a_stage_serves_is_told_by_its_export() -> None:
    behind = stage(AutoDeploy=False)
    same = judged("API-009", evidence_with({**behind, "apigatewayv2:ExportApi": export(*KEYS)}))
    other = judged(
        "API-009", evidence_with({**behind, "apigatewayv2:ExportApi": export("$default", *KEYS[1:])})
    )
    unseen = judged("API-009", evidence_with(behind))

    assert [Verdict.RULED_OUT, Verdict.PROVED, Verdict.UNKNOWN] == [
        each.verdict for each in (same, other, unseen)
    ]
    assert f"does not serve {KEYS[0]} yet and still serves $default" in other.because


def test_an_address_that_names_its_stage_has_the_path_begin_with_it() -> None:
    answers = {**stage(StageName="prod"), **routes({**ROUTES_TOLD[0], "RouteKey": "$default"})}
    refused = reply(404, '{"error": "not_found"}')
    named = evidence_with(answers, refused, address=f"{ENDPOINT}/prod")
    bare = evidence_with(answers, NOT_FOUND, address=ENDPOINT)

    assert Verdict.RULED_OUT is judged("API-008", named).verdict
    assert (True, False) == (judged("API-034", named).explains, judged("API-034", bare).explains)


def test_another_apis_address_is_told() -> None:
    other = f"https://zzzzzzzzzz.execute-api.{REGION}.amazonaws.com"

    answer = judged("API-067", evidence_with(live=reply(200, '{"pets": []}'), address=other))

    assert Verdict.PROVED is answer.verdict
    assert API in answer.because


@pytest.mark.parametrize(
    ("mappings", "expected"),
    [
        ([{"ApiId": API, "Stage": "$default"}], Verdict.RULED_OUT),
        ([{"ApiId": API, "Stage": "gone"}], Verdict.PROVED),
        ([{"ApiId": "zzzzzzzzzz", "Stage": "$default"}], Verdict.PROVED),
        ([{"ApiId": API, "Stage": "$default", "ApiMappingKey": "v9"}], Verdict.PROVED),
        ([], Verdict.PROVED),
    ],
)
def test_a_custom_domain_leads_to_the_stage(mappings: list[dict[str, Any]], expected: Verdict) -> None:
    answers = {
        "apigatewayv2:GetDomainNames": {"Items": [{"DomainName": "api.made-up.example"}]},
        "apigatewayv2:GetApiMappings": {"Items": mappings},
    }

    assert (
        expected is judged("API-058", evidence_with(answers, address="https://api.made-up.example")).verdict
    )


def test_a_domain_that_is_led_by_rules_is_undecided() -> None:
    domain = {"DomainName": "api.made-up.example", "RoutingMode": "ROUTING_RULE_ONLY"}
    answers = {"apigatewayv2:GetDomainNames": {"Items": [domain]}}

    answer = judged("API-058", evidence_with(answers, address="https://api.made-up.example"))

    assert (Verdict.UNKNOWN, True) == (answer.verdict, "list-routing-rules" in answer.decide)


def test_a_domain_with_mutual_tls_wants_a_certificate() -> None:
    domain = {
        "DomainName": "api.made-up.example",
        "MutualTlsAuthentication": {"TruststoreUri": "s3://b/t.pem"},
    }
    answers = {"apigatewayv2:GetDomainNames": {"Items": [domain]}}

    assert (
        "s3://b/t.pem"
        in judged("API-059", evidence_with(answers, address="https://api.made-up.example")).because
    )


@pytest.mark.parametrize(
    ("cors", "wanted", "told"),
    [
        (None, ("https://app.example",), "no CORS"),
        ({"AllowOrigins": ["https://app.example/"]}, ("https://app.example",), "does not list"),
        ({"AllowOrigins": ["https://elsewhere.example"]}, (), "alone"),
        ({"AllowOrigins": ["*"], "AllowCredentials": True}, ("https://app.example",), "browsers refuse"),
        ({"AllowOrigins": ["*"], "AllowMethods": ["GET"]}, ("https://app.example",), "does not allow DELETE"),
        ({"AllowOrigins": ["https://*"], "AllowMethods": ["*"]}, ("https://app.example",), "authorization"),
        ({"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"]}, ("https://app.example",), ""),
        ({"AllowOrigins": ["*"]}, (), ""),
    ],
)
def test_pages_that_are_meant_to_call_are_listed(
    cors: dict[str, Any] | None, wanted: tuple[str, ...], told: str
) -> None:
    settings = environment_of("staging").http_api.model_copy(update={"cors_origins": wanted})

    answer = judged(
        "API-023", evidence_with(api(CorsConfiguration=cors), environment=staging(http_api=settings))
    )

    assert (Verdict.PROVED if told else Verdict.RULED_OUT) is answer.verdict
    assert told in answer.because


def test_a_limit_that_is_high_enough_leaves_a_refusal_undecided() -> None:
    answer = judged("API-011", evidence_with(live=reply(429, '{"message":"Too Many Requests"}')))

    assert (Verdict.UNKNOWN, True) == (answer.verdict, "quota" in answer.decide)


def test_an_old_format_is_no_fault_of_a_bootstrap_that_answers() -> None:
    custom = {
        **integration(PayloadFormatVersion="1.0"),
        "lambda:GetFunctionConfiguration": {**CONFIGURATION, "Runtime": "provided.al2023"},
    }
    failing = reply(500, "panic")

    assert Verdict.RULED_OUT is judged("API-064", evidence_with(custom)).verdict
    assert Verdict.UNKNOWN is judged("API-064", evidence_with(custom, failing)).verdict
    assert (
        Verdict.PROVED
        is judged("API-064", evidence_with(integration(PayloadFormatVersion="1.0"), failing)).verdict
    )


def deployed(kind: str, physical: str, **properties: Any) -> dict[str, Any]:
    """A service stack whose template asks for this of one resource."""
    resources = {"It": {"Type": kind, "Properties": properties}}
    listed = [{"LogicalResourceId": "It", "ResourceType": kind, "PhysicalResourceId": physical}]
    return {
        "cloudformation:ListStackResources": {"StackResourceSummaries": listed},
        "cloudformation:GetTemplate": {"TemplateBody": json.dumps({"Resources": resources})},
    }


ROUTE: Final = "AWS::ApiGatewayV2::Route"
SIGNED: Final = {**ROUTES_TOLD[5], "AuthorizationType": "AWS_IAM"}
STRANGERS: Final = {**SIGNED, "RouteId": "r99", "RouteKey": "POST /hooks"}


@pytest.mark.parametrize(
    ("answers", "by_design"),
    [
        (routes(*ROUTES_TOLD[:5], SIGNED), False),
        (routes(*ROUTES_TOLD[:5], SIGNED) | deployed(ROUTE, "r5", AuthorizationType="NONE"), False),
        (routes(*ROUTES_TOLD[:5], SIGNED) | deployed(ROUTE, "r5", AuthorizationType={"Ref": "P"}), False),
        (routes(*ROUTES_TOLD[:5], SIGNED) | deployed(ROUTE, "r5", AuthorizationType="AWS_IAM"), True),
        (routes(*ROUTES_TOLD, STRANGERS), True),
        (routes(STRANGERS, *ROUTES_TOLD[:5], SIGNED), False),
        (
            first_route(AuthorizationType="AWS_IAM") | deployed(ROUTE, "r0", AuthorizationType="AWS_IAM"),
            False,
        ),
    ],
    ids=["by hand", "against the template", "unknown", "by the template", "another's", "both", "health"],
)
def test_a_route_that_wants_signatures_on_purpose_is_a_risk(
    answers: dict[str, Any],
    by_design: bool,  # noqa: FBT001  (of a table)
) -> None:
    answer = judged("API-022", evidence_with(answers))

    assert (Verdict.PROVED, by_design) == (answer.verdict, answer.by_design)


@pytest.mark.parametrize(
    ("wanted", "live", "by_design"),
    [
        ({"Timeout": 60}, reply(), True),
        ({"Timeout": 20}, reply(), False),
        ({}, reply(), False),
        ({"Timeout": 60}, reply(503, '{"message":"Service Unavailable"}', seconds=30.0), False),
    ],
)
def test_a_function_that_may_run_longer_than_the_gateway_waits_on_purpose_is_a_risk(
    wanted: dict[str, Any],
    live: Any,
    by_design: bool,  # noqa: FBT001  (of a table)
) -> None:
    runs = {"lambda:GetFunctionConfiguration": {**CONFIGURATION, "Timeout": 60}}
    answers = runs | deployed("AWS::Lambda::Function", "api", **wanted)
    answer = judged("API-014", evidence_with(answers, live))

    assert (Verdict.PROVED, by_design) == (answer.verdict, answer.by_design)


def test_a_function_that_ends_before_the_gateway_gives_up_is_not_given_up() -> None:
    answer = judged("API-014", evidence_with(live=reply(503, '{"message":"Service Unavailable"}')))

    assert Verdict.RULED_OUT is answer.verdict


def test_an_answer_that_is_too_large_is_told_by_lambda() -> None:
    line = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    logs = {"logs:FilterLogEvents": {"events": [{"message": line, "logStreamName": "s", "timestamp": 1}]}}

    answer = judged("API-017", evidence_with(logs, reply(500, GATEWAY_500)))

    assert Verdict.PROVED is answer.verdict


def test_an_authorizer_that_may_be_invoked_is_left_to_its_own_log() -> None:
    source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/authorizers/a1"
    may = statement(source, Resource=f"{FUNCTION}-who")
    answers = {
        **authorizer("REQUEST", AuthorizerUri=f"{FUNCTION}-who"),
        "lambda:GetPolicy": policy(may, qualifier=None, function="api-who"),
    }

    answer = judged("API-021", evidence_with(answers, reply(500, GATEWAY_500)))

    assert Verdict.UNKNOWN is answer.verdict
    assert "api-who" in answer.decide

"""May API Gateway invoke: proved, ruled out and unknown, by policies that are made up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.doctor.answer import Verdict
from tests.ops.doctor.healthy import (
    ACCOUNT,
    API,
    CONFIGURATION,
    FUNCTION,
    GATEWAY_500,
    INTEGRATION,
    ROUTES_TOLD,
    SOURCE,
    STAGE,
    evidence_with,
    judged,
    policy,
    reply,
    statement,
)
from tests.ops.doctor.reading import refusal

ALL: Final = ("API-036", "API-001", "API-002", "API-003", "API-004")
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/invoker"
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "apigateway.amazonaws.com"}}
    ],
}
HEALTH_ALONE: Final = f"{SOURCE}/$default/GET/api/v1/health"


def proved_of(answers: dict[str, Any]) -> list[str]:
    """The faults of this layer that are proved."""
    evidence = evidence_with(answers)
    return [fault for fault in ALL if judged(fault, evidence).verdict is Verdict.PROVED]


def with_policy(*statements: dict[str, Any], qualifier: str | None = "live") -> dict[str, Any]:
    """An account whose function has such a policy."""
    return {"lambda:GetPolicy": policy(*statements, qualifier=qualifier)}


def catch_all() -> dict[str, Any]:
    """An API with one route that takes everything."""
    route = {"RouteId": "r", "RouteKey": "$default", "Target": "integrations/i1"}
    return {"apigatewayv2:GetRoutes": {"Items": [route]}}


@pytest.mark.parametrize("fault", ALL)
def test_the_healthy_system_has_none_of_them(fault: str) -> None:
    assert judged(fault, evidence_with()).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((), "API-001"),
        ((statement(Principal={"Service": "events.amazonaws.com"}),), "API-001"),
        ((statement(Action="lambda:GetFunction"),), "API-001"),
        ((statement(), statement(Effect="Deny", Sid="no")), "API-001"),
        ((statement(f"{SOURCE}/prod/*"),), "API-002"),
        ((statement(f"{SOURCE}/*/POST/*"),), "API-002"),
        ((statement(f"arn:aws:execute-api:us-east-1:{ACCOUNT}:zzzzzzzzzz/*"),), "API-004"),
        ((statement(f"arn:aws:execute-api:eu-north-1:{ACCOUNT}:{API}/*"),), "API-004"),
        ((statement(f"arn:aws:execute-api:us-east-1:999999999999:{API}/*"),), "API-004"),
        ((statement(Condition={"StringEquals": {"AWS:SourceAccount": "999999999999"}}),), "API-004"),
    ],
)
def test_one_fault_alone_is_named(statements: tuple[dict[str, Any], ...], expected: str) -> None:
    assert [expected] == proved_of(with_policy(*statements))


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"ArnLike": {"aws:SourceArn": f"{SOURCE}/*/*"}},
        {"ArnEquals": {"aws:SourceArn": [f"{SOURCE}/$default/*", "arn:aws:s3:::other"]}},
        {"StringLike": {"AWS:SourceArn": f"{SOURCE}*"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": f"{SOURCE}/*"}},
        {"StringNotEquals": {"aws:SourceAccount": "999999999999"}},
    ],
)
def test_a_condition_that_is_met_lets_every_route_in(condition: dict[str, Any]) -> None:
    assert [] == proved_of(with_policy(statement(Condition=condition)))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*/*/$default", ["API-002"]), ("*/*/*", ["API-002"]), ("*/$default", []), ("*/*", []), ("*", [])],
)
def test_the_catch_all_route_is_one_part_shorter(pattern: str, expected: list[str]) -> None:
    assert expected == proved_of({**catch_all(), **with_policy(statement(f"{SOURCE}/{pattern}"))})


@given(st.sampled_from(range(len(HEALTH_ALONE))), st.booleans())
def test_any_beginning_of_the_right_source_is_right(length: int, catch_all_too: bool) -> None:  # noqa: FBT001  (drawn)
    pattern = HEALTH_ALONE[: max(length, len(SOURCE))] + "*"
    answers = {"apigatewayv2:GetRoutes": {"Items": ROUTES_TOLD[:1]}}
    more = (statement("arn:aws:execute-api:*:*:other/*", Sid="more"),) if catch_all_too else ()
    assert ROUTES_TOLD[0]["RouteKey"] == "GET /api/v1/health"
    assert [] == proved_of({**answers, **with_policy(*more, statement(pattern))})


@pytest.mark.parametrize(
    ("qualifier", "where"), [(None, "the function without an alias"), ("blue", "alias blue")]
)
def test_a_permission_under_another_qualifier_is_told(qualifier: str | None, where: str) -> None:
    answer = judged("API-003", evidence_with(with_policy(statement(), qualifier=qualifier)))

    assert answer.verdict is Verdict.PROVED
    assert where in answer.because
    assert "--qualifier live" in answer.commands[0]


def test_a_condition_that_nobody_can_judge_is_neither_proved_nor_ruled_out() -> None:
    strange = statement(Condition={"StringEquals": {"aws:SourceOrgID": "o-1"}})

    answer = judged("API-002", evidence_with(with_policy(strange)))

    assert (Verdict.UNKNOWN, True) == (answer.verdict, bool(answer.decide))


def test_what_is_not_health_does_not_explain_why_health_fails() -> None:
    answer = judged("API-002", evidence_with(with_policy(statement(HEALTH_ALONE))))

    assert (Verdict.PROVED, False) == (answer.verdict, answer.explains)
    assert "more)" in answer.because


def test_another_functions_permission_is_looked_at_too() -> None:
    login = {**INTEGRATION, "IntegrationId": "i2", "IntegrationUri": f"{FUNCTION}-login"}
    route = {"RouteId": "x", "RouteKey": "GET /login", "Target": "integrations/i2"}
    answers = {
        "apigatewayv2:GetIntegrations": {"Items": [INTEGRATION, login]},
        "apigatewayv2:GetRoutes": {"Items": [*ROUTES_TOLD, route]},
    }

    answer = judged("API-001", evidence_with(answers))

    assert (Verdict.PROVED, False) == (answer.verdict, answer.explains)
    assert "api-login" in answer.because


@pytest.mark.parametrize("fault", ALL[1:])
def test_a_policy_that_may_not_be_read_is_unknown(fault: str) -> None:
    answer = judged(fault, evidence_with({"lambda:GetPolicy": refusal()}))

    assert (Verdict.UNKNOWN, True) == (answer.verdict, answer.unseen)


@pytest.mark.parametrize("fault", ALL[1:])
def test_of_a_function_that_is_not_there_nothing_is_said(fault: str) -> None:
    absent = {"lambda:GetFunctionConfiguration": refusal("ResourceNotFoundException")}

    assert judged(fault, evidence_with(absent)).verdict is Verdict.UNKNOWN


def test_a_refusal_in_spite_of_every_policy_is_undecided() -> None:
    log = "arn:aws:logs:us-east-1:770011223344:log-group:access"
    said = "API Gateway doesn't have permissions to call the integration. Check the permissions"
    line = json.dumps({"requestId": "r1", "integrationErrorMessage": said, "integrationRequestId": "-"})
    answers = {
        "apigatewayv2:GetStages": {"Items": [{**STAGE, "AccessLogSettings": {"DestinationArn": log}}]},
        "logs:FilterLogEvents": {"events": [{"message": line, "logStreamName": "s", "timestamp": 1}]},
    }

    answer = judged(
        "API-001", evidence_with(answers, reply(500, GATEWAY_500, headers={"apigw-requestid": "r1"}))
    )

    assert (Verdict.UNKNOWN, True) == (answer.verdict, "resource control" in answer.decide)


def test_who_took_the_permission_away_is_told() -> None:
    event = {
        "EventTime": datetime(2026, 11, 25, 17, 4, tzinfo=UTC),
        "Username": "somebody.else",
        "CloudTrailEvent": json.dumps({"requestParameters": {"functionName": f"{FUNCTION}:live"}}),
    }
    answers = {**with_policy(), "cloudtrail:LookupEvents": {"Events": [event]}}

    answer = judged("API-001", evidence_with(answers))

    assert "somebody.else took one away at 2026-11-25 17:04 UTC" in answer.because


@pytest.mark.parametrize("denied", ["cloudtrail:LookupEvents", "lambda:ListAliases"])
def test_a_missing_permission_is_proved_without_what_only_tells_more(denied: str) -> None:
    assert ["API-001"] == proved_of({**with_policy(), denied: refusal()})


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"iam:GetRole": refusal("NoSuchEntity")}, "which is not there"),
        ({"iam:GetRole": {"Role": {"AssumeRolePolicyDocument": {"Statement": []}}}}, "assume it"),
        (
            {"iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": "implicitDeny"}]}},
            "may not invoke",
        ),
        ({}, ""),
    ],
)
def test_the_integrations_own_role_must_be_there_and_may(answers: dict[str, Any], told: str) -> None:
    integration = {"apigatewayv2:GetIntegrations": {"Items": [{**INTEGRATION, "CredentialsArn": ROLE}]}}
    role = {"iam:GetRole": {"Role": {"AssumeRolePolicyDocument": TRUST}}}

    answer = judged("API-036", evidence_with({**with_policy(), **integration, **role, **answers}))

    assert (Verdict.PROVED if told else Verdict.RULED_OUT) is answer.verdict
    assert told in answer.because


@pytest.mark.parametrize(
    ("decision", "subnets", "expected"),
    [
        ("allowed", ["subnet-1"], Verdict.RULED_OUT),
        ("implicitDeny", ["subnet-1"], Verdict.PROVED),
        ("implicitDeny", [], Verdict.RULED_OUT),
    ],
)
def test_a_role_in_a_vpc_needs_interfaces(decision: str, subnets: list[str], expected: Verdict) -> None:
    answers = {
        "iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": decision}]},
        "lambda:GetFunctionConfiguration": {**CONFIGURATION, "VpcConfig": {"SubnetIds": subnets}},
    }

    assert expected is judged("LAM-011", evidence_with(answers)).verdict


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({}, ""),
        ({"Condition": {}}, "anybody's API"),
        ({"Principal": "*", "Condition": {}}, "anybody"),
        ({"Principal": {"AWS": "*"}, "Condition": {}}, "anybody"),
        ({"Principal": {"AWS": ACCOUNT}, "Condition": {}}, ""),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, ""),
        ({"Principal": "*", "Condition": {}, "Action": "lambda:InvokeFunctionUrl"}, ""),
        ({"Principal": "*", "Condition": {}, "Effect": "Deny"}, ""),
    ],
)
def test_whom_a_policy_lets_in_besides_is_a_risk(changes: dict[str, Any], who: str) -> None:
    answer = judged("API-071", evidence_with(with_policy(statement(**changes))))
    assert bool(who) == (answer.verdict is Verdict.PROVED)
    assert f"lets {who} invoke it" in answer.because or not who

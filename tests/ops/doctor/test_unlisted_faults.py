"""What no list has: mends to type, answers that were kept, words that are another's, secrets in names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.asking import Failure
from tests.ops.doctor.healthy import (
    ENDPOINT,
    behaviour,
    distribution,
    evidence_with,
    judged,
    reply,
)
from tests.ops.doctor.invoking import LAMBDA, VARIABLES, answer_of, invocation, made
from tests.ops.doctor.reading import refusal

if TYPE_CHECKING:
    from ops.doctor.answer import Answer

PROVED, RULED_OUT, UNKNOWN = Verdict.PROVED, Verdict.RULED_OUT, Verdict.UNKNOWN
LOST = reply(404, '{"message":"Not Found"}')
HIT = {"x-cache": "Hit from cloudfront"}
RAN = {"integrationRequestId": LAMBDA, "integrationStatus": "200"}
EDGE_ANSWER = "cloudfront:GetDistribution"


@pytest.mark.parametrize(
    ("fault", "told", "change"),
    [
        ("API-043", distribution(Enabled=False), ".Enabled = true"),
        (
            "API-049",
            behaviour(TrustedKeyGroups={"Enabled": True, "Items": ["k"]}),
            '(.CacheBehaviors.Items[] | select(.PathPattern == "/api/*")).TrustedKeyGroups',
        ),
        (
            "API-047",
            distribution(CacheBehaviors={"Quantity": 0}),
            '"PathPattern": "/api/*", "TargetOriginId": "api"',
        ),
    ],
)
def test_the_mend_of_a_distribution_changes_what_is_wrong_and_shows_no_secret(
    fault: str, told: dict[str, Any], change: str
) -> None:
    answer = judged(fault, evidence_with({EDGE_ANSWER: told}, reply(403, "<html>")))

    assert PROVED is answer.verdict
    assert change in answer.commands[0]
    assert "/dev/stdin" in answer.commands[0]
    assert "made-up" not in answer.commands[0]


def test_an_answer_that_was_kept_is_no_sign_of_health() -> None:
    evidence = evidence_with(live=reply(headers=HIT))
    answer = judged("API-051", evidence)

    assert (PROVED, None, None) == (answer.verdict, evidence.trace.ran, evidence.trace.started)
    assert "create-invalidation" in answer.commands[0]


@pytest.mark.parametrize(
    ("told", "verdict"),
    [("arn:aws:wafv2:us-east-1:1:global/webacl/gone/1", RULED_OUT), ("classic-id", UNKNOWN)],
)
def test_a_firewall_that_is_gone_stops_nothing(told: str, verdict: Verdict) -> None:
    answers = {
        EDGE_ANSWER: distribution(WebACLId=told),
        "wafv2:GetWebACL": refusal("WAFNonexistentItemException"),
    }
    assert verdict is judged("API-031", evidence_with(answers, reply(403, "Request blocked"))).verdict


def test_the_edge_is_not_blamed_for_a_name_that_nobody_knows() -> None:
    live = reply(None, "", address="https://nobody.example", failure=Failure.NAME)
    evidence = evidence_with(
        {"route53:ListHostedZonesByName": {"HostedZones": []}}, live, address="https://nobody.example"
    )
    assert (PROVED, False) == (judged("API-040", evidence).verdict, judged("API-045", evidence).explains)


@pytest.mark.parametrize("path", ["/prod", "/api/v1"])
def test_a_path_of_the_address_that_is_no_stage_is_told(path: str) -> None:
    answer = judged("API-067", evidence_with(live=LOST, address=ENDPOINT + path))

    assert PROVED is answer.verdict
    assert answer.commands[0].endswith(f" {ENDPOINT}")


def words(access: dict[str, str] | None) -> Answer:
    return answer_of("PKG-049", made(status=503, body='{"message":"Service Unavailable"}', access=access))


def test_whose_the_gateway_s_words_are_its_own_line_tells() -> None:
    gave_up = {"integrationRequestId": "-", "integrationStatus": "-"}

    assert [PROVED, RULED_OUT, UNKNOWN] == [words(each).verdict for each in (RAN, gave_up, None)]


def test_a_type_that_is_made_of_a_secret_is_not_told() -> None:
    name = str(VARIABLES["JWT_SECRET"]).replace("-", "_")
    lines = invocation(f"[ERROR] {name}: x")
    found = made(lines=lines).function

    assert (True, False) == (found.holds(name), found.holds("ValueError"))


def trusted(*statements: dict[str, Any]) -> Answer:
    common = {"Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Statement": [common | each for each in statements]}
    return answer_of(
        "LAM-022", made(answers={"iam:GetRole": {"Role": {"AssumeRolePolicyDocument": document}}})
    )


def test_a_trust_policy_may_also_forbid_or_ask_for_more() -> None:
    allow, deny = {"Effect": "Allow"}, {"Effect": "Deny"}
    asks = {"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}

    assert [RULED_OUT, PROVED, UNKNOWN, UNKNOWN] == [
        trusted(*each).verdict for each in ([allow], [allow, deny], [allow | asks], [allow, deny | asks])
    ]


def test_a_function_without_time_for_its_database_is_told_by_its_log() -> None:
    lines = invocation('{"level": "WARN", "message": "the request has no time left"}')
    body = '{"error": "database_error"}'

    answer = answer_of("LAM-030", made(status=503, body=body, lines=lines, configuration={"Timeout": 1}))
    assert PROVED is answer.verdict
    assert RULED_OUT is answer_of("LAM-030", made(status=503, body=body, lines=invocation())).verdict


@pytest.mark.parametrize(
    ("decision", "command"),
    [
        ({"EvalDecision": "implicitDeny"}, "attach-role-policy"),
        ({"EvalDecision": "explicitDeny"}, "list-role-policies"),
        (
            {
                "EvalDecision": "implicitDeny",
                "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False},
            },
            "delete-role-permissions-boundary",
        ),
    ],
)
def test_how_a_role_is_let_write_depends_on_what_keeps_it_from_that(
    decision: dict[str, Any], command: str
) -> None:
    answers = {"iam:SimulatePrincipalPolicy": {"EvaluationResults": [decision]}}

    assert command in answer_of("LOG-001", made(answers=answers)).commands[0]


def test_nothing_is_said_of_the_role_of_another_accounts_function() -> None:
    answers = {"iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": "implicitDeny"}]}}
    role = {"Role": "arn:aws:iam::554000000001:role/api"}

    assert UNKNOWN is answer_of("LOG-001", made(answers=answers, configuration=role)).verdict


def test_a_change_of_a_function_behind_an_alias_is_published() -> None:
    commands = made().function.configure("--timeout 29")

    assert ["update-function-configuration", "wait", "update-alias"] == [each.split()[2] for each in commands]


def test_a_route_that_leads_nowhere_is_led_to_the_function_that_is_meant() -> None:
    answers = {
        "apigatewayv2:GetIntegrations": {"Items": []},
        "lambda:ListAliases": {"Aliases": [{"Name": "live"}]},
    }
    [command] = judged("API-007", evidence_with(answers, LOST)).commands

    assert "function:api:live" in command
    assert "for route in " in command

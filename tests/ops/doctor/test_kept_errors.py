"""Errors that CloudFront keeps, a firewall that is left out, and what is not the frontend's fault."""

from __future__ import annotations

from typing import Any

import pytest

from ops.doctor.answer import Verdict
from tests.ops.doctor.healthy import (
    ENDPOINT,
    GATEWAY_500,
    PARAMETERS,
    behaviour,
    distribution,
    evidence_with,
    judged,
    reply,
)
from tests.ops.doctor.reading import refusal

PROVED, RULED_OUT, UNKNOWN = Verdict.PROVED, Verdict.RULED_OUT, Verdict.UNKNOWN
OLD = {"x-cache": "Error from cloudfront", "age": "42"}
WELL, BROKEN = reply(address=ENDPOINT), reply(500, GATEWAY_500, address=ENDPOINT)


def keeping(seconds: int | None) -> dict[str, Any]:
    errors = [] if seconds is None else [{"ErrorCode": 500, "ErrorCachingMinTTL": seconds}]
    return {"cloudfront:GetDistribution": distribution(CustomErrorResponses={"Items": errors})}


@pytest.mark.parametrize(
    ("seconds", "headers", "direct", "found"),
    [
        (3600, OLD, WELL, PROVED),
        (3600, {}, WELL, PROVED),
        (0, OLD, WELL, PROVED),
        (None, OLD, WELL, PROVED),
        (None, {}, WELL, UNKNOWN),
        (0, {}, WELL, RULED_OUT),
        (3600, OLD, BROKEN, RULED_OUT),
    ],
)
def test_an_error_of_before_is_told_from_one_of_now(
    seconds: int | None, headers: dict[str, str], direct: Any, found: Verdict
) -> None:
    live = reply(500, GATEWAY_500, headers=headers)
    answer = judged("API-070", evidence_with(keeping(seconds), live, direct=direct))
    assert found is answer.verdict, answer
    if found is PROVED:
        assert "create-invalidation --distribution-id E111" in answer.commands[-1]
        assert bool(seconds) == any("ErrorCachingMinTTL = 0" in each for each in answer.commands)


def test_an_answer_that_is_well_is_no_kept_error() -> None:
    assert RULED_OUT is judged("API-070", evidence_with(keeping(3600))).verdict


@pytest.mark.parametrize(
    ("named", "published", "found"),
    [("", True, PROVED), ("arn:aws:wafv2:x", True, RULED_OUT), ("", False, RULED_OUT)],
)
def test_a_firewall_that_was_made_is_to_stand_before_the_api(
    named: str,
    published: bool,  # noqa: FBT001  (drawn from the table)
    found: Verdict,
) -> None:
    def parameter(Name: str) -> Any:  # noqa: N803  (as botocore calls it)
        values = {**PARAMETERS, **({"edge/firewall-name": "wall"} if published else {})}
        value = next((text for path, text in values.items() if Name.endswith(path)), None)
        return {"Parameter": {"Value": value}} if value else refusal("ParameterNotFound")

    answers = {"ssm:GetParameter": parameter, "cloudfront:GetDistribution": distribution(WebACLId=named)}
    answer = judged("API-072", evidence_with(answers))
    assert found is answer.verdict
    assert found is RULED_OUT or (
        "Name=='wall'" in answer.commands[0] and "acl=$acl jq" in answer.commands[0]
    )


def test_a_wrong_pattern_is_mended_and_the_frontends_behaviour_left_alone() -> None:
    answers = {"cloudfront:GetDistribution": behaviour(PathPattern="/api/v2/*")}
    evidence = evidence_with(answers, reply(403, "<Error><Code>AccessDenied</Code></Error>"))
    told = judged("API-047", evidence)
    assert 'select(.PathPattern == "/api/v2/*") | .PathPattern = "/api/*"' in told.commands[0]
    assert [RULED_OUT] * 3 == [judged(each, evidence).verdict for each in ("API-048", "API-051", "API-052")]


def test_a_behaviour_that_comes_too_late_is_put_first() -> None:
    api = behaviour()["Distribution"]["DistributionConfig"]["CacheBehaviors"]["Items"][0]
    pages = {**api, "PathPattern": "/*", "TargetOriginId": "frontend"}
    answers = {"cloudfront:GetDistribution": distribution(CacheBehaviors={"Items": [pages, api]})}
    told = judged("API-047", evidence_with(answers, reply(403, "<Error><Code>AccessDenied</Code></Error>")))
    assert 'Items |= [.[] | select(.PathPattern == "/api/*")' in told.commands[0]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "https://[::1]:8443"])
def test_an_address_of_ip_is_nobodys_name(address: str) -> None:
    evidence = evidence_with(live=reply(None, "", address=address), address=address)
    assert RULED_OUT is judged("API-040", evidence).verdict


def test_a_functions_own_url_is_not_the_api() -> None:
    address = "https://abc.lambda-url.us-east-1.on.aws"
    answer = judged("API-067", evidence_with(live=reply(None, "", address=address), address=address))
    assert PROVED is answer.verdict
    assert "the address of a function itself" in answer.because

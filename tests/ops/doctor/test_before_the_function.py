"""All checks of what is before the function at once: nothing breaks them, and a refusal proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.check import checks
from ops.doctor.fault import Layer
from tests.ops.doctor.healthy import (
    API,
    ENDPOINT,
    FUNCTION,
    GATEWAY_500,
    HEALTHY,
    evidence_with,
    reply,
    staging,
)
from tests.ops.doctor.reading import refusal

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

LAYERS: Final = (Layer.EDGE, Layer.GATEWAY, Layer.PERMISSION)
FAILED: Final = reply(500, GATEWAY_500)
NAKED: Final[dict[str, Any]] = {
    "ssm:GetParameter": refusal("ParameterNotFound"),
    "apigatewayv2:GetApi": {"ApiId": API, "ApiEndpoint": ENDPOINT},
    "apigatewayv2:GetStages": {"Items": [{"StageName": "$default", "AutoDeploy": True}]},
    "apigatewayv2:GetRoutes": {"Items": [{"RouteKey": "$default", "Target": "integrations/i1"}]},
    "apigatewayv2:GetIntegrations": {
        "Items": [
            {
                "IntegrationId": "i1",
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": FUNCTION,
                "PayloadFormatVersion": "2.0",
            }
        ]
    },
    "lambda:GetFunctionConfiguration": {
        "FunctionName": "api",
        "Timeout": 3,
        "Role": "arn:aws:iam::1:role/api",
    },
}
"""As botocore tells of what was made by hand, with nothing that may be left out."""


def answers_of(evidence: Evidence) -> dict[str, Answer]:
    """What all checks of these layers answer."""
    return {each.id: each.answer(evidence) for each in checks() if each.fault.layer in LAYERS}


@pytest.mark.parametrize("live", [reply(), FAILED], ids=["well", "failed"])
@pytest.mark.parametrize("denied", sorted(HEALTHY))
def test_a_call_that_is_denied_proves_nothing_and_breaks_nothing(denied: str, live: Any) -> None:
    evidence = evidence_with({denied: refusal()}, live)

    answers = answers_of(evidence)

    assert [] == [name for name, answer in answers.items() if answer.verdict is Verdict.PROVED]
    assert [] == [name for name, answer in answers.items() if "broke" in answer.because]


@pytest.mark.parametrize("live", [reply(address=ENDPOINT), FAILED], ids=["well", "failed"])
def test_what_was_made_by_hand_is_judged_too(live: Any) -> None:
    gateway_alone = staging(edge=None)
    evidence = evidence_with(NAKED, live, environment=gateway_alone, address=ENDPOINT)

    answers = answers_of(evidence)

    assert [] == [name for name, answer in answers.items() if answer.unseen]
    proved = [name for name, answer in answers.items() if answer.verdict is Verdict.PROVED]
    assert ["API-003"] == proved


def test_a_distribution_with_nothing_that_may_be_left_out_is_judged_too() -> None:
    config = {
        "Enabled": True,
        "WebACLId": "",
        "Origins": {"Quantity": 1, "Items": [{"Id": "api", "DomainName": ENDPOINT.removeprefix("https://")}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "api",
            "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        },
    }
    told = {"Id": "E111", "DomainName": "d111.cloudfront.net", "DistributionConfig": config}
    evidence = evidence_with({"cloudfront:GetDistribution": {"Distribution": told}})

    answers = answers_of(evidence)

    assert [] == [name for name, answer in answers.items() if answer.unseen]
    proved = [name for name, answer in answers.items() if answer.verdict is Verdict.PROVED]
    assert ["API-048"] == proved

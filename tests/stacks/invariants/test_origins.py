"""Every rule about what is behind CloudFront notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
UNUSED = "MIYABI.TEMPLATE.7"
"""The origin access control, which nothing names any more."""
UNASKED = "MIYABI.TEMPLATE.6"
"""A parameter that nothing uses any more."""
FRONTEND, API = "0", "1"
SECRET = "OriginCustomHeaders/0/HeaderValue"
OTHER_SECRET = {
    "Fn::Sub": ["{{resolve:secretsmanager:${S}:SecretString:secret}}", {"S": {"Ref": "NetworkKeyArn"}}]
}


def _origin(number: str, path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "edge", f"Distribution/DistributionConfig/Origins/{number}/{path}", wrong, *rules)


def _edge(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "edge", path, wrong, *rules)


_origin(
    API,
    "CustomOriginConfig/OriginProtocolPolicy",
    [REMOVED, UNKNOWN, "match-viewer", "http-only"],
    "CloudFront.9",
)
_origin(
    API,
    "CustomOriginConfig/OriginSSLProtocols",
    [REMOVED, UNKNOWN, ["TLSv1.1", "TLSv1.2"], []],
    "CloudFront.10",
)
_origin(API, "CustomOriginConfig", [REMOVED, UNKNOWN], "CloudFront.9", "CloudFront.10", "MIYABI.EDGE.8")
_edge(
    "Distribution/DistributionConfig/DefaultCacheBehavior/TargetOriginId", [REMOVED, "api"], "CloudFront.12"
)
_origin(FRONTEND, "Id", [REMOVED, UNKNOWN], "CloudFront.12")
_origin(FRONTEND, "DomainName", [REMOVED, UNKNOWN, "frontend.s3.us-east-1.amazonaws.com"], "CloudFront.12")
_origin(FRONTEND, "DomainName", [{"Fn::GetAtt": ["FrontendBucket", "DomainName"]}], "CloudFront.12")
_origin(FRONTEND, "OriginAccessControlId", [REMOVED, UNKNOWN, "E2QWRUHAPOMQZL"], "CloudFront.13", UNUSED)
_origin(FRONTEND, "S3OriginConfig", [REMOVED], "CloudFront.9", "CloudFront.10", "CloudFront.12")
_origin(API, "CustomOriginConfig/OriginReadTimeout", [REMOVED, UNKNOWN, 30, 61], "MIYABI.EDGE.8")
for key in ("OriginAccessControlOriginType", "SigningBehavior", "SigningProtocol"):
    _edge(f"FrontendAccess/OriginAccessControlConfig/{key}", [REMOVED, UNKNOWN, "never"], "CloudFront.13")
_edge("FrontendBucketPolicy/PolicyDocument/Statement/0/Action", ["s3:ListBucket"], "CloudFront.13")
_edge(
    "FrontendBucketPolicy/PolicyDocument/Statement/0/Resource",
    [{"Fn::Sub": "${LogBucket.Arn}/*"}],
    "CloudFront.13",
)
_origin(API, SECRET, [REMOVED, UNKNOWN, "open sesame"], "MIYABI.EDGE.3", "MIYABI.EDGE.4", UNASKED)
_origin(API, SECRET, [OTHER_SECRET], "MIYABI.EDGE.4", UNASKED)
_origin(API, "OriginCustomHeaders", [REMOVED, UNKNOWN, []], "MIYABI.EDGE.3", "MIYABI.EDGE.4", UNASKED)
_origin(
    API, "OriginCustomHeaders/0/HeaderName", [REMOVED, UNKNOWN, "x-secret"], "MIYABI.EDGE.3", "MIYABI.EDGE.4"
)
_origin(API, "DomainName", [REMOVED, UNKNOWN, "api.miyabi.example"], "MIYABI.EDGE.2", UNASKED)
for function in ("ApiFunction", "LoginFunction"):
    path = f"{function}/Environment/Variables/ORIGIN_SECRET"
    spoils(MUTATIONS, "service", path, [REMOVED], "MIYABI.EDGE.4", "MIYABI.EDGE.5")
    spoils(MUTATIONS, "service", path, [UNKNOWN, "open sesame"], "MIYABI.EDGE.4", "MIYABI.SECRET.4")


@breaks(MUTATIONS, "MIYABI.EDGE.4", environment="production")
def ask_for_the_secret_before_old_clients_are_gone(templates: Templates) -> None:
    sent = "{{resolve:secretsmanager:miyabi/production/origin:SecretString:secret}}"
    variables = templates["service"]["Resources"]["ApiFunction"]["Properties"]["Environment"]["Variables"]
    variables["ORIGIN_SECRET"] = sent


@breaks(MUTATIONS, "CloudFront.13", UNUSED)
def read_the_bucket_by_an_identity_instead(templates: Templates) -> None:
    config = templates["edge"]["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    origin = config["Origins"][0]
    del origin["OriginAccessControlId"]
    origin["S3OriginConfig"] = {"OriginAccessIdentity": "origin-access-identity/cloudfront/E127EXAMPLE51Z"}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)

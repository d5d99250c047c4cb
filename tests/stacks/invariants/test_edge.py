"""Every rule about CloudFront and its viewers notices its own mutations, and nothing else does."""

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
"""Something that nothing names any more."""
PAGES = "DefaultCacheBehavior"
API = "CacheBehaviors/0"
ERROR = "CustomErrorResponses/2"
"""That of 404."""
CERTIFICATE = {
    "AcmCertificateArn": {"Fn::ImportValue": "Certificate"},
    "MinimumProtocolVersion": "TLSv1.2_2021",
    "SslSupportMethod": "sni-only",
}


def _distribution(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "edge", f"Distribution/DistributionConfig/{path}", wrong, *rules)


_distribution("DefaultRootObject", [REMOVED, UNKNOWN, "", "home.html"], "CloudFront.1")
for behaviour in (PAGES, API):
    _distribution(f"{behaviour}/ViewerProtocolPolicy", [REMOVED, UNKNOWN, "allow-all"], "CloudFront.3")
    _distribution(f"{behaviour}/ViewerProtocolPolicy", ["https-only"])
    _distribution(f"{behaviour}/ResponseHeadersPolicyId", [REMOVED, UNKNOWN], "MIYABI.EDGE.1")
_distribution("Logging", [REMOVED, UNKNOWN], "CloudFront.5", "S3.12")
_distribution("Logging/Bucket", [REMOVED, UNKNOWN, "logs.s3.amazonaws.com"], "CloudFront.5", "S3.12")
_distribution("WebACLId", [REMOVED, UNKNOWN, {"Fn::GetAtt": ["FrontendBucket", "Arn"]}], "CloudFront.6")
_distribution("ViewerCertificate", [CERTIFICATE | {"MinimumProtocolVersion": "TLSv1"}], "CloudFront.7")
_distribution("ViewerCertificate", [CERTIFICATE | {"MinimumProtocolVersion": "TLSv1.2_2019"}], "CloudFront.7")
_distribution("ViewerCertificate", [CERTIFICATE | {"MinimumProtocolVersion": UNKNOWN}], "CloudFront.7")
_distribution("ViewerCertificate", [CERTIFICATE | {"SslSupportMethod": "vip"}], "CloudFront.7")
_distribution("ViewerCertificate", [CERTIFICATE, CERTIFICATE | {"MinimumProtocolVersion": "TLSv1.2_2025"}])
_distribution(f"{API}/PathPattern", [REMOVED, UNKNOWN, "/api/v2/*"], "MIYABI.EDGE.2")
_distribution(f"{API}/TargetOriginId", [REMOVED, UNKNOWN, "frontend"], "MIYABI.EDGE.2")
_distribution(
    f"{API}/CachePolicyId", [REMOVED, UNKNOWN, "658327ea-f89d-4fab-a63d-7e88639e58f6"], "MIYABI.EDGE.2"
)
_distribution(f"{API}/OriginRequestPolicyId", [REMOVED, UNKNOWN], "MIYABI.EDGE.2")
_distribution(f"{API}/OriginRequestPolicyId", ["216adef6-5c7f-47e4-b989-5492eafa07d3"], "MIYABI.EDGE.2")
_distribution(f"{API}/AllowedMethods", [REMOVED, UNKNOWN, ["GET", "HEAD", "OPTIONS"]], "MIYABI.EDGE.2")
_distribution(f"{API}/FunctionAssociations", [[{"EventType": "viewer-request"}]], "MIYABI.EDGE.2")
_distribution("CacheBehaviors", [REMOVED, []], "MIYABI.EDGE.2")
_distribution("CustomErrorResponses", [REMOVED, UNKNOWN, []], "MIYABI.EDGE.7")
_distribution(f"{ERROR}/ErrorCachingMinTTL", [REMOVED, UNKNOWN, 10], "MIYABI.EDGE.7")
_distribution(f"{ERROR}/ErrorCode", [REMOVED, UNKNOWN, 418], "MIYABI.EDGE.7")
_distribution(f"{ERROR}/ResponsePagePath", ["/index.html", UNKNOWN], "MIYABI.EDGE.6")
_distribution(f"{ERROR}/ResponseCode", [200], "MIYABI.EDGE.6")
_distribution(f"{PAGES}/FunctionAssociations", [REMOVED, UNKNOWN, []], "MIYABI.EDGE.6", UNUSED)
_distribution(f"{PAGES}/FunctionAssociations/0/EventType", [REMOVED, "viewer-response"], "MIYABI.EDGE.6")
_distribution(f"{PAGES}/FunctionAssociations/0/FunctionARN", [REMOVED, UNKNOWN], "MIYABI.EDGE.6", UNUSED)
spoils(MUTATIONS, "edge", "PageRouter/AutoPublish", [REMOVED, UNKNOWN, False], "MIYABI.EDGE.6")
_HEADERS = "SecurityHeaders/ResponseHeadersPolicyConfig/SecurityHeadersConfig"
_HSTS = f"{_HEADERS}/StrictTransportSecurity"
for header, key, wrong in (
    ("ContentTypeOptions", "Override", [REMOVED, UNKNOWN, False]),
    ("FrameOptions", "FrameOption", [REMOVED, UNKNOWN, "ALLOW"]),
    ("ReferrerPolicy", "ReferrerPolicy", [REMOVED, UNKNOWN, "unsafe-url"]),
    ("ContentSecurityPolicy", "ContentSecurityPolicy", [REMOVED, UNKNOWN, " ", "default-src *"]),
):
    spoils(MUTATIONS, "edge", f"{_HEADERS}/{header}/{key}", wrong, "MIYABI.EDGE.9")
    spoils(MUTATIONS, "edge", f"{_HEADERS}/{header}", [REMOVED], "MIYABI.EDGE.9")
spoils(MUTATIONS, "edge", _HSTS, [REMOVED, UNKNOWN], "MIYABI.EDGE.1")
spoils(MUTATIONS, "edge", f"{_HSTS}/AccessControlMaxAgeSec", [REMOVED, UNKNOWN, 86_400], "MIYABI.EDGE.1")
spoils(MUTATIONS, "edge", f"{_HSTS}/Override", [REMOVED, UNKNOWN, False], "MIYABI.EDGE.1")
spoils(
    MUTATIONS,
    "edge",
    "LogBucket/OwnershipControls/Rules/0/ObjectOwnership",
    [REMOVED, UNKNOWN, "BucketOwnerEnforced"],
    "CloudFront.5",
)


@breaks(MUTATIONS, "CloudFront.3", "CloudFront.12", "MIYABI.EDGE.6", UNUSED)
def remove_the_default_behaviour(templates: Templates) -> None:
    del templates["edge"]["Resources"]["Distribution"]["Properties"]["DistributionConfig"][
        "DefaultCacheBehavior"
    ]


@breaks(MUTATIONS, "CloudFront.6", "WAF.11", UNUSED)
def take_the_firewall_away(templates: Templates) -> None:
    resources = templates["edge"]["Resources"]
    del resources["Distribution"]["Properties"]["DistributionConfig"]["WebACLId"]
    del resources["FirewallLogging"]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)

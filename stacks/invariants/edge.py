"""Rules for CloudFront: who comes, comes over TLS, past the firewall, and the API is never cached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cfn.values import many
from runtime.contract import API_PREFIX
from stacks.invariants.buckets import (
    BUCKET,
    CLOUDFRONT_LOG,
    DISTRIBUTION,
    OWNERSHIP,
    OWNERSHIP_WITH_ACLS,
)
from stacks.invariants.expectations import expect, one_of, text_other_than
from stacks.invariants.firewall import FIREWALL
from stacks.invariants.origins import is_the_api, origins
from stacks.invariants.reading import inside, literal, mappings, number, said
from stacks.invariants.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from stacks.invariants.rule import Subject

HEADERS_POLICY = "AWS::CloudFront::ResponseHeadersPolicy"
VIEWER_FUNCTION = "AWS::CloudFront::Function"

API_PATTERN = f"{API_PREFIX.rsplit('/', 1)[0]}/*"
EVERY_METHOD = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"})
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""Managed-CachingDisabled ("Use managed cache policies")."""
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Managed-AllViewerExceptHostHeader ("Use managed origin request policies")."""
KEPT_ERRORS = (404, 414, 500, 501, 502, 503, 504)
"""What CloudFront keeps whatever the policy says ("HTTP 4xx and 5xx status codes that CloudFront caches")."""
ONE_YEAR = 31_536_000
SECURITY_HEADERS = "ResponseHeadersPolicyConfig.SecurityHeadersConfig"
DISCREET = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
"""Referrer policies by which no other site sees a page's path."""

_MODERN_TLS = re.compile(r"TLSv1\.[23]_20(2[1-9]|[3-9]\d)")

expect(
    "CloudFront.1",
    DISTRIBUTION,
    {"DistributionConfig.DefaultRootObject": one_of("index.html")},
    sentence="The bare address serves the frontend's first page, not a list or an error.",
    remedy="write DefaultRootObject: index.html",
    also=("CKV_AWS_305",),
)
expect(
    "MIYABI.EDGE.9",
    HEADERS_POLICY,
    {
        f"{SECURITY_HEADERS}.ContentTypeOptions.Override": one_of(True),  # noqa: FBT003
        f"{SECURITY_HEADERS}.FrameOptions.FrameOption": one_of("DENY", "SAMEORIGIN"),
        f"{SECURITY_HEADERS}.ReferrerPolicy.ReferrerPolicy": one_of(*DISCREET),
        f"{SECURITY_HEADERS}.ContentSecurityPolicy.ContentSecurityPolicy": text_other_than("default-src *"),
    },
    sentence="Browsers are told to guess no type, frame no page, give no path away, and load from us.",
    remedy="write SecurityHeadersConfig with all five headers",
    also=("CKV_AWS_259",),
)


def _behaviours(distribution: Subject) -> list[dict[str, Any]]:
    """The default behaviour and those of paths."""
    config = "DistributionConfig"
    rows = (
        *many(distribution.get(f"{config}.DefaultCacheBehavior")),
        *many(distribution.get(f"{config}.CacheBehaviors")),
    )
    return [*mappings(rows)]


def _path(behaviour: dict[str, Any]) -> str:
    return str(behaviour.get("PathPattern", "the default behaviour"))


@rule(
    "CloudFront.3",
    DISTRIBUTION,
    also=("CKV_AWS_34",),
    remedy="write ViewerProtocolPolicy: redirect-to-https",
)
def viewers_come_over_tls(distribution: Subject) -> Iterator[str]:
    """No path is served over plain HTTP."""
    behaviours = _behaviours(distribution)
    if distribution.get("DistributionConfig.DefaultCacheBehavior") is None:
        yield "it has no default behaviour"
    for behaviour in behaviours:
        if behaviour.get("ViewerProtocolPolicy") not in ("redirect-to-https", "https-only"):
            policy = said("ViewerProtocolPolicy", behaviour.get("ViewerProtocolPolicy"))
            yield f"{_path(behaviour)}: {policy}"


@rule(
    "CloudFront.5",
    DISTRIBUTION,
    also=("CKV_AWS_86", "AwsSolutions-CFR3"),
    remedy="write Logging with a bucket of ObjectOwnership BucketOwnerPreferred, for it needs an ACL",
)
def requests_are_logged(distribution: Subject) -> Iterator[str]:
    """Requests are logged in a bucket that accepts the ACL with which CloudFront writes."""
    bucket = distribution.target(CLOUDFRONT_LOG)
    if bucket is None or bucket.type != BUCKET:
        yield said(CLOUDFRONT_LOG, distribution.get(CLOUDFRONT_LOG))
        return
    ownership = distribution.deployment.get(bucket, OWNERSHIP)
    if ownership not in OWNERSHIP_WITH_ACLS:
        yield f"{bucket} refuses the log: {said('ObjectOwnership', ownership)}"


@rule(
    "CloudFront.6",
    DISTRIBUTION,
    also=("CKV_AWS_68", "AwsSolutions-CFR2"),
    remedy="set edge.firewall = true",
)
def firewall_is_in_front(distribution: Subject) -> Iterator[str]:
    """Every request passes the firewall first."""
    firewall = distribution.target("DistributionConfig.WebACLId")
    if firewall is None or firewall.type != FIREWALL:
        yield said("WebACLId", distribution.get("DistributionConfig.WebACLId"))


@rule(
    "CloudFront.7",
    DISTRIBUTION,
    also=("CloudFront.8", "CloudFront.15", "CKV_AWS_174", "CKV2_AWS_42", "AwsSolutions-CFR4"),
    remedy="set edge.domain and edge.certificate_arn: the certificate that CloudFront brings admits TLS 1.0",
)
def viewers_speak_modern_tls(distribution: Subject) -> Iterator[str]:
    """A certificate of our own is served, by name, and nothing older than TLS 1.2 of 2021 is spoken."""
    certificate = distribution.get("DistributionConfig.ViewerCertificate")
    if inside(certificate, "AcmCertificateArn") is None:
        yield "it serves CloudFront's own certificate"
        return
    least = inside(certificate, "MinimumProtocolVersion")
    if not _MODERN_TLS.fullmatch(literal(least) or ""):
        yield said("MinimumProtocolVersion", least)
    if inside(certificate, "SslSupportMethod") != "sni-only":
        yield said("SslSupportMethod", inside(certificate, "SslSupportMethod"))


@rule(
    "MIYABI.EDGE.1",
    DISTRIBUTION,
    also=("CKV2_AWS_32", "CKV_AWS_259"),
    remedy="write ResponseHeadersPolicyId of a policy with StrictTransportSecurity for a year, Override true",
)
def browsers_are_told_to_use_tls(distribution: Subject) -> Iterator[str]:
    """Every answer tells browsers to come over TLS for a year (HSTS)."""
    for behaviour in _behaviours(distribution):
        policy = distribution.deployment.resource(behaviour.get("ResponseHeadersPolicyId"))
        if policy is None or policy.type != HEADERS_POLICY or not _is_strict(distribution, policy):
            yield f"{_path(behaviour)}: no headers policy with Strict-Transport-Security for a year"


def _is_strict(distribution: Subject, policy: Resource) -> bool:
    path = f"{SECURITY_HEADERS}.StrictTransportSecurity"
    seconds = number(distribution.deployment.get(policy, f"{path}.AccessControlMaxAgeSec"))
    overrides = distribution.deployment.get(policy, f"{path}.Override") is True
    return overrides and seconds is not None and seconds >= ONE_YEAR


@rule(
    "MIYABI.EDGE.2",
    DISTRIBUTION,
    remedy="write CachingDisabled, AllViewerExceptHostHeader and all seven methods, and no page router",
)
def api_passes_unchanged(distribution: Subject) -> Iterator[str]:
    """What goes to the API is never cached, and arrives as it was sent, except for its Host."""
    behaviours = [each for each in _behaviours(distribution) if each.get("PathPattern") == API_PATTERN]
    targets = {literal(origin.get("Id")): origin for origin in origins(distribution)}
    if not behaviours:
        yield f"it has no behaviour for {API_PATTERN}"
    for behaviour in behaviours:
        origin = targets.get(literal(behaviour.get("TargetOriginId")), {})
        if not is_the_api(distribution, origin):
            yield f"{said('TargetOriginId', behaviour.get('TargetOriginId'))}, which is not the API"
        if behaviour.get("CachePolicyId") != CACHING_DISABLED:
            yield said("CachePolicyId", behaviour.get("CachePolicyId"))
        if behaviour.get("OriginRequestPolicyId") != ALL_VIEWER_EXCEPT_HOST:
            yield said("OriginRequestPolicyId", behaviour.get("OriginRequestPolicyId"))
        if not all(method in many(behaviour.get("AllowedMethods")) for method in EVERY_METHOD):
            yield "AllowedMethods are not all seven"
        if behaviour.get("FunctionAssociations") or behaviour.get("LambdaFunctionAssociations"):
            yield "a function may change what passes"


@rule(
    "MIYABI.EDGE.6",
    DISTRIBUTION,
    remedy="write no ResponsePagePath; let a viewer-request function of the frontend route its pages",
)
def pages_are_routed_not_excused(distribution: Subject) -> Iterator[str]:
    """A function serves index.html for pages: error pages would swallow the API's own 403 and 404."""
    for row in _error_responses(distribution):
        if {"ResponsePagePath", "ResponseCode"} & row.keys():
            yield f"{row.get('ErrorCode')} is answered by {row.get('ResponsePagePath')}, the API's as well"
    rows = mappings(distribution.get("DistributionConfig.DefaultCacheBehavior.FunctionAssociations"))
    routers = [row.get("FunctionARN") for row in rows if row.get("EventType") == "viewer-request"]
    if not any(_is_published(distribution, router) for router in routers):
        yield "its default behaviour has no published viewer-request function"


@rule(
    "MIYABI.EDGE.7",
    DISTRIBUTION,
    remedy="write CustomErrorResponses with ErrorCachingMinTTL 0 for each code",
)
def errors_are_not_kept(distribution: Subject) -> Iterator[str]:
    """No error is kept: left alone, CloudFront shows one caller's to everybody for ten seconds."""
    seconds = {
        number(row.get("ErrorCode")): number(row.get("ErrorCachingMinTTL"))
        for row in _error_responses(distribution)
    }
    kept = [str(code) for code in KEPT_ERRORS if seconds.get(code) != 0]
    if kept:
        yield f"{', '.join(kept)} may be kept"


def _error_responses(distribution: Subject) -> list[dict[str, Any]]:
    return [*mappings(distribution.get("DistributionConfig.CustomErrorResponses"))]


def _is_published(distribution: Subject, router: Any) -> bool:
    function = distribution.deployment.resource(router)
    published = function is not None and distribution.deployment.get(function, "AutoPublish") is True
    return published and function is not None and function.type == VIEWER_FUNCTION

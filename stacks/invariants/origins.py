"""Rules for what is behind CloudFront: a bucket that it alone reads, and an API that knows it by a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn import Text
from cfn.iam import Principal, grants
from runtime.contract import ORIGIN_HEADER
from stacks.invariants.buckets import BUCKET, DISTRIBUTION, bucket_arn, bucket_rights
from stacks.invariants.functions import FUNCTION, is_behind_the_api, variables
from stacks.invariants.http_api import API
from stacks.invariants.permissions import GATEWAY_TIMEOUT_MS
from stacks.invariants.reading import inside, is_dynamic_reference, mappings, number, said
from stacks.invariants.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from cfn.iam import Statement
    from stacks.invariants.rule import Subject, System

ACCESS_CONTROL = "AWS::CloudFront::OriginAccessControl"
GATEWAY_SECONDS = GATEWAY_TIMEOUT_MS // 1000
MOST_SECONDS = 60
"""The most that an origin may take without a quota being raised."""
READER = Principal("Service", "cloudfront.amazonaws.com")


def origins(distribution: Subject) -> list[dict[str, Any]]:
    """What a distribution fetches from."""
    return [*mappings(distribution.get("DistributionConfig.Origins"))]


def _from_s3(distribution: Subject) -> list[dict[str, Any]]:
    return [origin for origin in origins(distribution) if "S3OriginConfig" in origin]


def _custom(distribution: Subject) -> list[dict[str, Any]]:
    return [origin for origin in origins(distribution) if "S3OriginConfig" not in origin]


def is_the_api(distribution: Subject, origin: dict[str, Any]) -> bool:
    """Whether an origin's address is that of an API of the templates."""
    address = origin.get("DomainName")
    parts = address.parts if isinstance(address, Text) else ()
    resources = (distribution.deployment.resource(part) for part in parts)
    return any(resource is not None and resource.type == API for resource in resources)


@rule("CloudFront.9", DISTRIBUTION, remedy="write OriginProtocolPolicy: https-only")
def origins_are_asked_over_tls(distribution: Subject) -> Iterator[str]:
    """CloudFront speaks to the API over TLS alone."""
    for origin in _custom(distribution):
        policy = inside(origin, "CustomOriginConfig.OriginProtocolPolicy")
        if policy != "https-only":
            yield f"{origin.get('Id')}: {said('OriginProtocolPolicy', policy)}"


@rule(
    "CloudFront.10",
    DISTRIBUTION,
    also=("CKV2_AWS_72", "CKV2_AWS_54", "AwsSolutions-CFR5"),
    remedy="write OriginSSLProtocols: [TLSv1.2]",
)
def origins_speak_modern_tls(distribution: Subject) -> Iterator[str]:
    """CloudFront and the API speak TLS 1.2, the newest that an origin can be asked for."""
    for origin in _custom(distribution):
        protocols = inside(origin, "CustomOriginConfig.OriginSSLProtocols")
        if protocols != ["TLSv1.2"]:
            yield f"{origin.get('Id')}: OriginSSLProtocols is {protocols}"


@rule(
    "MIYABI.EDGE.8",
    DISTRIBUTION,
    remedy="write OriginReadTimeout between 31 and 60 seconds",
)
def cloudfront_waits_longer_than_the_gateway(distribution: Subject) -> Iterator[str]:
    """CloudFront waits longer than the gateway does, so that the API's own answer arrives."""
    for origin in origins(distribution):
        waits = inside(origin, "CustomOriginConfig.OriginReadTimeout")
        seconds = number(waits)
        if is_the_api(distribution, origin) and not (seconds and GATEWAY_SECONDS < seconds <= MOST_SECONDS):
            yield f"{origin.get('Id')}: {said('OriginReadTimeout', waits)}"


@rule(
    "CloudFront.12",
    DISTRIBUTION,
    remedy="write DomainName as the bucket's RegionalDomainName; the plain one redirects at first",
)
def origin_bucket_exists(distribution: Subject) -> Iterator[str]:
    """The frontend comes from a bucket of the templates, so that nobody else can make one of its name."""
    target = distribution.get("DistributionConfig.DefaultCacheBehavior.TargetOriginId")
    if target not in [origin.get("Id") for origin in _from_s3(distribution)]:
        yield f"{said('TargetOriginId', target)} of the default behaviour, which is no bucket"
    for origin in _from_s3(distribution):
        name = origin.get("DomainName")
        bucket = distribution.deployment.resource(name)
        if (
            bucket is None
            or bucket.type != BUCKET
            or getattr(name, "attribute", None) != "RegionalDomainName"
        ):
            yield f"{origin.get('Id')}: {said('DomainName', name)}"


@rule(
    "CloudFront.13",
    DISTRIBUTION,
    also=("CKV2_AWS_46", "AwsSolutions-CFR7", "AwsSolutions-S5"),
    remedy="write OriginAccessControlId (s3, always, sigv4), and let the bucket's policy admit CloudFront",
)
def only_this_distribution_reads_the_bucket(distribution: Subject) -> Iterator[str]:
    """The bucket is read by origin access control, which its policy grants to this distribution."""
    for origin in _from_s3(distribution):
        control = distribution.deployment.resource(origin.get("OriginAccessControlId"))
        if control is None or not _signs(distribution, control):
            yield f"{origin.get('Id')}: {said('OriginAccessControlId', origin.get('OriginAccessControlId'))}"
        bucket = distribution.deployment.resource(origin.get("DomainName"))
        if bucket is not None and not _may_read(distribution, bucket):
            yield f"{bucket} does not let it read"


def _signs(distribution: Subject, control: Resource) -> bool:
    wanted = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
    config = distribution.deployment.get(control, "OriginAccessControlConfig")
    return control.type == ACCESS_CONTROL and all(
        inside(config, key) == value for key, value in wanted.items()
    )


def _may_read(distribution: Subject, bucket: Resource) -> bool:
    rights = bucket_rights(bucket, distribution.system)
    about = [each for each in rights if each.effect == "Deny" or _is_for(distribution, each)]
    return grants(about, "s3:GetObject", f"{bucket_arn(bucket)}/object")


def _is_for(distribution: Subject, statement: Statement) -> bool:
    """Whether a statement speaks of CloudFront on behalf of this distribution."""
    sources = [
        value for each in statement.conditions if each.key.lower() == "aws:sourcearn" for value in each.values
    ]
    ids = [part for source in sources for part in getattr(source, "parts", ())]
    named = [distribution.deployment.resource(part) for part in ids]
    return READER in statement.principals and distribution.resource in named


@rule(
    "MIYABI.EDGE.3",
    DISTRIBUTION,
    remedy=f"write OriginCustomHeaders with {ORIGIN_HEADER} as a dynamic reference to the origin secret",
)
def origin_secret_is_sent(distribution: Subject) -> Iterator[str]:
    """CloudFront proves to the API, by a secret that no template holds, that a request came through it."""
    for origin in origins(distribution):
        if is_the_api(distribution, origin) and not is_dynamic_reference(_origin_secret(origin)):
            yield f"{origin.get('Id')}: {ORIGIN_HEADER} is no dynamic reference"


def _origin_secret(origin: dict[str, Any]) -> Any:
    rows = mappings(origin.get("OriginCustomHeaders"))
    return next((row.get("HeaderValue") for row in rows if row.get("HeaderName") == ORIGIN_HEADER), None)


@rule(
    "MIYABI.EDGE.4",
    FUNCTION,
    remedy="let ORIGIN_SECRET follow edge.require_origin_header, and be the secret that CloudFront sends",
)
def origin_secret_is_asked_for_as_set(function: Subject) -> Iterator[str]:
    """Functions behind the API ask for the secret that CloudFront sends, where the setting says so."""
    if not is_behind_the_api(function):
        return
    edge, asked = function.environment.edge, variables(function).get("ORIGIN_SECRET")
    required = edge is not None and edge.require_origin_header
    if required != (asked is not None):
        is_set = "left out" if asked is None else "set"
        yield f"ORIGIN_SECRET is {is_set} and require_origin_header is {required}"
    elif required and asked not in _secrets_sent(function.system):
        yield "ORIGIN_SECRET is not the secret that CloudFront sends"


def _secrets_sent(system: System) -> list[Any]:
    return [_origin_secret(origin) for each in system.of_type(DISTRIBUTION) for origin in origins(each)]


@rule(
    "MIYABI.EDGE.5",
    FUNCTION,
    remedy="set edge.require_origin_header = true once no client calls the API directly",
)
def nobody_walks_around_the_firewall(function: Subject) -> Iterator[str]:
    """Functions behind CloudFront serve what came through it, past its firewall, and nothing else."""
    is_open = is_behind_the_api(function) and "ORIGIN_SECRET" not in variables(function)
    if is_open and function.system.of_type(DISTRIBUTION):
        yield "it also serves requests that CloudFront has not seen"

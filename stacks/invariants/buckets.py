"""Rules for the buckets: private, encrypted, over TLS alone, logged, and tidied up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.iam import Principal, grants
from stacks.invariants.documents import read
from stacks.invariants.expectations import expect, one_of
from stacks.invariants.principals import foreigners, is_for_this_account
from stacks.invariants.reading import inside, literal, mappings, number, said
from stacks.invariants.rule import Subject, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from cfn.iam import Statement
    from stacks.invariants.rule import System

BUCKET = "AWS::S3::Bucket"
BUCKET_POLICY = "AWS::S3::BucketPolicy"
DISTRIBUTION = "AWS::CloudFront::Distribution"
ACCESS_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
ACCESS_LOG = "LoggingConfiguration.DestinationBucketName"
CLOUDFRONT_LOG = "DistributionConfig.Logging.Bucket"
ALGORITHM = "ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm"
OWNERSHIP = "OwnershipControls.Rules.0.ObjectOwnership"
OWNERSHIP_WITH_ACLS = ("BucketOwnerPreferred", "ObjectWriter")
LOG_DELIVERY = Principal("Service", "logging.s3.amazonaws.com")

expect(
    "S3.8",
    BUCKET,
    {f"PublicAccessBlockConfiguration.{name}": one_of(True) for name in ACCESS_BLOCKS},  # noqa: FBT003
    sentence="A bucket blocks public access in all four ways.",
    remedy=f"write PublicAccessBlockConfiguration with {', '.join(ACCESS_BLOCKS)} true",
    also=("S3.1", "S3.2", "S3.3", "CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"),
)
expect(
    "S3.14",
    BUCKET,
    {"VersioningConfiguration.Status": one_of("Enabled")},
    sentence="A bucket keeps what was overwritten or deleted, so that it can be brought back.",
    remedy="write VersioningConfiguration: {Status: Enabled}",
    also=("CKV_AWS_21",),
)
expect(
    "S3.17",
    BUCKET,
    {f"BucketEncryption.{ALGORITHM}": one_of("AES256", "aws:kms", "aws:kms:dsse")},
    sentence="A bucket says how it encrypts; S3's own key suffices for a frontend that all may see.",
    remedy="write BucketEncryption with SSEAlgorithm AES256 or aws:kms",
    also=("CKV_AWS_19",),
)


def receives_cloudfront_logs(bucket: Resource, system: System) -> bool:
    """Whether a distribution writes its log into the bucket, which it does with an ACL."""
    return any(each.target(CLOUDFRONT_LOG) is bucket for each in system.of_type(DISTRIBUTION))


def bucket_rights(bucket: Resource, system: System) -> tuple[Statement, ...]:
    """What the policies of a bucket say."""
    policies = (policy for policy in system.of_type(BUCKET_POLICY) if policy.target("Bucket") is bucket)
    return tuple(statement for policy in policies for statement in read(policy.get("PolicyDocument")))


def bucket_arn(bucket: Resource) -> str:
    """How policies spell a bucket's ARN."""
    return f"${{{bucket.logical_id}.Arn}}"


@rule(
    "S3.5",
    BUCKET,
    also=("AwsSolutions-S10", "CKV_AWS_379"),
    remedy="deny s3:* to everybody on bucket and objects where aws:SecureTransport is false",
)
def plain_http_is_refused(bucket: Subject) -> Iterator[str]:
    """A bucket and its objects are reached over TLS alone."""
    arn = bucket_arn(bucket.resource)
    if not any(_refuses_plain_http(each, arn) for each in bucket_rights(bucket.resource, bucket.system)):
        yield "no statement of its policy refuses plain HTTP"


def _refuses_plain_http(statement: Statement, arn: str) -> bool:
    asked = [(each.operator, each.key.lower(), *map(_lower, each.values)) for each in statement.conditions]
    return (
        statement.effect == "Deny"
        and Principal("AWS", "*") in statement.principals
        and bool({"*", "s3:*"}.intersection(statement.actions))
        and {arn, f"{arn}/*"} <= {str(resource) for resource in statement.resources}
        and asked == [("Bool", "aws:securetransport", "false")]
    )


def _lower(value: object) -> str:
    return str(value).lower()


@rule(
    "S3.6",
    BUCKET_POLICY,
    also=("CKV_AWS_70",),
    remedy="name this account, or a service with aws:SourceAccount or the aws:SourceArn of our resource",
)
def nobody_else_is_let_in(policy: Subject) -> Iterator[str]:
    """A bucket's policy lets in this account, and services that come for it."""
    for name in foreigners(policy, "PolicyDocument"):
        yield f"it lets {name} in"
    for statement in read(policy.get("PolicyDocument")):
        services = [str(who.name) for who in statement.principals if who.kind == "Service"]
        if statement.effect == "Allow" and services and not _comes_for_us(policy, statement):
            yield f"it lets {', '.join(services)} in on behalf of anybody"


def _comes_for_us(policy: Subject, statement: Statement) -> bool:
    """Whether a service must come on behalf of this account, or of one resource of the templates."""
    sources = [each for each in statement.conditions if each.key.lower() == "aws:sourcearn"]
    return is_for_this_account(policy, statement) or any(
        each.operator in ("ArnLike", "ArnEquals", "StringEquals")
        and all(_named_resources(policy, value) for value in each.values)
        for each in sources
    )


def _named_resources(policy: Subject, value: Any) -> list[Resource]:
    """The resources of the templates that an ARN, spelt out or referred to, holds."""
    parts = getattr(value, "parts", (value,))
    return [found for part in parts if (found := policy.deployment.resource(part)) is not None]


@rule(
    "S3.9",
    BUCKET,
    also=("CKV_AWS_18", "AwsSolutions-S1"),
    remedy="write LoggingConfiguration, and let logging.s3.amazonaws.com write under its prefix",
)
def access_is_logged(bucket: Subject) -> Iterator[str]:
    """Who read or wrote is logged in another bucket, which lets S3 deliver; one that keeps logs is exempt."""
    if bucket.resource in _log_buckets(bucket.system):
        return
    target = bucket.target(ACCESS_LOG)
    if target is None or target.type != BUCKET:
        yield said(ACCESS_LOG, bucket.get(ACCESS_LOG))
        return
    rights = bucket_rights(target, bucket.system)
    delivery = [each for each in rights if each.effect == "Deny" or LOG_DELIVERY in each.principals]
    prefix = bucket.get("LoggingConfiguration.LogFilePrefix", "")
    if not grants(delivery, "s3:PutObject", f"{bucket_arn(target)}/{prefix}object"):
        yield f"{target} lets S3 deliver no log under {prefix}"


def _log_buckets(system: System) -> set[Resource | None]:
    by_s3 = {each.target(ACCESS_LOG) for each in system.of_type(BUCKET)}
    return by_s3 | {each.target(CLOUDFRONT_LOG) for each in system.of_type(DISTRIBUTION)}


@rule(
    "S3.10",
    BUCKET,
    remedy="add NoncurrentVersionExpiration to a rule of LifecycleConfiguration",
)
def old_versions_expire(bucket: Subject) -> Iterator[str]:
    """Old versions end some day: with versioning, expiry and deletion only make an object into one."""
    days = [number(inside(row, "NoncurrentVersionExpiration.NoncurrentDays")) for row in _lifecycle(bucket)]
    if bucket.get("VersioningConfiguration.Status") is not None and not any(days):
        yield "no rule of its lifecycle ends old versions"


@rule("MIYABI.BUCKET.1", BUCKET, remedy="write ExpirationInDays: the environment's log_retention_days")
def logs_end(bucket: Subject) -> Iterator[str]:
    """A bucket that keeps logs ends them when every other log ends."""
    days, wanted = (row.get("ExpirationInDays") for row in _lifecycle(bucket)), _retention(bucket)
    if bucket.resource in _log_buckets(bucket.system) and wanted not in map(number, days):
        yield f"its logs do not end after {wanted} days"


def _retention(bucket: Subject) -> int:
    return bucket.environment.log_retention_days


@rule(
    "S3.13",
    BUCKET,
    also=("CKV2_AWS_61", "CKV_AWS_300"),
    remedy="write LifecycleConfiguration with AbortIncompleteMultipartUpload",
)
def unfinished_uploads_end(bucket: Subject) -> Iterator[str]:
    """A bucket has a lifecycle, and in it an end of uploads that were never finished."""
    days = [
        number(inside(row, "AbortIncompleteMultipartUpload.DaysAfterInitiation"))
        for row in _lifecycle(bucket)
    ]
    if not any(days):
        yield "no rule of its lifecycle ends unfinished uploads"


def _lifecycle(bucket: Subject) -> Iterator[dict[str, Any]]:
    """The rules of a bucket's lifecycle that are in force."""
    rows = mappings(bucket.get("LifecycleConfiguration.Rules"))
    return (row for row in rows if row.get("Status") == "Enabled")


@rule(
    "S3.12",
    BUCKET,
    also=("CKV2_AWS_65", "W3045", "E3045"),
    remedy="write OwnershipControls with BucketOwnerEnforced",
)
def access_lists_are_off(bucket: Subject) -> Iterator[str]:
    """Policies alone decide who gets in, except where CloudFront delivers its log, with an ACL."""
    ownership = literal(bucket.get(OWNERSHIP))
    if ownership != "BucketOwnerEnforced" and not receives_cloudfront_logs(bucket.resource, bucket.system):
        yield said("ObjectOwnership", bucket.get(OWNERSHIP))

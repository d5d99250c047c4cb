"""The frontend's bucket and the one that keeps its logs: private, encrypted, over TLS alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import awacs.s3
from awacs.aws import Action, Allow, ArnLike, Bool, Condition, Deny, Principal, Statement, StringEquals
from troposphere import Ref, Sub, s3

from stacks.naming import arn
from stacks.policies import document

if TYPE_CHECKING:
    from troposphere import AWSHelperFn, cloudfront

    from stacks.stack import Stack

OLD_VERSIONS_DAYS = 30
"""How long a replaced or deleted object of the frontend can be brought back."""
UNFINISHED_UPLOAD_DAYS = 7


def add_log_bucket(stack: Stack) -> s3.Bucket:
    """Bucket for CloudFront's and S3's access logs, which expire like every other log.

    CloudFront's standard logging writes with an ACL, so here alone ACLs stay possible
    ("Configure standard logging (legacy)").
    """
    bucket = _add_bucket(
        stack,
        "LogBucket",
        ownership="BucketOwnerPreferred",
        expire={
            "ExpirationInDays": stack.environment.log_retention_days,
            "NoncurrentVersionExpiration": s3.NoncurrentVersionExpiration(NoncurrentDays=1),
        },
    )
    delivery = Statement(
        Sid="S3DeliversAccessLogs",
        Effect=Allow,
        Principal=Principal("Service", "logging.s3.amazonaws.com"),
        Action=[awacs.s3.PutObject],
        Resource=[_objects(bucket, "s3/*")],
        Condition=Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})),
    )
    _add_policy(stack, bucket, delivery)
    return bucket


def add_frontend_bucket(stack: Stack, logs: s3.Bucket) -> s3.Bucket:
    """Bucket for the frontend's files; only CloudFront reads it."""
    return _add_bucket(
        stack,
        "FrontendBucket",
        ownership="BucketOwnerEnforced",
        expire={
            "NoncurrentVersionExpiration": s3.NoncurrentVersionExpiration(NoncurrentDays=OLD_VERSIONS_DAYS)
        },
        LoggingConfiguration=s3.LoggingConfiguration(DestinationBucketName=logs.ref(), LogFilePrefix="s3/"),
    )


def let_cloudfront_read(stack: Stack, bucket: s3.Bucket, distribution: cloudfront.Distribution) -> None:
    """Let one distribution read the bucket's objects, by its origin access control."""
    source = arn("cloudfront", "distribution/${Distribution}", region="", Distribution=distribution.ref())
    read = Statement(
        Sid="DistributionReads",
        Effect=Allow,
        Principal=Principal("Service", "cloudfront.amazonaws.com"),
        Action=[awacs.s3.GetObject],
        Resource=[_objects(bucket, "*")],
        Condition=Condition(ArnLike({"aws:SourceArn": source})),
    )
    _add_policy(stack, bucket, read)


def _add_bucket(
    stack: Stack, name: str, *, ownership: str, expire: dict[str, Any], **properties: Any
) -> s3.Bucket:
    everything_blocked = s3.PublicAccessBlockConfiguration(
        BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
    )
    encryption = s3.ServerSideEncryptionRule(
        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    )
    unfinished = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=UNFINISHED_UPLOAD_DAYS)
    return stack.add(
        s3.Bucket(
            name,
            PublicAccessBlockConfiguration=everything_blocked,
            OwnershipControls=s3.OwnershipControls(
                Rules=[s3.OwnershipControlsRule(ObjectOwnership=ownership)]
            ),
            BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[encryption]),
            VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
            LifecycleConfiguration=s3.LifecycleConfiguration(
                Rules=[
                    s3.LifecycleRule(
                        Id="Tidy", Status="Enabled", AbortIncompleteMultipartUpload=unfinished, **expire
                    ),
                    # A rule of its own: S3 takes it beside no expiration in days.
                    s3.LifecycleRule(Id="Markers", Status="Enabled", ExpiredObjectDeleteMarker=True),
                ]
            ),
            **properties,
            **stack.keep,
        )
    )


def _add_policy(stack: Stack, bucket: s3.Bucket, *statements: Statement) -> None:
    tls_only = Statement(
        Sid="RefusePlainHttp",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[Action("s3", "*")],
        Resource=[bucket.get_att("Arn"), _objects(bucket, "*")],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    stack.add(
        s3.BucketPolicy(
            f"{bucket.title}Policy", Bucket=bucket.ref(), PolicyDocument=document(*statements, tls_only)
        )
    )


def _objects(bucket: s3.Bucket, pattern: str) -> AWSHelperFn:
    return Sub(f"${{{bucket.title}.Arn}}/{pattern}")

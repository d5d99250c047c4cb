"""Every rule about the buckets notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
ELSEWHERE = {"Fn::Sub": "arn:${AWS::Partition}:iam::${Distribution}:root"}


def _edge(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "edge", path, wrong, *rules)


def _policy(path: str, wrong: Sequence[Any], *rules: str) -> None:
    _edge(f"FrontendBucketPolicy/PolicyDocument/Statement/{path}", wrong, *rules)


for block in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"):
    _edge(f"FrontendBucket/PublicAccessBlockConfiguration/{block}", [REMOVED, UNKNOWN, False, "no"], "S3.8")
_edge("LogBucket/PublicAccessBlockConfiguration", [REMOVED, UNKNOWN], "S3.8")
_edge("FrontendBucket/VersioningConfiguration/Status", [UNKNOWN, "Suspended"], "S3.14")
_edge("FrontendBucket/VersioningConfiguration", [REMOVED], "S3.14")
_edge("FrontendBucket/BucketEncryption", [REMOVED, UNKNOWN, {}], "S3.17")
_edge(
    "LogBucket/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm",
    [REMOVED, UNKNOWN, "none"],
    "S3.17",
)
_policy("1/Effect", ["Allow"], "S3.5", "S3.6")
_policy("1/Action", [["s3:GetObject"]], "S3.5")
_policy(
    "1/Resource",
    [[{"Fn::GetAtt": ["FrontendBucket", "Arn"]}], [{"Fn::Sub": "${FrontendBucket.Arn}/*"}]],
    "S3.5",
)
_policy("1/Principal", [{"Service": "cloudfront.amazonaws.com"}], "S3.5")
_policy("1/Condition", [REMOVED], "S3.5", "CloudFront.13")
_policy(
    "1/Condition",
    [{"Bool": {"aws:SecureTransport": "true"}}, {"Bool": {"aws:ViaAWSService": "false"}}],
    "S3.5",
)
_policy("1/Condition/StringLike", [{"aws:UserAgent": "curl*"}], "S3.5")
_policy("0/Principal", ["*", {"AWS": "*"}, {"AWS": ELSEWHERE}, {"AWS": UNKNOWN}], "S3.6", "CloudFront.13")
_policy("0/Condition", [REMOVED, {"ArnLike": {"aws:SourceArn": "*"}}], "S3.6", "CloudFront.13")
_policy("0/Condition", [{"StringLike": {"aws:SourceAccount": "*"}}], "S3.6", "CloudFront.13")
_edge("LogBucketPolicy/PolicyDocument/Statement/0/Condition", [REMOVED], "S3.6")
_edge("FrontendBucketPolicy/Bucket", [REMOVED, UNKNOWN], "S3.5", "CloudFront.13")
_edge("FrontendBucket/LoggingConfiguration", [REMOVED, UNKNOWN], "S3.9")
_edge("FrontendBucket/LoggingConfiguration/DestinationBucketName", [REMOVED, UNKNOWN, "logs"], "S3.9")
_edge("FrontendBucket/LoggingConfiguration/LogFilePrefix", [REMOVED, UNKNOWN, "elsewhere/"], "S3.9")
_edge("LogBucketPolicy/PolicyDocument/Statement/0/Principal", [{"Service": "s3.amazonaws.com"}], "S3.9")
_edge("LogBucketPolicy/PolicyDocument/Statement/0/Action", ["s3:GetObject"], "S3.9")
_edge("LogBucketPolicy/PolicyDocument/Statement/1/Condition", [REMOVED], "S3.5", "S3.9")
_edge("FrontendBucket/LifecycleConfiguration", [REMOVED, UNKNOWN], "S3.10", "S3.13")
_edge("FrontendBucket/LifecycleConfiguration/Rules/0/Status", [REMOVED, "Disabled"], "S3.10", "S3.13")
_edge(
    "FrontendBucket/LifecycleConfiguration/Rules/0/NoncurrentVersionExpiration", [REMOVED, UNKNOWN], "S3.10"
)
_edge(
    "FrontendBucket/LifecycleConfiguration/Rules/0/AbortIncompleteMultipartUpload",
    [REMOVED, UNKNOWN],
    "S3.13",
)
_edge(
    "LogBucket/LifecycleConfiguration/Rules/0/AbortIncompleteMultipartUpload/DaysAfterInitiation",
    [0],
    "S3.13",
)
_edge("LogBucket/LifecycleConfiguration/Rules/0/ExpirationInDays", [REMOVED, UNKNOWN, 31], "MIYABI.BUCKET.1")
_edge("FrontendBucket/OwnershipControls", [REMOVED, UNKNOWN], "S3.12")
_edge(
    "FrontendBucket/OwnershipControls/Rules/0/ObjectOwnership",
    [REMOVED, UNKNOWN, "BucketOwnerPreferred", "ObjectWriter"],
    "S3.12",
)


@breaks(MUTATIONS, "S3.5", "CloudFront.13")
def remove_the_frontends_policy(templates: Templates) -> None:
    del templates["edge"]["Resources"]["FrontendBucketPolicy"]


@breaks(MUTATIONS, "S3.5", "S3.9")
def remove_the_logs_policy(templates: Templates) -> None:
    del templates["edge"]["Resources"]["LogBucketPolicy"]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)

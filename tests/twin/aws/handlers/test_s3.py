"""S3: buckets and their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.handlers.life import Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws

TIDY = {
    "Id": "Tidy",
    "Status": "Enabled",
    "ExpirationInDays": 365,
    "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
MARKERS = {"Id": "Markers", "Status": "Enabled", "ExpiredObjectDeleteMarker": True}
ARCHIVE = {
    "Id": "Archive",
    "Status": "Enabled",
    "Prefix": "s3/",
    "TagFilters": [{"Key": "Kind", "Value": "old"}],
    "ExpirationDate": "2030-01-01T00:00:00Z",
    "Transitions": [{"StorageClass": "GLACIER", "TransitionDate": "2029-01-01T00:00:00Z"}],
    "NoncurrentVersionTransitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
}


def bucket(aws: Aws, name: str) -> str:
    """A bucket that is there; names are the world's, so the account is part of it."""
    full = f"miyabi-{name}-{aws.account}"
    aws.client("s3").create_bucket(Bucket=full)
    return full


def encrypted(algorithm: str, **more: Any) -> dict[str, Any]:
    """BucketEncryption of one rule."""
    default = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    return {"ServerSideEncryptionConfiguration": [{**default, **more}]}


def access(*, block: bool) -> dict[str, bool]:
    """A PublicAccessBlockConfiguration."""
    names = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    return dict.fromkeys(names, block)


def policy(aws: Aws, name: str, secure: str = "false") -> dict[str, Any]:
    """A policy with conditions and principals of both kinds."""
    arn = f"arn:aws:s3:::{name}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "S3DeliversAccessLogs",
                "Effect": "Allow",
                "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Action": ["s3:PutObject"],
                "Resource": [f"{arn}/s3/*"],
                "Condition": {"StringEquals": {"aws:SourceAccount": aws.account}},
            },
            {
                "Sid": "RefusePlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*"],
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": secure}},
            },
        ],
    }


LIVES = (
    Life(
        "AWS::S3::Bucket",
        lambda aws: {
            "BucketEncryption": encrypted("AES256"),
            "LifecycleConfiguration": {"Rules": [TIDY, MARKERS, ARCHIVE]},
            "LoggingConfiguration": {
                "DestinationBucketName": bucket(aws, "logs"),
                "LogFilePrefix": "s3/",
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": access(block=True),
            "Tags": [{"Key": "Component", "Value": "edge"}, {"Key": "Owner", "Value": "backend"}],
            "VersioningConfiguration": {"Status": "Enabled"},
        },
        lambda _: {
            "BucketEncryption": encrypted("aws:kms", BucketKeyEnabled=True),
            "CorsConfiguration": {
                "CorsRules": [
                    {
                        "Id": "Any",
                        "AllowedHeaders": ["*"],
                        "AllowedMethods": ["GET"],
                        "AllowedOrigins": ["https://miyabi.example"],
                        "ExposedHeaders": ["etag"],
                        "MaxAge": 300,
                    }
                ]
            },
            "LifecycleConfiguration": {"Rules": [{**TIDY, "ExpirationInDays": 30}]},
            "LoggingConfiguration": None,
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
            "PublicAccessBlockConfiguration": access(block=False),
            "Tags": None,
            "VersioningConfiguration": None,
        },
        attributes=("Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"),
        ref="miyabi-test-stack-thing-[0-9a-f]{12}",
    ),
    Life(
        "AWS::S3::BucketPolicy",
        lambda aws: {
            "Bucket": (name := bucket(aws, "policed")),
            "PolicyDocument": policy(aws, name),
        },
        lambda aws: {"PolicyDocument": policy(aws, f"miyabi-policed-{aws.account}", secure="true")},
        ref=r"miyabi-policed-\d{12}",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_the_addresses_of_a_bucket_are_those_that_s3_gives(aws: Aws) -> None:
    name = f"miyabi-{aws.account}"
    told = make(aws, "AWS::S3::Bucket", {"BucketName": name}).read()

    assert {
        "Arn": f"arn:aws:s3:::{name}",
        "BucketName": name,
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.us-east-1.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.us-east-1.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-us-east-1.amazonaws.com",
    } == told


def test_what_is_taken_away_from_a_bucket_is_gone(aws: Aws) -> None:
    whole = LIVES[0].desired(aws)
    living = make(aws, "AWS::S3::Bucket", whole)
    living.update({})

    assert {"Status": "Suspended"} == living.read().pop("VersioningConfiguration")
    assert whole.keys() & living.read().keys() == {"VersioningConfiguration"}


def test_a_bucket_that_is_not_empty_stays(aws: Aws) -> None:
    living = make(aws, "AWS::S3::Bucket", {"VersioningConfiguration": {"Status": "Enabled"}})
    thing = {"Bucket": living.identifier["BucketName"], "Key": "index.html"}
    aws.client("s3").put_object(**thing, Body=b"Hello")
    aws.client("s3").delete_object(**thing)  # leaves two versions

    with pytest.raises(ClientError, match="BucketNotEmpty"):
        living.delete()
    assert living.differences(living.desired) == []


def test_a_bucket_of_logs_is_empty_while_no_time_has_passed(aws: Aws) -> None:
    """A stack that fails is rolled back at once, the bucket that its other buckets' logs go to among it."""
    logs = make(aws, "AWS::S3::Bucket", {})
    target = {"DestinationBucketName": logs.identifier["BucketName"], "LogFilePrefix": "s3/"}
    make(aws, "AWS::S3::Bucket", {"BucketName": f"logged-{aws.account}", "LoggingConfiguration": target})
    aws.client("s3").head_bucket(Bucket=f"logged-{aws.account}")

    logs.delete()


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"BucketName": "taken"}, "already exists"),
        ({"BucketNamePrefix": "miyabi"}, "takes no BucketNamePrefix"),
    ],
)
def test_a_bucket_is_refused_when_its_name_can_not_be_had(
    aws: Aws, wanted: dict[str, str], reason: str
) -> None:
    taken = bucket(aws, "taken")
    named = {key: taken if key == "BucketName" else value for key, value in wanted.items()}

    with pytest.raises(HandlerError, match=reason):
        make(aws, "AWS::S3::Bucket", named)


def test_a_bucket_has_one_policy_only(aws: Aws) -> None:
    desired = LIVES[1].desired(aws)
    make(aws, "AWS::S3::BucketPolicy", desired)

    with pytest.raises(HandlerError, match="policy already exists"):
        make(aws, "AWS::S3::BucketPolicy", desired)


def test_a_policy_that_denies_on_a_condition_lets_all_else_through(aws: Aws) -> None:
    """Ours refuse plain HTTP; the frontend is put into its bucket all the same, and taken out."""
    desired = LIVES[1].desired(aws)
    make(aws, "AWS::S3::BucketPolicy", desired)
    s3, thing = aws.client("s3"), {"Bucket": desired["Bucket"], "Key": "index.html"}
    s3.put_object(**thing, Body=b"Hello")

    assert b"Hello" == s3.get_object(**thing)["Body"].read()
    gone = s3.delete_objects(Bucket=desired["Bucket"], Delete={"Objects": [{"Key": "index.html"}]})
    assert ["index.html"] == [each["Key"] for each in gone["Deleted"]]


def test_a_canned_acl_reaches_the_bucket(aws: Aws) -> None:
    """AccessControl can't be read back as a property: the schema calls it writeOnly."""
    living = make(aws, "AWS::S3::Bucket", {"AccessControl": "LogDeliveryWrite"})
    name = living.identifier["BucketName"]

    def groups() -> set[str]:
        grants = aws.client("s3").get_bucket_acl(Bucket=name)["Grants"]
        return {grant["Grantee"].get("URI", "").rpartition("/")[2] for grant in grants} - {""}

    assert {"LogDelivery"} == groups()
    living.update({})
    assert set() == groups()

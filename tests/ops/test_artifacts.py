"""The bucket of packages is private whatever has been before, and no package is written over."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from ops import artifacts
from ops.artifact_bucket import NameTooLong, bucket_name, ensure_bucket
from ops.artifacts import BucketTaken, PackageAbsent, PackageDiffers, PackageUnreadable, Published
from ops.errors import Unreached
from ops.live import Live
from stacks.loading import load_environment
from tests.ops.cutting import Cutting, Repeating
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ZIP = b"PK: stands for a package"
DIGITS = sha256(ZIP).hexdigest()[:16]


def living(connect: Any, **changes: str) -> Live:
    """The environment staging, or one that differs from it in some settings."""
    return Live(load_environment("staging").model_copy(update=changes), connect)


def settings_of(aws: Aws, bucket: str) -> dict[str, Any]:
    """What makes a bucket private, as S3 tells it."""
    s3 = aws.client("s3")
    tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    return {
        "public": s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        "ownership": s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"],
        "policy": json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"],
        "encryption": [rule["ApplyServerSideEncryptionByDefault"] for rule in encryption],
        "versioning": s3.get_bucket_versioning(Bucket=bucket)["Status"],
        "lifecycle": s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


def expected_of(bucket: str) -> dict[str, Any]:
    """What it should tell."""
    everything = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    refusal = {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    locks = {
        "ID": "Locks",
        "Status": "Enabled",
        "Filter": {"Prefix": "locks/"},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    }
    packages = {
        "ID": "Packages",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    return {
        "public": everything,
        "ownership": [{"ObjectOwnership": "BucketOwnerEnforced"}],
        "policy": [refusal],
        "encryption": [{"SSEAlgorithm": "AES256"}],
        "versioning": "Enabled",
        "lifecycle": [locks, packages],
        "tags": {
            "Project": "Miyabi Society",
            "Environment": "staging",
            "Component": "artifacts",
            "Owner": "backend",
            "CostCentre": "engineering",
            "ManagedBy": "miyabi",
        },
    }


def test_a_bucket_is_made_private(aws: Aws) -> None:
    said: list[str] = []

    bucket = ensure_bucket(living(aws.client), said.append)

    assert f"miyabi-staging-artifacts-{aws.account}-us-east-1" == bucket
    assert expected_of(bucket) == settings_of(aws, bucket)
    assert f"made bucket {bucket}" == said[0]


def test_a_bucket_that_is_as_it_should_be_is_only_looked_at(aws: Aws) -> None:
    ensure_bucket(living(aws.client))
    again, said = Cutting(aws.client), list[str]()

    ensure_bucket(living(again), said.append)

    assert ([], []) == (
        said,
        [name for name in again.names() if not name.startswith(("s3:get", "s3:head", "sts:"))],
    )


def test_every_request_names_the_account_that_the_bucket_must_belong_to(aws: Aws) -> None:
    recorded = Cutting(aws.client)
    live = living(recorded)

    artifacts.put(live, ensure_bucket(live), "package", ZIP)

    unnamed = [
        name
        for name, arguments in recorded.calls
        if name.startswith("s3:") and arguments.get("ExpectedBucketOwner") != aws.account
    ]
    assert ["s3:create_bucket"] == unnamed


def test_a_bucket_elsewhere_is_made_in_its_region(aws: Aws) -> None:
    elsewhere = Aws(aws.account, "eu-west-1")

    bucket = ensure_bucket(living(elsewhere.client, region="eu-west-1"))

    place = elsewhere.client("s3").get_bucket_location(Bucket=bucket)["LocationConstraint"]
    assert ("eu-west-1", True) == (place, bucket.endswith("-eu-west-1"))


UNDOINGS: dict[str, Callable[[Any, str], Any]] = {
    "nothing in it can be public": lambda s3, bucket: s3.delete_public_access_block(Bucket=bucket),
    "its objects belong to its owner": lambda s3, bucket: s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    ),
    "plain HTTP is refused": lambda s3, bucket: s3.delete_bucket_policy(Bucket=bucket),
    "what it holds is encrypted with keys of S3": lambda s3, bucket: s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    ),
    "it keeps former versions": lambda s3, bucket: s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}
    ),
    "former versions go after 90 days": lambda s3, bucket: s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [{"ID": "All", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}]
        },
    ),
    "it is tagged": lambda s3, bucket: s3.delete_bucket_tagging(Bucket=bucket),
}


def test_a_setting_that_somebody_changed_is_put_right_and_told(aws: Aws) -> None:
    live = living(aws.client)
    bucket = ensure_bucket(live)
    told = {}
    for sentence, undo in UNDOINGS.items():
        undo(aws.client("s3"), bucket)
        said: list[str] = []
        ensure_bucket(live, said.append)
        told[sentence] = said

    assert {sentence: [f"bucket {bucket}: {sentence}"] for sentence in UNDOINGS} == told
    assert expected_of(bucket) == settings_of(aws, bucket)


def test_tags_that_others_have_given_the_bucket_stay(aws: Aws) -> None:
    live, said = living(aws.client), list[str]()
    bucket = ensure_bucket(live)
    tags = [{"Key": "Backup", "Value": "no"}, {"Key": "Owner", "Value": "nobody"}]
    aws.client("s3").put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})

    ensure_bucket(live)
    ensure_bucket(live, said.append)

    assert expected_of(bucket)["tags"] | {"Backup": "no"} == settings_of(aws, bucket)["tags"]
    assert [] == said


def test_a_bucket_of_another_account_is_refused(aws: Aws) -> None:
    live = living(aws.client, system="taken")
    other = Aws("999999999999", "us-east-1").client("s3")
    other.create_bucket(Bucket=bucket_name(live))
    try:
        with pytest.raises(BucketTaken, match=f"bucket {bucket_name(live)} is another account's"):
            ensure_bucket(live)
        with pytest.raises(BucketTaken):
            # it came between the look and the making
            ensure_bucket(living(Unseen(aws.client), system="taken"))
    finally:
        other.delete_bucket(Bucket=bucket_name(live))


class Unseen:
    """Connects to an account in which no bucket is found by asking for it."""

    def __init__(self, connect: Any) -> None:
        self.connect = connect

    def __call__(self, service: str) -> Any:
        """The client of a service."""
        client = self.connect(service)
        if service != "s3":
            return client
        missing = {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}

        def head_bucket(**_: Any) -> None:
            raise client.exceptions.ClientError(missing, "HeadBucket")

        return type(
            "S3", (), {"head_bucket": staticmethod(head_bucket), "create_bucket": client.create_bucket}
        )


def test_a_name_that_is_too_long_for_a_bucket_is_refused(aws: Aws) -> None:
    with pytest.raises(NameTooLong, match="give the system a name of 23 or fewer instead of 'a-system"):
        ensure_bucket(living(aws.client, system="a-system-with-a-long-name"))


@pytest.mark.parametrize("answered", [False, True])
def test_a_run_that_is_cut_at_any_call_is_gone_on_with_by_the_next(aws: Aws, *, answered: bool) -> None:
    def run(connect: Any, system: str) -> tuple[str, str]:
        live = living(connect, system=system)
        bucket = ensure_bucket(live)
        return bucket, artifacts.put(live, bucket, "package", ZIP)

    whole = Cutting(aws.client)
    run(whole, "never-cut")
    for name in whole.names():
        with pytest.raises(Unreached):
            run(Cutting(aws.client, name, answered), "cut")
    bucket, key = run(aws.client, "cut")

    assert 18 == len(whole.names())
    assert (expected_of(bucket), [(key, True)]) == (settings_of(aws, bucket), versions(aws, bucket))


def versions(aws: Aws, bucket: str) -> list[tuple[str, bool]]:
    """Everything in a bucket: keys, and whether each is its latest version."""
    found = aws.client("s3").list_object_versions(Bucket=bucket).get("Versions", [])
    return [(one["Key"], one["IsLatest"]) for one in found]


def test_a_package_is_uploaded_once_under_its_hash(aws: Aws, tmp_path: Path) -> None:
    live = living(aws.client)
    bucket = ensure_bucket(live)
    package = tmp_path / "my package (new).zip"
    package.write_bytes(ZIP)

    keys = {artifacts.upload(live, bucket, package) for _ in range(2)} | {artifacts.key_of(package)}

    assert {f"my-package-new--{DIGITS}.zip"} == keys
    assert 1 == len(versions(aws, bucket))


def test_a_package_of_make_package_keeps_its_name(aws: Aws) -> None:
    live = living(aws.client)
    bucket = ensure_bucket(live)

    named = [artifacts.put(live, bucket, name, ZIP) for name in (f"miyabi-arm64-{DIGITS}", "x" * 200)]

    assert [f"miyabi-arm64-{DIGITS}.zip", f"{'x' * 80}-{DIGITS}.zip"] == named


def test_a_package_that_cannot_be_read_is_named(aws: Aws, tmp_path: Path) -> None:
    live = living(aws.client)

    with pytest.raises(
        PackageUnreadable, match=r"no\.zip can't be read: No such file or directory; name one"
    ):
        artifacts.upload(live, "any", tmp_path / "no.zip")


def test_what_is_in_the_bucket_already_is_never_written_over(aws: Aws) -> None:
    live, s3 = living(aws.client), aws.client("s3")
    bucket = ensure_bucket(live)
    s3.put_object(Bucket=bucket, Key=f"a-{DIGITS}.zip", Body=ZIP)
    s3.put_object(Bucket=bucket, Key=f"b-{DIGITS}.zip", Body=ZIP[::-1])
    s3.put_object(Bucket=bucket, Key=f"c-{DIGITS}.zip", Body=b"other", ChecksumAlgorithm="SHA256")

    assert f"a-{DIGITS}.zip" == artifacts.put(live, bucket, "a", ZIP)
    for name in ("b", "c"):
        with pytest.raises(PackageDiffers, match=f"object {name}-{DIGITS}.zip of bucket {bucket} is not"):
            artifacts.put(live, bucket, name, ZIP)
    assert 3 == len(versions(aws, bucket))


def test_two_who_upload_the_same_package_at_once_make_one_object(aws: Aws) -> None:
    bucket, together = ensure_bucket(living(aws.client)), Barrier(2)

    class Meeting(Cutting):
        def made(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
            if operation == "put_object":
                together.wait(10)
            return super().made(service, operation, arguments)

    with ThreadPoolExecutor() as pool:
        keys = list(
            pool.map(lambda _: artifacts.put(living(Meeting(aws.client)), bucket, "a", ZIP), range(2))
        )

    assert [f"a-{DIGITS}.zip"] * 2 == keys
    assert 1 == len(versions(aws, bucket))


def test_an_upload_that_is_repeated_since_its_answer_was_lost_is_one(aws: Aws) -> None:
    bucket = ensure_bucket(living(aws.client))

    artifacts.put(living(Repeating(aws.client)), bucket, "a", ZIP)

    assert 1 == len(versions(aws, bucket))


def test_only_what_differs_is_published(aws: Aws) -> None:
    recorded = Cutting(aws.client)
    live = living(recorded)
    bucket = ensure_bucket(live)
    before, key = artifacts.published(live), artifacts.put(live, bucket, "a", ZIP)
    wanted = before.but(bucket=bucket, key=key)

    written = [artifacts.publish(live, wanted) for _ in range(2)]

    assert (Published(), [True, False], wanted) == (before, written, artifacts.published(live))
    assert 2 == recorded.names().count("ssm:put_parameter")


def test_what_was_published_before_is_published_again_to_go_back(aws: Aws) -> None:
    live = living(aws.client)
    bucket = ensure_bucket(live)
    former = Published(bucket, artifacts.put(live, bucket, "a", ZIP))
    artifacts.publish(live, former)

    artifacts.publish(live, former.but(key="b.zip", bootstrap_key="c.zip"))
    artifacts.publish(live, former)

    assert former.but(bootstrap_key="c.zip") == artifacts.published(live)


def test_another_bucket_is_not_published_before_it_has_the_packages(aws: Aws) -> None:
    live, s3 = living(aws.client), aws.client("s3")
    s3.create_bucket(Bucket="by-hand")
    s3.put_object(Bucket="by-hand", Key="bootstrap.zip", Body=b"binary")
    artifacts.publish(live, Published("by-hand", bootstrap_key="bootstrap.zip"))
    bucket = ensure_bucket(live)

    with pytest.raises(PackageAbsent, match=f"object bootstrap.zip, which bucket {bucket} does not have"):
        artifacts.publish(live, Published(bucket, artifacts.put(live, bucket, "a", ZIP)))

    assert Published("by-hand", bootstrap_key="bootstrap.zip") == artifacts.published(live)

"""S3 of the local AWS minds whose bucket is meant, what a checksum says, and what must be there before."""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws

BUCKET = "conditions"


@pytest.fixture
def s3(aws: Aws) -> Any:
    """A client of S3, with a bucket that keeps versions."""
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """The code with which a request is refused."""
    with pytest.raises(ClientError) as error:
        call(Bucket=BUCKET, **arguments)
    code: str = error.value.response["Error"]["Code"]
    return code


def test_a_bucket_of_another_account_than_expected_is_refused(s3: Any, aws: Aws) -> None:
    other = {"ExpectedBucketOwner": "999999999999"}

    assert "403" == refused(s3.head_bucket, **other)
    assert "AccessDenied" == refused(s3.get_bucket_tagging, **other)
    assert "AccessDenied" == refused(s3.put_object, Key="a", Body=b"a", **other)
    assert s3.head_bucket(Bucket=BUCKET, ExpectedBucketOwner=aws.account)


def test_an_object_that_is_not_what_its_checksum_says_is_refused(s3: Any) -> None:
    checksum = {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": b64encode(sha256(b"a").digest()).decode()}

    assert "BadDigest" == refused(s3.put_object, Key="a", Body=b"b", **checksum)
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"a", **checksum)


def test_conditions_are_about_the_present_version(s3: Any) -> None:
    first = s3.put_object(Bucket=BUCKET, Key="a", Body=b"1", IfNoneMatch="*")["ETag"]
    assert "PreconditionFailed" == refused(s3.put_object, Key="a", Body=b"2", IfNoneMatch="*")
    second = s3.put_object(Bucket=BUCKET, Key="a", Body=b"2", IfMatch=first)["ETag"]
    assert "PreconditionFailed" == refused(s3.delete_object, Key="a", IfMatch=first)
    s3.delete_object(Bucket=BUCKET, Key="a", IfMatch=second)
    assert "NoSuchKey" == refused(s3.put_object, Key="a", Body=b"3", IfMatch=second)
    assert "NoSuchKey" == refused(s3.delete_object, Key="a", IfMatch=second)
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"3", IfNoneMatch="*")


def test_of_many_who_make_an_object_at_once_one_does(s3: Any) -> None:
    def make(number: int) -> bool:
        try:
            s3.put_object(Bucket=BUCKET, Key="a", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert 1 == sum(pool.map(make, range(20)))


def test_an_answer_says_when_it_was_given(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"a")
    answer = s3.get_object(Bucket=BUCKET, Key="a")
    headers = answer["ResponseMetadata"]["HTTPHeaders"]

    assert answer["LastModified"] <= parsedate_to_datetime(headers["date"])

"""A bucket of S3 as an origin: its objects, if its policy lets the distribution read them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote
from xml.sax.saxutils import escape

from ops.policies.resources import service_may
from twin.answer import Answer
from twin.edge.errors import NotServed

if TYPE_CHECKING:
    from twin.deployed import Deployed
    from twin.edge.configuration import Distribution, Origin
    from twin.event import Request

CLOUDFRONT: Final = "cloudfront.amazonaws.com"
READS: Final = frozenset({"GET", "HEAD"})
_PASSED: Final = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
)
"""Headers that an object has of its own."""


class Buckets:
    """The buckets of an account, read by distributions."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed

    def answer(self, distribution: Distribution, origin: Origin, request: Request) -> Answer:
        """What S3 answers to a request for an object.

        Raises:
            NotServed: The origin has no access control, or the request does something else than read.
        """
        if request.method not in READS:
            raise NotServed(f"{request.method} at a bucket")
        if origin.access_control is None:
            raise NotServed(f"the bucket {origin.bucket} without origin access control")
        key = unquote(request.target.partition("?")[0]).removeprefix("/")
        bucket = str(origin.bucket)
        if not self._may(distribution, "s3:GetObject", f"{self._arn(bucket)}/{key}", bucket):
            return _error(403, "AccessDenied", "Access Denied")
        found = self._read(bucket, key)
        if found is not None:
            return found
        if self._may(distribution, "s3:ListBucket", self._arn(bucket), bucket):
            return _error(404, "NoSuchKey", "The specified key does not exist.")
        return _error(403, "AccessDenied", "Access Denied")

    def _arn(self, bucket: str) -> str:
        return f"arn:{self._deployed.aws.partition}:s3:::{bucket}"

    def _may(self, distribution: Distribution, action: str, resource: str, bucket: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            policy = self._deployed.call("s3", "get_bucket_policy", Bucket=bucket)["Policy"]
        except ClientError:
            policy = None
        context = {"aws:SourceArn": distribution.arn, "aws:SourceAccount": self._deployed.aws.account}
        return service_may(policy, CLOUDFRONT, action, resource, context).allowed

    def _read(self, bucket: str, key: str) -> Answer | None:
        """An object; None if there is none. Its body is a stream, so no answer of it is kept."""
        from botocore.exceptions import ClientError

        if not key:
            return None
        try:
            found = self._deployed.aws.client("s3").get_object(Bucket=bucket, Key=key)
        except ClientError:
            return None
        if found.get("ServerSideEncryption", "").startswith("aws:kms"):
            raise NotServed(f"objects under a key of KMS, such as {key} of {bucket}")
        with found["Body"] as body:
            return Answer(200, (*_headers(found), ("server", "AmazonS3")), body.read())


def _headers(found: dict[str, Any]) -> list[tuple[str, str]]:
    said = found["ResponseMetadata"]["HTTPHeaders"]
    headers = [(name, said[name]) for name in _PASSED if said.get(name)]
    if found.get("ETag"):
        headers.append(("etag", found["ETag"]))
    if found.get("LastModified"):
        headers.append(("last-modified", found["LastModified"].strftime("%a, %d %b %Y %H:%M:%S GMT")))
    return headers


def _error(status: int, code: str, message: str) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    )
    return Answer(status, (("content-type", "application/xml"), ("server", "AmazonS3")), body.encode())

"""S3: a bucket's logs may go where the policy comes later, none is there at once, and no policy denies.

Seen in moto 5.2.5: PutBucketLogging is refused until the target's policy lets the logs in; each request for
a bucket with logging puts a record into the target before it is answered, so that a stack that is rolled
back can't delete the target, which at AWS is still empty; and whatever a bucket's policy denies on some
condition, such as plain HTTP, is denied always, so that nobody can put an object there. Whose bucket a
request expects is not looked at; a checksum is believed; an answer has no date; and a condition is judged
before the object is written, so that two requests at once may both find it true.
"""

from __future__ import annotations

import base64
import hashlib
from threading import RLock
from typing import Any, Final

from moto.core.utils import utcnow
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response
from werkzeug.http import http_date

AT_ONCE: Final = RLock()
"""Held while an object is written or deleted: condition and change are one step."""

_bucket_response = S3Response._bucket_response  # noqa: SLF001  (moto's own, which the mend calls)
_key_response = S3Response._key_response  # noqa: SLF001  (the same)
_enrich_response = S3Response._enrich_response  # noqa: SLF001  (the same)
_put_object = S3Response.put_object
_delete_object = S3Response.delete_object


DENIED: Final = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
"""A bucket of another account than expected: "Verifying bucket ownership", S3 User Guide."""


class BadDigest(S3ClientError):
    """What came is not what the checksum is of."""

    code = "BadDigest"

    def __init__(self) -> None:
        super().__init__("The SHA256 you specified did not match the calculated checksum.")


def _log_permissions_enabled_policy(target_bucket: Any, target_prefix: str | None) -> bool:
    """S3 takes PutBucketLogging whatever the target's policy says, and delivers when it may.

    The examples of AWS::S3::Bucket make the bucket with logging beside the policy of its target, in no order.
    """
    del target_bucket, target_prefix
    return True


def _log_incoming_request(self: Any, request: Any, bucket_name: str) -> None:
    """S3 delivers within a few hours, for which nothing here waits.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    """
    del self, request, bucket_name


def _permission(self: Any, action: str, resource: str) -> PermissionResult:
    """Policies are held and told, as those of all services; who may do what is not decided here."""
    del self, action, resource
    return PermissionResult.NEUTRAL


def _of_a_bucket(self: Any, request: Any, full_url: str) -> Any:
    if _is_of_another(self, request, full_url):
        return 403, {}, "" if request.method == "HEAD" else DENIED
    return _bucket_response(self, request, full_url)


def _of_a_key(self: Any, request: Any, full_url: str) -> Any:
    if _is_of_another(self, request, full_url):
        return 403, {}, "" if request.method == "HEAD" else DENIED
    return _key_response(self, request, full_url)


def _is_of_another(response: Any, request: Any, full_url: str) -> bool:
    """Whether a bucket is of another account than expected."""
    expected = request.headers.get("x-amz-expected-bucket-owner")
    bucket = response.parse_bucket_name_from_url(request, full_url)
    if not expected or bucket not in s3_backends.bucket_accounts:
        return False
    _, owner = s3_backends.bucket_accounts[bucket]
    return bool(owner != expected)


def _enriched(headers: dict[str, str], body: Any) -> Any:
    """An answer with its date, which a server of HTTP would put there itself."""
    answered, text = _enrich_response(headers, body)
    return {"date": http_date(utcnow())} | answered, text


def _written(self: Any) -> Any:
    """PutObject: "How to prevent object overwrites with conditional writes", S3 User Guide."""
    told = self.headers.get("x-amz-checksum-sha256")
    found = base64.b64encode(hashlib.sha256(self.body or b"").digest()).decode()
    if told and told != found:
        raise BadDigest
    with AT_ONCE:
        return _put_object(self)


def _deleted(self: Any) -> Any:
    """DeleteObject: "How to perform conditional deletes", S3 User Guide."""
    with AT_ONCE:
        return _delete_object(self)


_MENDED: Final = (
    (S3Backend, "log_incoming_request", _log_incoming_request),
    (FakeBucket, "get_permission", _permission),
    (FakeBucket, "_log_permissions_enabled_policy", staticmethod(_log_permissions_enabled_policy)),
    (S3Response, "_bucket_response", _of_a_bucket),
    (S3Response, "_key_response", _of_a_key),
    (S3Response, "_enrich_response", staticmethod(_enriched)),
    (S3Response, "put_object", _written),
    (S3Response, "delete_object", _deleted),
)


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, name, operation in _MENDED:
        setattr(owner, name, operation)

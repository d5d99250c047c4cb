"""S3: a bucket's logs may go where the policy comes later, none is there at once, and no policy denies.

Seen in moto 5.2.5: PutBucketLogging is refused until the target's policy lets the logs in; each request for
a bucket with logging puts a record into the target before it is answered, so that a stack that is rolled
back can't delete the target, which at AWS is still empty; and whatever a bucket's policy denies on some
condition, such as plain HTTP, is denied always, so that nobody can put an object there.
"""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, S3Backend


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


def mend() -> None:
    """Put it onto moto's classes."""
    S3Backend.log_incoming_request = _log_incoming_request  # type: ignore[method-assign]  # a mend
    FakeBucket.get_permission = _permission  # type: ignore[method-assign]  # a mend
    told = staticmethod(_log_permissions_enabled_policy)
    FakeBucket._log_permissions_enabled_policy = told  # type: ignore[method-assign]  # noqa: SLF001  (a mend)

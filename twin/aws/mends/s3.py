"""S3: a bucket's logs may go to a bucket whose policy comes later, and none is there within the hour.

Seen in moto 5.2.5: PutBucketLogging is refused until the target's policy lets the logs in; and each request
for a bucket with logging puts a record into the target before it is answered. A stack that is rolled back
could then not delete the target, which at AWS is still empty.
"""

from __future__ import annotations

from typing import Any

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


def mend() -> None:
    """Put it onto moto's classes."""
    S3Backend.log_incoming_request = _log_incoming_request  # type: ignore[method-assign]  # a mend
    told = staticmethod(_log_permissions_enabled_policy)
    FakeBucket._log_permissions_enabled_policy = told  # type: ignore[method-assign]  # noqa: SLF001  (a mend)

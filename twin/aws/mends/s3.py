"""S3: a bucket's logs may go to a bucket whose policy comes later, as AWS has it."""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeBucket


def _log_permissions_enabled_policy(target_bucket: Any, target_prefix: str | None) -> bool:
    """S3 takes PutBucketLogging whatever the target's policy says, and delivers when it may.

    The examples of AWS::S3::Bucket make the bucket with logging beside the policy of its target, in no order.
    """
    del target_bucket, target_prefix
    return True


def mend() -> None:
    """Put it onto moto's bucket."""
    told = staticmethod(_log_permissions_enabled_policy)
    FakeBucket._log_permissions_enabled_policy = told  # type: ignore[method-assign]  # noqa: SLF001  (a mend)

"""Publishes a built frontend: only what has changed, the pages last, and CloudFront told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import uuid4

from ops.errors import Failed
from ops.frontend.errors import FileChanged, NoFrontend, Undeleted
from ops.frontend.files import INDEX, md5
from stacks.values import DISTRIBUTION_ID, FRONTEND_BUCKET, PUBLIC_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ops.frontend.files import File, Folder
    from ops.live import Live

AT_ONCE: Final = 8
"""Files under way."""
MOST_PATHS: Final = 15
"""Beyond so many, everything is invalidated: that counts as one path, of 1,000 a month without charge."""
EVERYTHING: Final = "/*"
PER_REQUEST: Final = 1000
"""Objects that one request deletes."""
PAUSE: Final = 5.0
PATIENCE: Final = 120
"""Questions: ten minutes, when an invalidation takes one or two."""


class InvalidationSlow(Failed):
    """CloudFront has not dropped the old files within the time that is waited for."""

    def __init__(self, invalidation: str) -> None:
        self.invalidation = invalidation
        super().__init__(
            f"invalidation {invalidation} still goes on; the new files are there, and old ones may be served "
            "for a while: nothing else is to be done"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done: files to upload, in groups in their order; old ones that would be deleted.

    `old` are there and no longer in the build; they are deleted only when that is asked for. `paths` are
    those that CloudFront must forget.
    """

    bucket: str
    distribution: str
    address: str
    uploads: tuple[File, ...]
    replaced: frozenset[str]
    unchanged: int
    old: tuple[str, ...]
    prune: bool
    left_out: tuple[str, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.uploads or (self.prune and self.old))

    @property
    def paths(self) -> tuple[str, ...]:
        """What CloudFront may have and must forget: what was there before under the same name."""
        gone = self.old if self.prune else ()
        keys = [file.key for file in self.uploads if file.key in self.replaced] + list(gone)
        paths = [f"/{quote(key)}" for key in keys] + (["/"] if INDEX in keys else [])
        return (EVERYTHING,) if len(paths) > MOST_PATHS else tuple(sorted(paths))

    def document(self) -> dict[str, Any]:
        """As data."""
        return {
            "bucket": self.bucket,
            "distribution": self.distribution,
            "address": self.address,
            "uploads": [
                {"key": file.key, "bytes": file.size, "cache_control": file.cache_control}
                for file in self.uploads
            ],
            "unchanged": self.unchanged,
            "old": list(self.old),
            "deletes": list(self.old) if self.prune else [],
            "invalidates": list(self.paths),
            "left_out": list(self.left_out),
        }


def plan(live: Live, folder: Folder, *, prune: bool = False, everything: bool = False) -> Plan:
    """Compare a folder with the bucket, by checksum; `everything` uploads what is the same as well.

    Raises `NoFrontend`.
    """
    if live.environment.edge is None:
        raise NoFrontend(live.environment.name)
    account, bucket = live.require_account(), live.value(FRONTEND_BUCKET)
    pages = live.pages(
        "s3:ListObjectsV2", f"bucket {bucket}", "Contents", Bucket=bucket, ExpectedBucketOwner=account
    )
    there = {one["Key"]: one["ETag"].strip('"') for one in pages}
    uploads = tuple(file for file in folder.files if everything or there.get(file.key) != file.md5)
    keys = {file.key for file in folder.files}
    return Plan(
        bucket=bucket,
        distribution=live.value(DISTRIBUTION_ID),
        address=live.value(PUBLIC_ADDRESS),
        uploads=uploads,
        replaced=frozenset(there),
        unchanged=len(folder.files) - len(uploads),
        old=tuple(sorted(there.keys() - keys)),
        prune=prune,
        left_out=folder.left_out,
    )


def publish(live: Live, wanted: Plan, tell: Callable[[File], None] = lambda _: None) -> str | None:
    """Upload, delete what is to go, and tell CloudFront; returns the invalidation, None where none is needed.

    Interrupted anywhere, the same command goes on. Raises `FileChanged` and `Undeleted`.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _, stage in groupby(wanted.uploads, lambda file: file.stage):
            for file in pool.map(lambda file: _upload(live, wanted.bucket, file), list(stage)):
                tell(file)
    failed: Undeleted | None = None
    if wanted.prune and wanted.old:
        failed = _delete(live, wanted.bucket, wanted.old)
    invalidation = _invalidate(live, wanted) if wanted.paths else None
    if failed:
        raise failed
    return invalidation


def wait(
    live: Live, distribution: str, invalidation: str, *, pause: Callable[[float], None] = time.sleep
) -> None:
    """Wait until CloudFront has forgotten; raises `InvalidationSlow`."""
    for _ in range(PATIENCE):
        found = live.call(
            "cloudfront:GetInvalidation",
            f"invalidation {invalidation}",
            DistributionId=distribution,
            Id=invalidation,
        )
        if found["Invalidation"]["Status"] == "Completed":
            return
        pause(PAUSE)
    raise InvalidationSlow(invalidation)


def _upload(live: Live, bucket: str, file: File) -> File:
    content = file.read()
    if md5(content) != file.md5:
        assert file.path is not None  # noqa: S101  (what is written here does not change)
        raise FileChanged(file.path)
    live.call(
        "s3:PutObject",
        f"s3://{bucket}/{file.key}",
        Bucket=bucket,
        Key=file.key,
        Body=content,
        ContentType=file.content_type,
        CacheControl=file.cache_control,
        ExpectedBucketOwner=live.require_account(),
    )
    return file


def _delete(live: Live, bucket: str, keys: Sequence[str]) -> Undeleted | None:
    """Delete; a version of each stays for as long as the bucket keeps old ones. Returns what went wrong."""
    errors: list[dict[str, Any]] = []
    for start in range(0, len(keys), PER_REQUEST):
        answer = live.call(
            "s3:DeleteObjects",
            f"bucket {bucket}",
            Bucket=bucket,
            Delete={
                "Objects": [{"Key": key} for key in keys[start : start + PER_REQUEST]],
                "Quiet": True,
            },
            ExpectedBucketOwner=live.require_account(),
        )
        errors += answer.get("Errors", ())
    if not errors:
        return None
    return Undeleted([one["Key"] for one in errors], errors[0].get("Code", "no reason given"))


def _invalidate(live: Live, wanted: Plan) -> str:
    found = live.call(
        "cloudfront:CreateInvalidation",
        f"distribution {wanted.distribution}",
        DistributionId=wanted.distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(wanted.paths), "Items": list(wanted.paths)},
            "CallerReference": uuid4().hex,
        },
    )
    identifier: str = found["Invalidation"]["Id"]
    return identifier

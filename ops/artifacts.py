"""What functions are deployed from: zips in the system's bucket, and the SSM parameters that name them.

A package's key ends with its hash, and no object is ever written twice: the same name is the same code.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from ops.artifact_bucket import BucketTaken, bucket_name, ensure_bucket
from ops.errors import Declined, NotDeployed, Refused, Unready
from stacks.naming import parameter_path
from stacks.values import ARTIFACT_BUCKET, ARTIFACT_KEY, BOOTSTRAP_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ops.live import Live
    from stacks.values import Value

__all__ = [
    "BucketTaken",
    "PackageAbsent",
    "PackageDiffers",
    "PackageUnreadable",
    "Published",
    "bucket_name",
    "ensure_bucket",
    "key_of",
    "publish",
    "published",
    "put",
    "upload",
]

DIGITS: Final = 16
"""Hexadecimal digits of the SHA-256 that a key ends with, as `make package` names its zips."""
LONGEST_NAME: Final = 80
"""Characters of a name before its hash: a version's description, of 256, holds the key and more."""
EXISTS: Final = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
"""What S3 says when an object that was to be new is there, or is being written."""


class PackageUnreadable(Unready):
    """A package can't be read."""

    def __init__(self, path: Path, found: str) -> None:
        self.path, self.found = path, found
        super().__init__(f"package {path} can't be read: {found}; name one by --package, or `make package`")


class PackageDiffers(Unready):
    """Something else is in the bucket under a package's key."""

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket, self.key = bucket, key
        super().__init__(
            f"object {key} of bucket {bucket} is not the package of that name, and is not overwritten; "
            f"look who put it there, and delete it by `aws s3 rm s3://{bucket}/{key}`"
        )


class PackageAbsent(Unready):
    """A key would be published that the bucket does not have."""

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket, self.key = bucket, key
        super().__init__(
            f"functions would be deployed from object {key}, which bucket {bucket} does not have; "
            "name its zip by --package or --bootstrap, or copy it there"
        )


@dataclass(frozen=True, slots=True)
class Published:
    """Where the templates find the packages; None where nothing is said."""

    bucket: str | None = None
    key: str | None = None
    bootstrap_key: str | None = None

    def but(self, **changes: str | None) -> Self:
        """The same with other values; those that are None stay as they are."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})


PARAMETERS: Final[Mapping[str, Value]] = {
    "bucket": ARTIFACT_BUCKET,
    "key": ARTIFACT_KEY,
    "bootstrap_key": BOOTSTRAP_KEY,
}
"""Which value of SSM holds which part of what is published."""


def published(live: Live) -> Published:
    """What SSM says now."""
    return Published(**{name: live.value_or_none(value) for name, value in PARAMETERS.items()})


def publish(live: Live, wanted: Published) -> bool:
    """Have SSM say where the packages are; whether anything had to be written. What is None stays.

    Raises `PackageAbsent` when another bucket is named and a key is not in it.
    """
    now = published(live)
    after = now.but(bucket=wanted.bucket, key=wanted.key, bootstrap_key=wanted.bootstrap_key)
    if after.bucket and after.bucket != now.bucket:
        _require_objects(live, after.bucket, (after.key, after.bootstrap_key))
    differing = [name for name in PARAMETERS if getattr(after, name) != getattr(now, name)]
    for name in differing:
        value = PARAMETERS[name]
        path = parameter_path(live.system, value.stack, value.name)
        live.call(
            "ssm:PutParameter",
            f"parameter {path}",
            Name=path,
            Value=getattr(after, name),
            Type="String",
            Description=value.description,
            Overwrite=True,
        )
    return bool(differing)


def upload(live: Live, bucket: str, package: Path) -> str:
    """Put a package into the bucket unless it is there, and return its key.

    Raises `PackageUnreadable` and `PackageDiffers`.
    """
    return put(live, bucket, package.stem, _read(package))


def key_of(package: Path) -> str:
    """The key that a package has, or would have. Raises `PackageUnreadable`."""
    return _key(package.stem, _read(package))


def put(live: Live, bucket: str, name: str, content: bytes) -> str:
    """Put a zip into the bucket under a name that ends with its hash, unless it is there; return its key.

    Raises `PackageDiffers`.
    """
    key = _key(name, content)
    if not _is_there(live, bucket, key, content):
        _make(live, bucket, key, content)
    return key


def _make(live: Live, bucket: str, key: str, content: bytes) -> None:
    """Make an object, which S3 compares with its checksum; one that is there meanwhile must be the same.

    It is when somebody else was faster, or when the request was repeated since its answer was lost.
    """
    try:
        live.call(
            "s3:PutObject",
            _thing(bucket, key),
            **_where(live, bucket, key),
            Body=content,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=_checksum(content),
            ContentType="application/zip",
            IfNoneMatch="*",
        )
    except Declined as error:
        if error.code not in EXISTS or not _is_there(live, bucket, key, content):
            raise


def _is_there(live: Live, bucket: str, key: str, content: bytes) -> bool:
    """Whether a package is there already; raises `PackageDiffers` when something else is.

    Without a SHA-256, as when `aws s3 cp` has put it there, it is read.
    """
    where = _where(live, bucket, key)
    try:
        found = live.call("s3:HeadObject", _thing(bucket, key), **where, ChecksumMode="ENABLED")
    except NotDeployed:
        return False
    checksum = found.get("ChecksumSHA256")
    if checksum is None and found["ContentLength"] == len(content):
        checksum = _checksum(live.call("s3:GetObject", _thing(bucket, key), **where)["Body"].read())
    if checksum != _checksum(content):
        raise PackageDiffers(bucket, key)
    return True


def _require_objects(live: Live, bucket: str, keys: tuple[str | None, ...]) -> None:
    """Raise `PackageAbsent` for the first key that a bucket does not have, whoever's it is."""
    for key in filter(None, keys):
        try:
            live.call("s3:HeadObject", _thing(bucket, key), Bucket=bucket, Key=key)
        except NotDeployed:
            raise PackageAbsent(bucket, key) from None
        except Refused:
            # another account's: CloudFormation may read what whoever deploys may not look at
            continue


def _read(package: Path) -> bytes:
    try:
        return package.read_bytes()
    except OSError as error:
        raise PackageUnreadable(package, error.strerror or str(error)) from None


def _key(name: str, content: bytes) -> str:
    """`miyabi-arm64-26d49e8c4cc4fd0f.zip` keeps its name, since that ends with the hash already."""
    digits = hashlib.sha256(content).hexdigest()[:DIGITS]
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:LONGEST_NAME]
    return f"{plain}.zip" if plain.endswith(f"-{digits}") else f"{plain}-{digits}.zip"


def _checksum(content: bytes) -> str:
    """SHA-256 as S3 tells it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _thing(bucket: str, key: str) -> str:
    """What errors call it."""
    return f"object {key} of bucket {bucket}"


def _where(live: Live, bucket: str, key: str) -> dict[str, str]:
    return {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": live.require_account()}

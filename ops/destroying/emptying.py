"""Empties a bucket, former versions and delete markers too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ops.errors import Declined, NotDeployed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.live import Live

AT_ONCE: Final = 1000
"""Versions that one call lists, and one call deletes."""


def empty(live: Live, bucket: str, say: Callable[[str], None], *, last: str = "") -> int:
    """Delete everything in a bucket; returns how many versions there were. One that is not there is empty.

    Keys that begin with `last` go when all others are gone. Raises `AccessError`; what is deleted by then
    stays deleted.
    """
    thing, count = f"bucket {bucket}", 0
    for spared in (last, "") if last else ("",):
        while versions := _some(live, bucket, spared):
            answer = live.call(
                "s3:DeleteObjects", thing, Bucket=bucket, Delete={"Objects": versions, "Quiet": True}
            )
            for error in answer.get("Errors", ()):
                raise Declined(
                    "s3:DeleteObjects", f"{error['Key']} of {thing}", error["Code"], error.get("Message", "")
                )
            count += len(versions)
            say(f"{count} versions of objects deleted from bucket {bucket}")
    return count


def _some(live: Live, bucket: str, spared: str) -> list[dict[str, Any]]:
    """The first versions of objects whose keys don't begin so; an empty beginning spares none."""
    after: dict[str, Any] = {}
    while True:
        try:
            found = live.call(
                "s3:ListObjectVersions", f"bucket {bucket}", Bucket=bucket, MaxKeys=AT_ONCE, **after
            )
        except NotDeployed:
            return []
        listed = [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]
        meant = [one for one in listed if not (spared and one["Key"].startswith(spared))]
        if meant or not found.get("IsTruncated"):
            return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in meant]
        after = {"KeyMarker": found["NextKeyMarker"], "VersionIdMarker": found["NextVersionIdMarker"]}

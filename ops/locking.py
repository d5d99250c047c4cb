"""One operator at a time for a system: an object in its bucket that only one can make.

S3 makes an object under a condition as one step: that there is none (`If-None-Match: *`), or that it is
still the one that was read (`If-Match`). A lock holds for some minutes after it was last written, by S3's own
clock, and is renewed as long as its holder lives; after that time it is anybody's. "How to prevent object
overwrites with conditional writes" and "How to perform conditional deletes", Amazon S3 User Guide.

It takes the rights s3:GetObject, s3:PutObject and s3:DeleteObject on `locks/*` of the bucket, and
s3:ListBucket on the bucket itself, without which S3 says of an object that is not there that it is forbidden.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from ops.errors import Declined, NotDeployed
from runtime.migrator.errors import AccessError, LockError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.live import Live

LIFE: Final = 300
"""Seconds that a lock holds when nobody renews it any more, since its process or its connection has ended."""
RENEWAL: Final = 60.0
"""Seconds between two renewals: several may be lost before the lock is."""
LOCKS: Final = "locks/"
"""How the keys of locks begin, and of what else their holders leave for one another."""
CONDITION_FAILED: Final = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
"""What S3 says when a condition does not hold, or when another request for the object is under way."""


class SystemLocked(LockError):
    """Somebody else is changing the system; `until` is when the lock ends if it is not renewed."""

    def __init__(self, system: str, holder: Holder, until: datetime) -> None:
        self.system, self.holder, self.until = system, holder, until
        super().__init__(
            f"system {system} is being changed by {holder.who} (`miyabi {holder.command}`) "
            f"since {holder.since}; try again when that has ended, or after {_text(until)} if it was killed"
        )


class LockLost(LockError):
    """The lock was not renewed in time, and somebody else has taken it."""

    def __init__(self, system: str) -> None:
        self.system = system
        super().__init__(
            f"the lock of system {system} was lost, since it could not be renewed in time; "
            "what was begun goes on at AWS, run the command again"
        )


class LockUnreadable(LockError):
    """The object of a lock is none that this program has written."""

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket, self.key = bucket, key
        super().__init__(
            f"object {key} of bucket {bucket} is no lock of this program; "
            f"look who put it there, and delete it by `aws s3 rm s3://{bucket}/{key}`"
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: `since` is their own clock's, `life` is in seconds, `id` is this lock's alone."""

    who: str
    command: str
    since: str
    life: float
    id: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A lock as it is in S3; `until` and `is_over` are by S3's clock."""

    holder: Holder
    etag: str
    until: datetime
    is_over: bool


class Lock:
    """A lock that is held."""

    def __init__(self, live: Live, bucket: str, holder: Holder, etag: str) -> None:
        self.live, self.bucket, self.holder = live, bucket, holder
        self.is_lost = False
        self._etag, self._turn = etag, RLock()

    def require(self) -> None:
        """Renew it; raises `LockLost` when somebody else has it. To be called before each changing step."""
        self.renew()
        if self.is_lost:
            raise LockLost(self.live.system)

    def renew(self) -> None:
        """Hold it for another while; notes when somebody else has it, or has had it meanwhile."""
        with self._turn:
            if self.is_lost:
                return
            etag = _write(self.live, self.bucket, self.holder, IfMatch=self._etag)
            if etag is None and (found := _read(self.live, self.bucket)) and found.holder == self.holder:
                # S3 was busy with another request of ours, perhaps one whose answer was lost
                etag = found.etag
            self.is_lost, self._etag = etag is None, etag or self._etag

    def release(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Let go of it, unless somebody else has it; where S3 can't be asked, the lock ends by itself."""
        with self._turn:
            try:
                _delete(self.live, self.bucket, self._etag)
            except AccessError as error:
                say(f"the lock could not be let go, and ends by itself in {self.holder.life:.0f} s: {error}")


@contextmanager
def lock(
    live: Live,
    bucket: str,
    command: str,
    *,
    say: Callable[[str], None] = lambda _: None,
    every: float = RENEWAL,
) -> Iterator[Lock]:
    """Hold a system's lock while the context lasts, and renew it in the background, `every` so many seconds.

    `command` is what others are told, such as `deploy staging`. Raises `SystemLocked` when somebody else
    holds it; a lock whose time is over is taken, and said so.
    """
    held = take(live, bucket, command, say=say)
    ended = Event()

    def renew() -> None:
        while not ended.wait(every) and not held.is_lost:
            # a renewal that does not get through is tried again; the lock outlives several of them
            with suppress(AccessError):
                held.renew()

    thread = Thread(target=renew, name="lock", daemon=True)
    thread.start()
    try:
        yield held
    finally:
        ended.set()
        try:
            thread.join()
        finally:
            held.release(say)


def take(
    live: Live,
    bucket: str,
    command: str,
    *,
    say: Callable[[str], None] = lambda _: None,
    life: float = LIFE,
) -> Lock:
    """Take a system's lock; raises `SystemLocked` and `LockUnreadable`."""
    who = live.call("sts:GetCallerIdentity", "the account")["Arn"]
    whole = f"{who} on {socket.gethostname()}, process {os.getpid()}"
    holder = Holder(whole, command, _text(datetime.now(UTC)), life, uuid4().hex)
    try:
        return Lock(live, bucket, holder, _taken(live, bucket, holder, say))
    except LockError:
        raise
    except BaseException:
        # Ctrl-C, or a connection that ended: S3 may have written it without our knowing
        with suppress(AccessError, LockError):
            if (found := _read(live, bucket)) and found.holder == holder:
                _delete(live, bucket, found.etag)
        raise


def _taken(live: Live, bucket: str, holder: Holder, say: Callable[[str], None]) -> str:
    """Write the lock if there is none, or one whose time is over; returns its ETag."""
    condition = {"IfNoneMatch": "*"}
    former: _Found | None = None
    while True:
        if etag := _write(live, bucket, holder, **condition):
            break
        found = _read(live, bucket)
        if found is None:
            condition, former = {"IfNoneMatch": "*"}, None
        elif found.holder == holder:
            # the request was repeated since its answer was lost
            etag = found.etag
            break
        elif found.is_over:
            condition, former = {"IfMatch": found.etag}, found
        else:
            raise SystemLocked(live.system, found.holder, found.until)
    if former:
        say(
            f"took over the lock of {former.holder.who} (`miyabi {former.holder.command}`), "
            f"which ended at {_text(former.until)}"
        )
    return etag


def _key(live: Live) -> str:
    return f"{LOCKS}{live.system}.json"


def _write(live: Live, bucket: str, holder: Holder, **condition: str) -> str | None:
    """Write the lock's object under a condition and return its ETag; None where that does not hold."""
    try:
        answer = live.call(
            "s3:PutObject",
            _thing(live, bucket),
            **_where(live, bucket),
            Body=json.dumps(asdict(holder)).encode(),
            ContentType="application/json",
            **condition,
        )
    except Declined as error:
        if error.code in CONDITION_FAILED:
            return None
        raise
    except NotDeployed:
        # If-Match on an object that its holder has deleted meanwhile; a bucket that is gone is seen by _read
        return None
    etag: str = answer["ETag"]
    return etag


def _read(live: Live, bucket: str) -> _Found | None:
    try:
        answer = live.call("s3:GetObject", _thing(live, bucket), **_where(live, bucket))
    except NotDeployed:
        live.call(
            "s3:HeadBucket", f"bucket {bucket}", Bucket=bucket, ExpectedBucketOwner=live.require_account()
        )
        return None
    holder = _holder(answer["Body"].read())
    if holder is None:
        raise LockUnreadable(bucket, _key(live))
    until = answer["LastModified"] + timedelta(seconds=holder.life)
    now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    return _Found(holder, answer["ETag"], until, is_over=until <= now)


def _holder(content: bytes) -> Holder | None:
    """Who is named in the object of a lock; what a later release may have added is left out."""
    try:
        found: Any = json.loads(content)
        return Holder(**{one.name: found[one.name] for one in fields(Holder)})
    except (ValueError, TypeError, KeyError):
        return None


def _delete(live: Live, bucket: str, etag: str) -> None:
    """Delete the lock if it is still the one of an ETag."""
    try:
        live.call("s3:DeleteObject", _thing(live, bucket), **_where(live, bucket), IfMatch=etag)
    except NotDeployed:
        return
    except Declined as error:
        if error.code not in CONDITION_FAILED:
            raise


def _thing(live: Live, bucket: str) -> str:
    """What errors call it."""
    return f"object {_key(live)} of bucket {bucket}"


def _where(live: Live, bucket: str) -> dict[str, str]:
    return {"Bucket": bucket, "Key": _key(live), "ExpectedBucketOwner": live.require_account()}


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"

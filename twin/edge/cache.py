"""What a distribution keeps of its origins' answers, until its time is over or it is invalidated.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from twin.answer import Answer
    from twin.edge.managed import CachePolicy

MOST_KEPT: Final = 64 << 20
"""Bytes of bodies; what came first goes first."""
MOST_ENTRIES: Final = 10_000
ERROR_SECONDS: Final = 10
"""An error is kept for so long where nothing else is configured."""
ERRORS_KEPT: Final = frozenset({404, 414, 500, 501, 502, 503, 504})
"""Errors that are always kept."""
ERRORS_KEPT_BY_AGE: Final = frozenset({400, 403, 405, 412, 415})
"""Those that are kept only if their origin says for how long."""
_DIRECTIVE: Final = re.compile(r"([a-z-]+)(?:=\"?(\d+)\"?)?")


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Answer
    since: float
    until: float


class Cache:
    """Answers by path: none of the policies that are known here has more in its key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._size = 0
        self._lock = Lock()
        self._invalidated: set[str] = set()

    def find(self, key: str) -> Answer | None:
        """What is kept under a key, with its age, if it may still be given."""
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.until <= now:
                return None
        return kept.answer.adding(("age", str(int(now - kept.since))))

    @property
    def moment(self) -> int:
        """When something is asked of an origin, as `keep` wants it: how often something was invalidated."""
        return len(self._invalidated)

    def keep(self, key: str, answer: Answer, seconds: float, asked: int) -> None:
        """Keep an answer for so long, if at all; not what may be older than an invalidation."""
        if seconds <= 0:
            return
        now = self._clock()
        with self._lock:
            if asked != self.moment:
                return
            self._forget(key)
            self._kept[key] = _Kept(answer, now, now + seconds)
            self._size += len(answer.body)
            while self._size > MOST_KEPT or len(self._kept) > MOST_ENTRIES:
                self._forget(next(iter(self._kept)))

    def invalidate(self, invalidation_id: str, patterns: Iterable[str]) -> None:
        """Forget what an invalidation names, once; a pattern may end with `*`, and lack the first slash."""
        with self._lock:
            if invalidation_id in self._invalidated:
                return
            self._invalidated.add(invalidation_id)
            for pattern in patterns:
                for key in [key for key in self._kept if _names(pattern, key)]:
                    self._forget(key)

    def _forget(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept:
            self._size -= len(kept.answer.body)


def _names(pattern: str, key: str) -> bool:
    pattern = f"/{pattern.removeprefix('/')}"
    if pattern.endswith("*"):
        return key.startswith(pattern[:-1])
    return key == pattern


def seconds_of(answer: Answer, policy: CachePolicy) -> float:
    """How long an answer may be kept, by what its origin says and the policy's bounds."""
    if policy.most == 0:
        return 0
    directives = _directives(answer)
    if directives.keys() & {"no-store", "no-cache", "private"}:
        return policy.least
    age = _age(directives)
    return policy.default if age is None else min(max(age, policy.least), policy.most)


def seconds_of_error(answer: Answer, configured: float | None) -> float:
    """How long an error is kept, whatever the cache policy says; `configured` is the least for its status.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
    """
    age = _age(_directives(answer))
    if answer.status not in (ERRORS_KEPT if age is None else ERRORS_KEPT | ERRORS_KEPT_BY_AGE):
        return 0
    return max(ERROR_SECONDS if configured is None else configured, age or 0)


def _directives(answer: Answer) -> dict[str, str | None]:
    said = ",".join(value for name, value in answer.headers if name == "cache-control").lower()
    return {found[1]: found[2] for found in _DIRECTIVE.finditer(said)}


def _age(directives: Mapping[str, str | None]) -> int | None:
    """The seconds that an origin allows; a cache that others share has a directive of its own."""
    age = directives.get("s-maxage") or directives.get("max-age")
    return int(age) if age else None

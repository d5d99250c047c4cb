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
    from collections.abc import Callable, Iterable

    from twin.answer import Answer
    from twin.edge.managed import CachePolicy

MOST_KEPT: Final = 64 << 20
"""Bytes of bodies; what came first goes first."""
MOST_ENTRIES: Final = 10_000
_DIRECTIVE: Final = re.compile(r"([a-z-]+)(?:=\"?(\d+)\"?)?")


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Answer
    since: float
    until: float


class Cache:
    """Answers by path and query."""

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

    def keep(self, key: str, answer: Answer, seconds: float) -> None:
        """Keep an answer for so long, if at all."""
        if seconds <= 0:
            return
        now = self._clock()
        with self._lock:
            self._forget(key)
            self._kept[key] = _Kept(answer, now, now + seconds)
            self._size += len(answer.body)
            while self._size > MOST_KEPT or len(self._kept) > MOST_ENTRIES:
                self._forget(next(iter(self._kept)))

    def invalidate(self, invalidation_id: str, patterns: Iterable[str]) -> None:
        """Forget what an invalidation names, once; a pattern may end with `*`."""
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
    if pattern.endswith("*"):
        return key.startswith(pattern[:-1])
    return key == pattern


def seconds_of(answer: Answer, policy: CachePolicy) -> float:
    """How long an answer may be kept, by what its origin says and the policy's bounds."""
    said = ",".join(value for name, value in answer.headers if name == "cache-control").lower()
    directives = {found[1]: found[2] for found in _DIRECTIVE.finditer(said)}
    if policy.most == 0:
        return 0
    if directives.keys() & {"no-store", "no-cache", "private"}:
        return policy.least
    age = directives.get("s-maxage") or directives.get("max-age")
    return min(max(int(age), policy.least), policy.most) if age else policy.default

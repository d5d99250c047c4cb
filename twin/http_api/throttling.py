"""Throttles of an HTTP API: token buckets, one for each route of a stage, and one for the account.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html. Default route settings
are taken as what they are called: each route has the default, they do not share it. AWS meets its limits only
by and large; here they are exact.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

from twin.http_api.configuration import ACCOUNT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.http_api.configuration import Limit


class Bucket:
    """Holds as many tokens as the burst, and gets the rate's number back each second."""

    __slots__ = ("_lock", "_seen", "_tokens", "limit")

    def __init__(self, limit: Limit, now: float) -> None:
        self.limit, self._tokens, self._seen = limit, float(limit.burst), now
        self._lock = Lock()

    def take(self, now: float) -> bool:
        """Take a token, if there is one."""
        with self._lock:
            passed = max(0.0, now - self._seen)
            self._tokens = min(float(self.limit.burst), self._tokens + passed * self.limit.rate)
            self._seen = max(self._seen, now)
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class Throttles:
    """The buckets of an account; one starts full, and anew when its limit is changed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._account = Bucket(ACCOUNT_LIMIT, clock())
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._lock = Lock()

    def let_in(self, api_id: str, stage: str, route_key: str, limit: Limit | None) -> bool:
        """Whether a request may go on to its route."""
        now = self._clock()
        if limit is None:
            return self._account.take(now)
        key = api_id, stage, route_key
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None or bucket.limit != limit:
                bucket = self._buckets[key] = Bucket(limit, now)
        return bucket.take(now) and self._account.take(now)

"""A client that asks again and again while something is changed, and what it was answered.

with Load(lambda: ask(address), rate=10) as load:
    deploy()
assert load.failures == []
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.deploying.smoke import Health

MOST_KINDS: Final = 3
"""Kinds of failures that a summary tells, the most frequent first."""
AT_ONCE: Final = 32
"""Requests that may be under way; a client that waits for more has stopped asking ten times a second."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: when it was asked for, in seconds from the beginning, and what came."""

    asked: float
    health: Health


class Load:
    """Asks so many times a second, whether the answers before have come or not.

    Attributes:
        answers: All so far, in the order in which they came.
        skipped: Requests that were not made, since too many were under way.
    """

    def __init__(self, ask: Callable[[], Health], rate: float = 10.0) -> None:
        self.rate = rate
        self.answers: list[Answer] = []
        self.skipped = 0
        self._ask = ask
        self._under_way = 0
        self._ended, self._lock = Event(), Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="load")
        self._thread = Thread(target=self._go, daemon=True)

    @property
    def failures(self) -> list[Answer]:
        """Those that are not 200."""
        return [answer for answer in self.answers if not answer.health.is_well]

    @property
    def summary(self) -> str:
        """Such as `212 requests, 0 failed; median 18 ms, slowest 900 ms`."""
        if not self.answers:
            return "no request"
        times = [answer.health.milliseconds for answer in self.answers]
        left_out = f", {self.skipped} left out" if self.skipped else ""
        kinds = Counter(answer.health.found for answer in self.failures)
        failed = "; ".join(f"{count} answered {found}" for found, count in kinds.most_common(MOST_KINDS))
        return (
            f"{len(self.answers)} requests, {len(self.failures)} failed{left_out}; "
            f"median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms"
            f"{f' ({failed})' if failed else ''}"
        )

    def _go(self) -> None:
        began, number = time.monotonic(), 0
        while not self._ended.wait(max(began + number / self.rate - time.monotonic(), 0)):
            number += 1
            with self._lock:
                if self._under_way == AT_ONCE:
                    self.skipped += 1
                    continue
                self._under_way += 1
            self._pool.submit(self._request, time.monotonic() - began)

    def _request(self, asked: float) -> None:
        try:
            health = self._ask()
        finally:
            with self._lock:
                self._under_way -= 1
        with self._lock:
            self.answers.append(Answer(asked, health))

    def __enter__(self) -> Self:
        """Begin to ask."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for the answers that are still to come, and end."""
        self._ended.set()
        self._thread.join()
        self._pool.shutdown()

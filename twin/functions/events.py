"""Events that nobody waits for: tried again after errors and throttling, and sent on when given up.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from ops.errors import OperationError
from twin.errors import TwinError
from twin.functions.destinations import Destinations
from twin.functions.errors import Throttled
from twin.functions.executions import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.deployed import Deployed
    from twin.functions.metrics import Meter
    from twin.functions.outcome import Outcome
    from twin.functions.resolving import Found
    from twin.functions.retries import Retries

NOTHING_RESERVED: Final = "ZeroReservedConcurrency"
"""Why an event is given up at once whose function may not run at all.

That it is: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html; the word is LocalStack's.
"""


@dataclass(slots=True)
class Waiting:
    """An event that waits for its next try, with how often it was tried and throttled."""

    found: Found
    payload: bytes
    request_id: str = field(default_factory=lambda: str(uuid4()))
    arrived: float = field(default_factory=time.monotonic)
    tries: int = 0
    throttles: int = 0
    outcome: Outcome | None = None

    @property
    def age(self) -> float:
        """Seconds since it came."""
        return time.monotonic() - self.arrived


class Events:
    """A queue of events, each tried in a thread of its own when its time has come.

    Attributes:
        troubles: Why some could not be tried here at all, a sentence each.
    """

    def __init__(
        self,
        deployed: Deployed,
        meter: Meter,
        attempt: Callable[[Waiting], Outcome],
        retries: Retries,
    ) -> None:
        self.troubles: list[str] = []
        self._meter, self._attempt, self._retries = meter, attempt, retries
        self._destinations = Destinations(deployed, meter)
        self._queue: list[tuple[float, int, Waiting]] = []
        self._numbers = itertools.count()
        self._changed = Condition()
        self._is_closed = False
        self._threads: list[Thread] = []
        self._scheduler: Thread | None = None

    def add(self, found: Found, payload: bytes) -> str:
        """Take an event in; returns its request id. Raises DestinationUnknown."""
        self._destinations.require_known(found)
        waiting = Waiting(found, payload)
        self._meter.count(found, "AsyncEventsReceived")
        self._put(waiting, 0)
        return waiting.request_id

    def _put(self, waiting: Waiting, seconds: float) -> None:
        with self._changed:
            if self._is_closed:
                return
            heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._numbers), waiting))
            if self._scheduler is None:
                self._scheduler = Thread(target=self._work, daemon=True)
                self._scheduler.start()
            self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._is_closed and (not self._queue or self._queue[0][0] > time.monotonic()):
                    self._changed.wait(self._queue[0][0] - time.monotonic() if self._queue else None)
                if self._is_closed:
                    return
                waiting = heapq.heappop(self._queue)[2]
                self._threads = [thread for thread in self._threads if thread.is_alive()]
                thread = Thread(target=self._try, args=(waiting,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _try(self, waiting: Waiting) -> None:
        settings = self._destinations.settings(waiting.found)
        most_age = settings.get("MaximumEventAgeInSeconds") or self._retries.most_age
        if waiting.age > most_age:
            self._give_up(waiting, settings, "EventAgeExceeded")
            return
        self._meter.count(waiting.found, "AsyncEventAge", waiting.age * 1000, "Milliseconds")
        try:
            waiting.outcome = self._attempt(waiting)
        except Throttled as throttled:
            if throttled.reason == RESERVED and throttled.concurrency == 0:
                self._give_up(waiting, settings, NOTHING_RESERVED)
                return
            waiting.throttles += 1
            self._put(waiting, self._retries.after_throttling(waiting.throttles))
            return
        except (TwinError, OperationError) as error:
            self.troubles.append(f"function {waiting.found.name} was not given an event: {error}")
            return
        waiting.tries += 1
        if waiting.outcome.error is None:
            self._destinations.succeeded(waiting, settings)
        elif waiting.tries > settings.get("MaximumRetryAttempts", len(self._retries.after_errors)):
            self._give_up(waiting, settings, "RetriesExhausted")
        else:
            self._put(waiting, self._retries.after_errors[waiting.tries - 1])

    def _give_up(self, waiting: Waiting, settings: dict[str, Any], condition: str) -> None:
        self._meter.count(waiting.found, "AsyncEventsDropped")
        self._destinations.failed(waiting, settings, condition)

    def stop(self) -> None:
        """Begin with no other; those that wait are lost."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._scheduler:
            self._scheduler.join()

    def join(self) -> None:
        """Wait for those that were begun."""
        for thread in self._threads:
            thread.join()

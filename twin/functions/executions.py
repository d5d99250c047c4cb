"""How many executions of a function may be under way: what it reserves, or what all others are left.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html

At AWS an execution environment starts as soon as a request needs one, up to 1,000 of a function within ten
seconds; here few start at a time (`twin.functions.pool`), and requests wait for that. One that waits counts
for as long as it would have taken at AWS, and then no more, until it is handled after all.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from twin.functions.errors import Throttled
from twin.functions.memo import Memo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twin.deployed import Deployed

RESERVED: Final = "ReservedFunctionConcurrentInvocationLimitExceeded"
UNRESERVED: Final = "ConcurrentInvocationLimitExceeded"
"""Reasons of TooManyRequestsException.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""


START: Final = 1.0
"""Seconds of a start at AWS: under 100 ms to over a second.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""
KEPT: Final = 100
"""Of so many executions of a function it is known how long they took."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """How many there may be, of one function alone or of all that reserve nothing."""

    most: int
    is_reserved: bool

    @property
    def reason(self) -> str:
        return RESERVED if self.is_reserved else UNRESERVED


@dataclass(eq=False, slots=True)
class Execution:
    """One of a function's, which waits for an environment or is handled.

    Attributes:
        shares: Whether its function reserves nothing.
        number: How many of the function count with it, when it began.
        took: Seconds that the function had it for, once that is known.
        waits: Whether it waits for this machine.
    """

    shares: bool
    _answered: float
    """When it would have been answered at AWS, by the monotonic clock."""
    number: int = 0
    took: float | None = None
    waits: bool = False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait in this block for an environment that at AWS would start at once."""
        self.waits = True
        try:
            yield
        finally:
            self.waits = False

    @property
    def counts(self) -> bool:
        """Whether it would be under way at AWS too."""
        return not self.waits or time.monotonic() < self._answered


@dataclass(slots=True)
class _Running:
    """What is under way of a function, and the seconds that the last ones took."""

    executions: set[Execution] = field(default_factory=set)
    took: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))


class Executions:
    """Counts executions; limits are those that the account has at that moment.

    Args:
        deployed: Tells the limits.
        tell: Told, in a sentence, of a function that was throttled while others waited for this machine.
    """

    def __init__(self, deployed: Deployed, tell: Callable[[str], None] = lambda _: None) -> None:
        self._deployed, self._tell = deployed, tell
        self._limits: Memo[_Limit] = Memo(deployed.aws.account, "lambda")
        self._running: defaultdict[str, _Running] = defaultdict(_Running)
        self._lock = Lock()

    @contextmanager
    def taking(self, name: str) -> Iterator[Execution]:
        """One execution while the context lasts. Raises Throttled."""
        limit = self._limits.get(name, lambda: self._limit(name))
        with self._lock:
            running = self._running[name]
            others = [each for each in self._among(name, limit) if each.counts]
            if len(others) >= limit.most:
                if any(each.waits for each in others):
                    self._tell(_perhaps_not(name))
                raise Throttled(name, limit.most, limit.reason)
            execution = Execution(not limit.is_reserved, _answered(running))
            running.executions.add(execution)
            execution.number = sum(each.counts for each in running.executions)
        try:
            yield execution
        finally:
            with self._lock:
                running.executions.discard(execution)
                if execution.took is not None:
                    running.took.append(execution.took)

    def _among(self, name: str, limit: _Limit) -> Iterator[Execution]:
        """Those that share a limit."""
        if limit.is_reserved:
            yield from self._running[name].executions
        else:
            for running in self._running.values():
                yield from (each for each in running.executions if each.shares)

    def _limit(self, name: str) -> _Limit:
        told = self._deployed.call("lambda", "get_function_concurrency", FunctionName=name)
        reserved = told.get("ReservedConcurrentExecutions")
        if reserved is not None:
            return _Limit(int(reserved), is_reserved=True)
        account = self._deployed.call("lambda", "get_account_settings")["AccountLimit"]
        return _Limit(int(account["UnreservedConcurrentExecutions"]), is_reserved=False)


def _answered(running: _Running) -> float:
    """When one that has to wait would be answered at AWS: never, where nobody knows how long it takes."""
    return time.monotonic() + START + max(running.took) if running.took else math.inf


def _perhaps_not(name: str) -> str:
    return (
        f"function {name} was throttled while requests waited for this machine to start environments, "
        "which AWS would have begun at once: there it may not be"
    )

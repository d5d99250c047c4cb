"""How many executions of a function may be under way: what it reserves, or what all others are left.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from twin.functions.errors import Throttled
from twin.functions.memo import Memo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.deployed import Deployed

RESERVED: Final = "ReservedFunctionConcurrentInvocationLimitExceeded"
UNRESERVED: Final = "ConcurrentInvocationLimitExceeded"
"""Reasons of TooManyRequestsException.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""


@dataclass(frozen=True, slots=True)
class _Limit:
    """How many there may be, of one function alone or of all that reserve nothing."""

    most: int
    is_reserved: bool

    @property
    def reason(self) -> str:
        return RESERVED if self.is_reserved else UNRESERVED


class Executions:
    """Counts executions; limits are those that the account has at that moment."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        self._limits: Memo[_Limit] = Memo(deployed.aws.account, "lambda")
        self._running: Counter[str] = Counter()
        self._unreserved = 0
        self._lock = Lock()

    @contextmanager
    def taking(self, name: str) -> Iterator[int]:
        """One execution while the context lasts; gives how many of the function there are with it.

        Raises Throttled.
        """
        limit = self._limits.get(name, lambda: self._limit(name))
        shared = 0 if limit.is_reserved else 1
        with self._lock:
            if (self._running[name] if limit.is_reserved else self._unreserved) >= limit.most:
                raise Throttled(name, limit.most, limit.reason)
            self._running[name] += 1
            self._unreserved += shared
            running = self._running[name]
        try:
            yield running
        finally:
            with self._lock:
                self._running[name] -= 1
                self._unreserved -= shared

    def _limit(self, name: str) -> _Limit:
        told = self._deployed.call("lambda", "get_function_concurrency", FunctionName=name)
        reserved = told.get("ReservedConcurrentExecutions")
        if reserved is not None:
            return _Limit(int(reserved), is_reserved=True)
        account = self._deployed.call("lambda", "get_account_settings")["AccountLimit"]
        return _Limit(int(account["UnreservedConcurrentExecutions"]), is_reserved=False)

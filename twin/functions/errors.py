"""Why a function is not run at all.

TwinError
└── FunctionsError           an InvocationError as well
    ├── Throttled            as many of its executions are under way as may be
    ├── NotInvocable         Lambda would refuse: no such function or version, or it is not active
    ├── NotRunnable          AWS could run it, this machine can't
    ├── NotOpen              nothing runs any more: the twin is being closed
    └── DestinationUnknown   events that fail would go where the twin has nothing

What a function does itself is no error here: `twin.functions.Outcome` tells it.
"""

from __future__ import annotations

from typing import Any

from twin import invocation
from twin.errors import TwinError


class FunctionsError(TwinError, invocation.InvocationError):
    """A function is not run."""


class Throttled(FunctionsError, invocation.Throttled):
    """As many executions are under way as may be; Lambda answers 429, TooManyRequestsException.

    Attributes:
        reason: As TooManyRequestsException tells it, such as `ConcurrentInvocationLimitExceeded`.
    """

    def __init__(self, function: str, limit: int, reason: str) -> None:
        self.function_name, self.concurrency, self.reason = function, limit, reason
        Exception.__init__(
            self,
            f"function {function} is throttled: {limit} executions may be under way ({reason}); "
            "try again when one of them is done, or raise the limit",
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made."""
        return type(self), (self.function_name, self.concurrency, self.reason)


class NotInvocable(FunctionsError):
    """Lambda would refuse to invoke it.

    Attributes:
        code: Lambda's error, such as `ResourceNotFoundException`.
        status: Its HTTP status.
    """

    def __init__(self, function: str, found: str, code: str, status: int) -> None:
        self.function, self.found, self.code, self.status = function, found, code, status
        super().__init__(
            f"function {function} can't be invoked: {found}; deploy it, or name another ({code})"
        )


class NotRunnable(FunctionsError):
    """AWS could run it; this machine can't."""

    def __init__(self, function: str, found: str, advice: str) -> None:
        self.function, self.found = function, found
        super().__init__(f"function {function} can't run on this machine: {found}; {advice}")


class NotOpen(FunctionsError):
    """Nothing runs any more; who still asks comes too late."""

    def __init__(self, function: str) -> None:
        self.function = function
        super().__init__(f"function {function} runs no more: its twin is closed; open another")


class DestinationUnknown(FunctionsError):
    """Events that fail, or results, would go to something that the twin has nothing of."""

    def __init__(self, function: str, arn: str) -> None:
        self.function, self.arn = function, arn
        super().__init__(
            f"function {function} sends what becomes of its events to {arn}, which the twin can't; "
            "name a queue of SQS or a topic of SNS"
        )

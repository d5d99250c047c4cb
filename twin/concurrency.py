"""A function with as many execution environments as it needs, up to its concurrency."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from twin.environment import ExecutionEnvironment
from twin.invocation import Throttled

if TYPE_CHECKING:
    from twin.configuration import Configuration


class Function:
    """Hands each event to an idle environment, or to a new one; above its concurrency it throttles.

    Attributes:
        environments: All that there are, the oldest first.
    """

    def __init__(self, configuration: Configuration, *, concurrency: int = 1) -> None:
        self.configuration, self.concurrency = configuration, concurrency
        self.environments: list[ExecutionEnvironment] = []
        self._idle: list[ExecutionEnvironment] = []
        self._lock = threading.Lock()

    def invoke(self, event: Any) -> Any:
        """Have an event handled.

        Raises:
            Throttled: All environments are at work.
            InvocationError: As `ExecutionEnvironment.invoke`.
        """
        environment = self._take()
        try:
            return environment.invoke(event)
        finally:
            with self._lock:
                self._idle.append(environment)

    __call__ = invoke

    def _take(self) -> ExecutionEnvironment:
        with self._lock:
            if self._idle:
                # The one that worked last: the others may grow old, as at AWS.
                return self._idle.pop()
            if len(self.environments) == self.concurrency:
                raise Throttled(self.configuration.name, self.concurrency)
            environment = ExecutionEnvironment(self.configuration)
            self.environments.append(environment)
            return environment

    def close(self) -> None:
        """End every environment, each once it has handled what it handles."""
        for environment in self.environments:
            environment.close()

    def __enter__(self) -> Self:
        """Itself; environments start when there are events."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

"""An AWS whose calls are counted, one of which is lost: before it arrives, or its answer on the way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import EndpointConnectionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.aws import Connect

READING = ("describe", "get", "head", "list")


@dataclass(slots=True)
class Failing:
    """Gives clients whose calls `wanted` picks; the one of that number fails, once.

    Attributes:
        connect: Gives the clients that really ask.
        number: Which call fails, counted from 0; None for none.
        is_answer_lost: Whether it is carried out all the same.
        after: Called after each call that is picked.
    """

    connect: Connect
    number: int | None = None
    is_answer_lost: bool = False
    after: Callable[[], None] = lambda: None
    wanted: Callable[[str], bool] = lambda name: not name.startswith(READING)
    calls: list[str] = field(default_factory=list)

    def __call__(self, service: str) -> Any:
        """A client of a service."""
        return _Client(self.connect(service), self)

    def called(self, name: str, call: Callable[[], Any]) -> Any:
        """Carry out a call, unless it is the one to fail."""
        if not self.wanted(name):
            return call()
        is_the_one = len(self.calls) == self.number
        self.calls.append(name)
        answer = None if is_the_one and not self.is_answer_lost else call()
        self.after()
        if is_the_one:
            raise EndpointConnectionError(endpoint_url="https://aws.example")
        return answer


class _Client:
    def __init__(self, client: Any, failing: Failing) -> None:
        self._client, self._failing = client, failing

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in {"exceptions", "get_paginator", "meta"}:
            return found
        return lambda **arguments: self._failing.called(name, lambda: found(**arguments))

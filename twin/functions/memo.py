"""Keeps what was made of an account's state until that changes."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from twin.aws.changes import changes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class Memo(Generic[T]):
    """Values by key; several threads may make the same one at once, and the last stays.

    Args:
        account: Whose state it is.
        services: Whose changes count, named as by boto3.
    """

    def __init__(self, account: str, *services: str) -> None:
        self._account, self._services = account, services
        self._seen = -1
        self._values: dict[Hashable, T] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for a key, or is made now."""
        changes = changes_of(self._account, *self._services)
        with self._lock:
            if changes != self._seen:
                self._values.clear()
                self._seen = changes
            if key in self._values:
                return self._values[key]
        value = make()
        with self._lock:
            if changes == self._seen:
                self._values[key] = value
        return value

"""Turns a request to end (SIGTERM, as containers and shells send it) into an exception."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived. A kind of KeyboardInterrupt, since on those psycopg cancels what the server does."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise `Terminated` in this block when SIGTERM arrives; only the main thread can be asked so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def number_of(stop: KeyboardInterrupt) -> int:
    """Which signal it was."""
    return signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated

"""By which address the local AWS is being asked, for answers that hold addresses of its own."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASKED: Final[ContextVar[str | None]] = ContextVar("asked", default=None)


@contextmanager
def asked_at(endpoint: str) -> Iterator[None]:
    """Whatever is answered meanwhile, in this thread, is answered to somebody who asks there."""
    token = _ASKED.set(endpoint)
    try:
        yield
    finally:
        _ASKED.reset(token)


def asked() -> str | None:
    """Where the question came in, such as `http://127.0.0.1:4566`; None for one within the process."""
    return _ASKED.get()

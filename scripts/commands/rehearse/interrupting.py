"""Ctrl-C and SIGTERM end a rehearsal once: whoever presses it again does not disturb what is being ended."""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.migrator.signals import Terminated
from scripts.ending import SIGNALLED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

GRACE: Final = 10.0
"""Seconds in which all that runs here is ended, usually two; who asks again after them need not wait."""
ALREADY: Final = f"ending what runs here; after {GRACE:.0f} s, Ctrl-C again ends it at once\n"
"""What is said to whoever presses it twice."""
LONGEST: Final = 20.0
"""Seconds from the first signal on after which the process ends at once, though nobody asks again."""
STANDARD_ERROR: Final = 2


@dataclass(slots=True)
class Stopping:
    """What becomes of a signal that asks to end.

    A second exception would break off the first one's way out: servers and threads that it was about to end
    would be waited for, for ever, at the end of the process.
    """

    _raises: bool = True
    _since: float | None = None
    """When it was first asked, by the monotonic clock."""
    _has_told: bool = False

    @property
    def was_asked(self) -> bool:
        """Whether there was a signal."""
        return self._since is not None

    @contextmanager
    def until_here(self) -> Iterator[None]:
        """Let a signal raise in this block at the latest: what is ended after it is ended in whole."""
        try:
            yield
        finally:
            self._raises = False

    def asked(self, number: int, _frame: FrameType | None) -> None:
        """Raise for the first signal; end the process for one that comes when that takes too long.

        Whatever the process has started, and its folders, then go with it (see `twin.keeping`).
        """
        now = time.monotonic()
        before, self._since = self._since, now if self._since is None else self._since
        if before is None:
            # by the system's clock: a thread can't be started amid whatever the signal has come into
            signal.signal(signal.SIGALRM, lambda *_: os._exit(SIGNALLED + number))
            signal.setitimer(signal.ITIMER_REAL, LONGEST)
        if self._raises:
            self._raises = False
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        if before is None:
            return
        if now - before > GRACE:
            os._exit(SIGNALLED + number)
        if not self._has_told:
            self._has_told = True
            # not by print: the signal may have come amid one
            os.write(STANDARD_ERROR, ALREADY.encode())


@contextmanager
def stoppable() -> Iterator[Stopping]:
    """Have signals raise in this block, the first of them alone; only the main thread can be asked so.

    Once there was one the process is at its end, so that they are heeded no more, not even afterwards. SIGINT
    that is ignored, as in the background of a shell, stays so.
    """
    stopping = Stopping()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stopping.asked)
    try:
        yield stopping
    finally:
        if stopping.was_asked:
            atexit.register(_ignore)
        else:
            for number, handler in before.items():
                signal.signal(number, handler)


def _ignore() -> None:
    """Heed signals no more: the interpreter, which ends, would set its own handlers back, and be killed."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)

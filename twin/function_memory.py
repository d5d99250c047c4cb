"""How much memory a process holds, and who holds more than it may; where the system tells, as Linux does."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition, Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.function_keep import Program

PROC: Final = Path("/proc")
EVERY: Final = 0.01
"""Seconds between two looks."""
REST: Final = 1.0
"""Seconds without anybody to look at after which nothing is looked for until there is."""
MEGABYTE: Final = 1 << 20
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def peak_mb(pid: int) -> int:
    """Most memory that a process has held so far, in MB; 0 where the system does not tell."""
    try:
        status = Path(PROC, str(pid), "status").read_text(encoding="utf-8")
    except OSError:
        return 0
    peak = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return -(-int(peak[0].split()[1]) // 1024) if peak else 0


def held_bytes(pid: int) -> int:
    """What a process and all that it has started hold now; 0 where the system does not tell."""
    held = 0
    with suppress(OSError, ValueError, IndexError):
        held = int(Path(PROC, str(pid), "statm").read_text(encoding="ascii").split()[1]) * _PAGE
    return held + sum(held_bytes(child) for child in _children(pid))


def descendants(pid: int) -> list[int]:
    """All that a process has started, and what that has started; nothing where the system does not tell."""
    return [each for child in _children(pid) for each in (child, *descendants(child))]


def _children(pid: int) -> list[int]:
    """Processes that any thread of a process has started."""
    found = []
    with suppress(OSError):
        for thread in Path(PROC, str(pid), "task").iterdir():
            found += [int(child) for child in (thread / "children").read_text(encoding="ascii").split()]
    return found


class Watched:
    """A program while it is looked at.

    Attributes:
        was_killed: Whether it held more than it may.
    """

    def __init__(self, program: Program, limit_mb: int) -> None:
        self.program, self.limit = program, limit_mb * MEGABYTE
        self.was_killed = False

    def look(self) -> None:
        """Kill it if it holds too much."""
        self.program.held = max(self.program.held, held_bytes(self.program.pid))
        if self.program.held > self.limit and not self.was_killed:
            self.was_killed = True
            self.program.kill()


class MemoryWatch:
    """Looks at programs at work from a thread of its own, and kills those that hold more than they may."""

    def __init__(self) -> None:
        self._watched: set[Watched] = set()
        self._changed = Condition()
        self._is_resting = self._is_closed = False
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    @contextmanager
    def watching(self, program: Program, limit_mb: int) -> Iterator[Watched]:
        """Look at a program until the context ends."""
        watched = Watched(program, limit_mb)
        watched.look()
        with self._changed:
            self._watched.add(watched)
            if self._is_resting:
                self._changed.notify()
        try:
            yield watched
        finally:
            with self._changed:
                self._watched.discard(watched)

    def _look(self) -> None:
        busy_until = 0.0
        while True:
            with self._changed:
                if self._watched:
                    busy_until = time.monotonic() + REST
                elif time.monotonic() > busy_until:
                    self._is_resting = True
                    self._changed.wait_for(lambda: self._watched or self._is_closed)
                    self._is_resting = False
                if self._is_closed:
                    return
                watched = list(self._watched)
            for each in watched:
                each.look()
            time.sleep(EVERY)

    def close(self) -> None:
        """Look at nobody any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

"""The execution environments of all functions: reused, the one that worked last first, and replaced."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from contextlib import nullcontext
from functools import partial
from threading import Condition, Lock, Thread
from typing import TYPE_CHECKING, Final

from twin.functions.errors import NotOpen

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from twin.functions.resolving import Found
    from twin.functions.sandbox import Sandbox

    Key = tuple[str, str, str]
    """Function, version, and the digest of what it is made from."""

KEPT: Final = 300.0
"""Seconds after which an idle environment is ended; Lambda tells no number."""
AT_ONCE: Final = max((os.cpu_count() or 1) // 2, 1)
"""Environments of a function that start at a time.

More would take the processors from one another, and the first would be ready late. At AWS each has its own.
"""


class Pool:
    """Lends environments; one whose function has changed is ended when it comes back, and before it is lent.

    Args:
        make: Makes a new one, which calls what it is given once it has started, or failed to.
    """

    def __init__(self, make: Callable[[Found, Callable[[], None]], Sandbox]) -> None:
        self._make = make
        self._idle: dict[tuple[str, str], list[Sandbox]] = defaultdict(list)
        self._digests: dict[tuple[str, str], str] = {}
        self._lent: set[Sandbox] = set()
        self._starting: Counter[str] = Counter()
        self._endings: set[Thread] = set()
        self._is_closed = False
        self._lock = Lock()
        self._returned = Condition(self._lock)

    def take(
        self, found: Found, waiting: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> Sandbox:
        """An idle environment of a version as it is now, or a new one.

        Where as many of the function start as may at a time, it is waited, within the context that `waiting`
        makes, until one has, or comes back. Raises NotOpen once the pool is closed.
        """
        with self._lock:
            while True:
                if self._is_closed:
                    raise NotOpen(found.name)
                if idle := self._idle_of(found):
                    sandbox = idle.pop()
                    self._lent.add(sandbox)
                    return sandbox
                if self._starting[found.name] < AT_ONCE:
                    self._starting[found.name] += 1
                    break
                with waiting():
                    self._returned.wait()
        try:
            made = self._make(found, partial(self._has_started, found.name))
        except BaseException:
            self._has_started(found.name)
            raise
        return self._lend_new(made)

    def _idle_of(self, found: Found) -> list[Sandbox]:
        """The idle ones of a version as it is now; those that it was made from before are ended."""
        place = (found.name, found.version)
        idle = self._idle[place]
        if self._digests.get(place) != found.digest:
            self._digests[place] = found.digest
            self._end(idle)
            idle.clear()
        return idle

    def _has_started(self, name: str) -> None:
        """Let the next one of a function start."""
        with self._lock:
            self._starting[name] -= 1
            self._returned.notify_all()

    def _lend_new(self, sandbox: Sandbox) -> Sandbox:
        with self._lock:
            self._lent.add(sandbox)
            if self._is_closed:
                sandbox.interrupt()
            return sandbox

    def give_back(self, sandbox: Sandbox) -> None:
        """Take an environment back."""
        name, version, digest = sandbox.key
        with self._lock:
            self._lent.discard(sandbox)
            if self._is_closed or sandbox.is_broken or self._digests.get((name, version)) != digest:
                self._end([sandbox])
            else:
                self._idle[name, version].append(sandbox)
            self._end_old()
            self._returned.notify_all()

    def prune(self, is_current: Callable[[Key], bool]) -> None:
        """End those of functions and versions that are gone or have changed; lent ones when they are back."""
        with self._lock:
            held = {each.key for found in (*self._idle.values(), self._lent) for each in found}
        gone = {key for key in held if not is_current(key)}
        with self._lock:
            for name, version, digest in gone:
                place = (name, version)
                if self._digests.get(place) == digest:
                    del self._digests[place]
                    self._end(self._idle.pop(place, []))

    def _end_old(self) -> None:
        """End those that nobody has needed for long; the oldest of each stand first."""
        before = time.monotonic() - KEPT
        for idle in self._idle.values():
            while idle and idle[0].idle_since < before:
                self._end([idle.pop(0)])

    def _end(self, sandboxes: list[Sandbox]) -> None:
        """Have some ended, without waiting for it."""
        self._endings = {thread for thread in self._endings if thread.is_alive()}
        for sandbox in sandboxes:
            thread = Thread(target=sandbox.close)
            thread.start()
            self._endings.add(thread)

    def close(self) -> None:
        """End all, also those that are at work: their invocations fail."""
        with self._lock:
            self._is_closed = True
            self._returned.notify_all()
            for idle in self._idle.values():
                self._end(idle)
            self._idle.clear()
            for sandbox in self._lent:
                sandbox.interrupt()
            self._returned.wait_for(lambda: not self._lent)
            endings = tuple(self._endings)
        for thread in endings:
            thread.join()

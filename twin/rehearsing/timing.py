"""Times the steps of a rehearsal, those of a deployment within it as well."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ops.stack import Event


@dataclass(frozen=True, slots=True)
class Step:
    """A step that has ended: what came of it, and the seconds it took."""

    name: str
    found: str
    seconds: float
    succeeded: bool = True


class Steps:
    """Takes the time of each step; it is told by a deployment too, as its reporter.

    Attributes:
        ended: The steps so far, in the order in which they ended.
        said: What a deployment said besides.
    """

    def __init__(self, tell: Callable[[Step], None] = lambda _: None) -> None:
        self.ended: list[Step] = []
        self.said: list[str] = []
        self._tell = tell
        self._began: dict[str, float] = {}
        self._lock = Lock()

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """A step; what is put into the list is what came of it. One that raises is not told."""
        self.stage(name)
        found: list[str] = []
        yield found
        self.stage_done(name, "; ".join(found))

    def expect(self, steps: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Pass it over: a step is told when it ends."""

    def stage(self, name: str) -> None:
        """Begin to take the time of a step."""
        with self._lock:
            self._began[name] = time.monotonic()

    def stage_done(self, name: str, sentence: str) -> None:
        """Tell a step that has ended."""
        self.end(name, sentence, succeeded=True)

    def begin(self, stack: str, changes: Sequence[dict[str, Any]]) -> None:
        """Begin to take the time of a stack."""
        del changes
        self.stage(stack)

    def event(self, event: Event) -> None:
        """Pass it over."""

    def end(self, stack: str, sentence: str, *, succeeded: bool) -> None:
        """Tell a stack that has ended; one that had nothing to do took no time."""
        now = time.monotonic()
        with self._lock:
            step = Step(stack, sentence, now - self._began.pop(stack, now), succeeded)
            self.ended.append(step)
        self._tell(step)

    def say(self, sentence: str) -> None:
        """Keep it for whoever asks."""
        self.said.append(sentence)

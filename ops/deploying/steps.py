"""Runs steps that need one another, those that don't side by side."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WAKING: Final = 0.5
"""Seconds; else a Ctrl-C just before the main thread falls asleep would be seen when a step ends only."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do once the steps that it needs are done; needs that are no step count as done."""

    name: str
    needs: frozenset[str]
    run: Callable[[], None]


class Stopped(Exception):
    """Raised in a step's pause when the whole is being stopped."""


class Pauses:
    """Pauses that end at once when the whole is to stop: call it with seconds."""

    def __init__(self) -> None:
        self._stop = Event()

    def __call__(self, seconds: float) -> None:
        """Wait; raises Stopped when `stop` was called, or is meanwhile."""
        if self._stop.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """End all pauses."""
        self._stop.set()


def run_steps(steps: Sequence[Step], stop: Callable[[], None] = lambda: None) -> None:
    """Run each step as soon as those that it needs are done.

    After the first error no step begins any more; those at work are waited for, and that error is raised.
    Ctrl-C calls `stop`, which is to end the steps' pauses, and is raised when they have ended.
    """
    waiting = list(steps)
    names = {step.name for step in steps}
    done: set[str] = set()
    running: dict[Future[None], Step] = {}
    error: BaseException | None = None
    with ThreadPoolExecutor(max_workers=max(len(steps), 1)) as pool:
        try:
            while running or (waiting and error is None):
                if error is None:
                    ready = [step for step in waiting if step.needs & names <= done]
                    waiting = [step for step in waiting if step not in ready]
                    running |= {pool.submit(step.run): step for step in ready}
                finished, _ = wait(running, WAKING, FIRST_COMPLETED)
                for future in finished:
                    step = running.pop(future)
                    failure = future.exception()
                    if failure is None:
                        done.add(step.name)
                    error = error or failure
        except BaseException:
            stop()
            raise
    if error is not None:
        raise error

"""Shows a deployment as it goes on: a picture kept up to date, or lines where there is no terminal."""

from __future__ import annotations

import os
import sys
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TextIO

from scripts.commands.deploy.board import Board, clock, short_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ops.stack import Event


class Lines:
    """A line for each step and each resource when nothing goes on with it: good in the log of a pipeline."""

    def __init__(self, stream: TextIO | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._now = stream or sys.stderr, now
        self._board, self._lock, self._start = Board(), Lock(), now()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """End: all is told already."""

    def expect(self, steps: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Note the steps to come."""
        self._board.expect(steps)

    def stage(self, name: str) -> None:
        """Tell that a step which is no stack begins."""
        with self._lock:
            self._board.begin(name, self._now())
            self._line(name, "begins")

    def stage_done(self, name: str, sentence: str) -> None:
        """Tell what came of it."""
        self.end(name, sentence, succeeded=True)

    def begin(self, stack: str, changes: Sequence[dict[str, Any]]) -> None:
        """Tell that a stack's change set is executed."""
        with self._lock:
            self._board.begin(stack, self._now(), changes)
            self._line(stack, f"begins: {counted(len(changes))}")

    def event(self, event: Event) -> None:
        """Tell that nothing goes on with a resource any more."""
        with self._lock:
            resource = self._board.event(event, self._now())
            if resource is None or not resource.is_final:
                return
            step = self._board.steps[short_name(event.stack)]
            count = f"{step.settled}/{step.expected}  " if step.expected else ""
            reason = f"  {resource.reason}" if resource.reason else ""
            took = clock(resource.at - resource.since)
            self._line(
                step.name, f"{count}{resource.logical_id}  {resource.kind}  {resource.status}  {took}{reason}"
            )

    def end(self, stack: str, sentence: str, *, succeeded: bool) -> None:
        """Tell what came of a stack."""
        with self._lock:
            step = self._board.end(stack, self._now(), sentence, succeeded=succeeded)
            mark = "" if succeeded else "FAILED  "
            self._line(stack, f"{mark}{sentence}  {clock(step.elapsed(self._now()))}")

    def say(self, sentence: str) -> None:
        """Tell anything else."""
        with self._lock:
            self._line("", sentence)

    def _line(self, name: str, text: str) -> None:
        """Write a line with the time since the start, and whose it is: several stacks are told at once."""
        self._stream.write(f"{clock(self._now() - self._start):>9}  {name:<14}{printable(text)}\n")
        self._stream.flush()


def progress(stream: TextIO | None = None) -> Any:
    """The picture in a terminal that can show it, else lines; a context manager and a `Reporter`."""
    stream = stream or sys.stderr
    if stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR"):
        from scripts.commands.deploy.picture import Picture

        return Picture(stream)
    return Lines(stream)


def counted(changes: int) -> str:
    """`1 change`, `12 changes`."""
    return "1 change" if changes == 1 else f"{changes} changes"


def printable(text: str) -> str:
    """Without what a terminal would take for a command."""
    return "".join(letter if letter.isprintable() else " " for letter in text)

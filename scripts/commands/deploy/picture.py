"""A deployment as a picture in a terminal: a line for each step, and one for each resource under way."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scripts.commands.deploy.board import Board, Resource, State, Step, clock
from scripts.commands.deploy.progress import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from ops.stack import Event

MARKS: Final = {
    State.WAITING: ("·", "dim"),
    State.RUNNING: ("▸", "bold cyan"),
    State.DONE: ("✓", "green"),
    State.FAILED: ("✗", "bold red"),
}
DOING: Final = {
    "CREATE_IN_PROGRESS": "being created",
    "UPDATE_IN_PROGRESS": "being updated",
    "DELETE_IN_PROGRESS": "being deleted",
    "IMPORT_IN_PROGRESS": "being imported",
}
FEWEST: Final = 3
"""Resources under way that a stack may show, however low the terminal."""
PER_SECOND: Final = 4
BAR: Final = 12


class Picture:
    """Told by the deployment, and drawn some times a second; what is said scrolls away above it."""

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._console = Console(file=stream, highlight=False)
        self._now, self._board, self._lock = now, Board(), Lock()
        self._live = Live(
            console=self._console, get_renderable=self.render, refresh_per_second=PER_SECOND, transient=False
        )

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Draw for the last time, and leave it standing."""
        self._live.stop()

    def expect(self, steps: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Show the steps to come."""
        with self._lock:
            self._board.expect(steps)

    def stage(self, name: str) -> None:
        """Show that a step which is no stack begins."""
        with self._lock:
            self._board.begin(name, self._now())

    def stage_done(self, name: str, sentence: str) -> None:
        """Show what came of it."""
        self.end(name, sentence, succeeded=True)

    def begin(self, stack: str, changes: Sequence[dict[str, Any]]) -> None:
        """Show that a stack's change set is executed."""
        with self._lock:
            self._board.begin(stack, self._now(), changes)

    def event(self, event: Event) -> None:
        """Show what happened to a resource."""
        with self._lock:
            self._board.event(event, self._now())

    def end(self, stack: str, sentence: str, *, succeeded: bool) -> None:
        """Show what came of a stack."""
        with self._lock:
            self._board.end(stack, self._now(), sentence, succeeded=succeeded)

    def say(self, sentence: str) -> None:
        """Write a line above the picture."""
        self._console.print(Text(printable(sentence), style="dim"))

    def render(self) -> RenderableType:
        """The picture as it is now."""
        with self._lock:
            now = self._now()
            room = max(self._console.height - len(self._board.steps) - 2, FEWEST)
            return Group(*self._steps(now, room))

    def _steps(self, now: float, room: int) -> Iterator[RenderableType]:
        running = [step for step in self._board.steps.values() if step.state is State.RUNNING]
        left = {step.name for step in self._board.steps.values() if step.state is not State.DONE}
        for step in self._board.steps.values():
            yield _heading(step, step.needs & left, now)
            for failure in step.failures:
                yield _failure(failure)
            if step.state is State.RUNNING:
                yield from _under_way(step, now, max(room // len(running), FEWEST))


def _heading(step: Step, waits_for: frozenset[str], now: float) -> Table:
    mark, style = MARKS[step.state]
    row = _row((2, None), (15, None), (None, None), (11, "right"))
    time_taken = "" if step.began is None else clock(step.elapsed(now))
    row.add_row(
        Text(mark, style),
        Text(step.name, "" if step.state is State.WAITING else "bold"),
        _standing(step, waits_for),
        Text(time_taken, "dim"),
    )
    return row


def _standing(step: Step, waits_for: frozenset[str]) -> Text:
    if step.state is State.WAITING:
        return Text(f"waits for {', '.join(sorted(waits_for))}" if waits_for else "", "dim")
    if step.state is State.RUNNING and step.expected:
        done = min(step.settled, step.expected)
        filled = BAR * done // step.expected
        bar = Text("━" * filled, "cyan") + Text("━" * (BAR - filled), "dim")
        return bar + Text(f"  {done} of {step.expected}")
    return Text(printable(step.sentence), "red" if step.state is State.FAILED else "dim")


def _under_way(step: Step, now: float, most: int) -> Iterator[RenderableType]:
    going = list(step.under_way())
    for resource in going[:most]:
        row = _row((2, None), (1, None), (27, None), (17, None), (None, None), (11, "right"))
        told = resource.reason or DOING.get(resource.status, resource.status)
        row.add_row(
            "",
            "",
            Text(resource.logical_id),
            Text(resource.kind, "dim"),
            Text(printable(told), "dim"),
            Text(clock(now - resource.since), "dim"),
        )
        yield row
    if len(going) > most:
        yield Text(f"   and {len(going) - most} more", "dim")


def _failure(resource: Resource) -> RenderableType:
    reason = printable(resource.reason) or "no reason is given"
    return Padding(Text(f"{resource.logical_id}  {resource.status}: {reason}", "red"), (0, 1, 0, 5))


def _row(*columns: tuple[int | None, Any]) -> Table:
    """One line as wide as the terminal, whose columns stand under one another in all of them."""
    row = Table.grid(expand=True, padding=(0, 1, 0, 0))
    for width, justify in columns:
        row.add_column(
            width=width, ratio=1 if width is None else None, justify=justify or "left", no_wrap=True
        )
    return row

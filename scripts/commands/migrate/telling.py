"""Tells on standard error how a migration run goes: one living line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
from contextlib import suppress
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from runtime.migrator.progress import Progress
from scripts.commands.migrate.tables import duration

if TYPE_CHECKING:
    from typing import TextIO

    from runtime.migrator.files import Migration


class Telling(Progress):
    """Progress for people and for logs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._living = stream.isatty()
        self._open = False
        self._labels: dict[int, str] = {}
        self._lock = threading.Lock()

    def say(self, sentence: str) -> None:
        """Print a line."""
        self._line(sentence)

    def begin(self, migration: Migration, number: int, total: int) -> None:
        """Show on a terminal what is running."""
        self._labels[migration.version] = (
            f"{number:{len(str(total))}}/{total}  {migration.version}  {migration.description:<44}"
        )
        if self._living:
            self._show(f"  {self._labels[migration.version]} …")

    def running(self, migration: Migration, seconds: float) -> None:
        """Count on a terminal how long it has been running."""
        if self._living:
            self._show(f"  {self._labels[migration.version]} … {duration(seconds)}")

    def end(self, migration: Migration, nanoseconds: int) -> None:
        """Print that it is applied."""
        self._line(f"  {self._labels[migration.version]}  {duration(nanoseconds / 1e9)}")

    def clear(self) -> None:
        """Take the living line away, so that what comes next stands alone."""
        self._write("")

    def _line(self, text: str) -> None:
        self._write(text + "\n")

    def _show(self, text: str) -> None:
        fitting = text[: get_terminal_size().columns - 1]  # a line that wraps could not be wiped
        self._write(fitting, stays_open=True)

    def _write(self, text: str, *, stays_open: bool = False) -> None:
        """Write in place of the living line. That nobody listens any more stops no run."""
        with self._lock, suppress(OSError):
            wiped = "\r\x1b[2K" if self._open else ""
            self._open = stays_open
            self._stream.write(wiped + text)
            self._stream.flush()

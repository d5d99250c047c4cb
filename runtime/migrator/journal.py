"""A run's progress as lines of the function's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime import journal
from runtime.migrator.progress import Progress

if TYPE_CHECKING:
    from runtime.migrator.files import Migration

FIRST_WORD: Final = 10.0
"""Seconds that a migration runs before a line says so; the next one after twice as long, and so on."""


class Journal(Progress, journal.Journal):
    """A log that is also told how a run goes on."""

    _next_word = FIRST_WORD

    def say(self, sentence: str) -> None:
        """Write a sentence, at the level that its first word asks for."""
        self.write("WARN" if sentence.startswith("warning: ") else "INFO", sentence)

    def begin(self, migration: Migration, number: int, total: int) -> None:
        """Write that a migration begins."""
        self._next_word = FIRST_WORD
        self.write("INFO", "migration begins", **_named(migration), number=number, total=total)

    def running(self, migration: Migration, seconds: float) -> None:
        """Write that it is still running, ever more seldom."""
        if seconds >= self._next_word:
            self._next_word *= 2
            self.write("INFO", "migration runs", **_named(migration), seconds=round(seconds, 1))

    def end(self, migration: Migration, nanoseconds: int) -> None:
        """Write that it is applied."""
        self.write("INFO", "migration applied", **_named(migration), seconds=nanoseconds / 1e9)


def _named(migration: Migration) -> dict[str, Any]:
    return {"version": migration.version, "description": migration.description}

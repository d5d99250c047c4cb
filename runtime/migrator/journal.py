"""Writes what the function does as lines of JSON, in which no secret stands.

Lambda takes a line as it is when it is an object with `level` and `timestamp` (RFC 3339):
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

from __future__ import annotations

import json
import threading
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from runtime.migrator.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from runtime.migrator.files import Migration

LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
HIDDEN: Final = "***"
FIRST_WORD: Final = 10.0
"""Seconds that a migration runs before a line says so; the next one after twice as long, and so on."""


class Journal(Progress):
    """Progress as lines of a log. `fields` stand in each, `secrets` in none."""

    def __init__(
        self, stream: TextIO, level: str, fields: Mapping[str, Any], secrets: Iterable[str] = ()
    ) -> None:
        self._stream, self._fields = stream, dict(fields)
        self._least = LEVELS.index(level)
        # the longest first: one may be a part of another
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        self._next_word = FIRST_WORD
        self._lock = threading.Lock()

    def hide(self, text: str) -> str:
        """The text with every secret made unreadable."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

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

    def fault(self, error: BaseException) -> None:
        """Write what nobody expected, with its traceback."""
        self.write(
            "ERROR", str(error), kind=type(error).__name__, traceback=traceback.format_exception(error)
        )

    def write(self, level: str, message: str, **more: Any) -> None:
        """Write a line, if its level is wanted."""
        if LEVELS.index(level) < self._least:
            return
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"timestamp": moment, "level": level, "message": message} | self._fields | more
        text = json.dumps(_hidden(line, self), ensure_ascii=False) + "\n"
        with self._lock:
            self._stream.write(text)
            self._stream.flush()


def _named(migration: Migration) -> dict[str, Any]:
    return {"version": migration.version, "description": migration.description}


def _hidden(value: Any, journal: Journal) -> Any:
    """What JSON holds, without secrets: before it is written, since JSON spells some characters otherwise."""
    if isinstance(value, str):
        return journal.hide(value)
    if isinstance(value, dict):
        return {key: _hidden(each, journal) for key, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each, journal) for each in value]
    return value

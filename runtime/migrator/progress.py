"""How a run tells what it does: silent here, printed by the command, logged by the function."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from psycopg.rows import dict_row

from runtime.migrator.lock import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from runtime.migrator.files import Migration

PATIENCE: Final = 1.0
"""Seconds that a statement may run before it is told what it waits for."""
INTERVAL: Final = 0.25
_BLOCKERS: Final = """
SELECT pid, application_name, usename, client_addr::text AS address, state, query,
       date_trunc('second', coalesce(xact_start, state_change, backend_start))::text AS since
FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(%s)) ORDER BY pid
"""


class Progress:
    """What a run reports; every method may be called from another thread."""

    def say(self, sentence: str) -> None:
        """Tell something that is not the result."""

    def begin(self, migration: Migration, number: int, total: int) -> None:
        """Tell that a migration begins: the `number`th of `total`."""

    def running(self, migration: Migration, seconds: float) -> None:
        """Tell that a migration is still running."""

    def end(self, migration: Migration, nanoseconds: int) -> None:
        """Tell that a migration is applied."""


@dataclass(slots=True)
class Watch:
    """A second pair of eyes: while a statement runs long, it tells for how long, and who is in its way.

    It connects only when that happens, so a quick run has one connection.
    """

    pid: int
    connect: Callable[[], psycopg.Connection]
    progress: Progress
    until: float | None = None
    """When a migration that still runs is cancelled, by `time.monotonic`; None is never."""
    cancel: Callable[[], None] = lambda: None
    """Cancels what the run's connection does."""
    _running: tuple[Migration, float] | None = None
    _told: str = ""
    _done: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._look_on, name="migration watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._done.set()
        if self._thread:
            self._thread.join(timeout=2.0)

    def start(self, migration: Migration) -> None:
        """A migration begins to run."""
        self._running, self._told = (migration, time.monotonic()), ""

    def stop(self) -> None:
        """It has ended."""
        self._running = None

    @property
    def blockers(self) -> str:
        """Who was last seen in the way, or nothing."""
        return self._told

    def _look_on(self) -> None:
        connection: psycopg.Connection | None = None
        blind = False
        while not self._done.wait(INTERVAL):
            running = self._running
            if running is not None and self.until is not None and time.monotonic() > self.until:
                with suppress(Exception):  # it tries again
                    self.cancel()
            if running is None or (seconds := time.monotonic() - running[1]) < PATIENCE or blind:
                continue
            self.progress.running(running[0], seconds)
            try:
                connection = connection or self.connect()
                self._tell(_blockers(connection, self.pid))
            except Exception:  # noqa: BLE001  (it helps where it can, and never stops a run)
                blind = True
        if connection:
            connection.close()

    def _tell(self, sessions: list[dict[str, Any]]) -> None:
        blockers = "; ".join(map(describe, sessions))
        if blockers and blockers != self._told:
            self.progress.say(f"waiting for {blockers}")
            self._told = blockers


def _blockers(connection: psycopg.Connection, pid: int) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_BLOCKERS, [pid]).fetchall()

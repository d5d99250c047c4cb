"""What the tests of failures share: files to run, the command as a process, a second session, waiting."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg
from psycopg import sql

from runtime.migrator import runner
from runtime.migrator.connection import read_url
from runtime.migrator.files import read_migrations
from runtime.migrator.progress import Progress

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterator

    from twin.postgres import Server

T = TypeVar("T")

MIYABI = Path(sys.executable).parent / "miyabi"
PATIENCE = 20.0
"""Seconds after which a condition that is waited for will not come; a busy machine needs a few."""


class Heard(Progress):
    """Keeps what a run tells, for a test to look at."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        """Keep it."""
        self.sentences.append(sentence)

    def __str__(self) -> str:
        """Everything that was said, a line each."""
        return "\n".join(self.sentences)


class Background(Thread):
    """Something that runs beside the test; `result` waits for it, and raises what it raised."""

    def __init__(self, run: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._run = run
        self._value: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Run it, and keep how it ended."""
        try:
            self._value = self._run()
        except BaseException as error:  # noqa: BLE001  (raised again by `result`)
            self._error = error

    def result(self) -> Any:
        """What it returned."""
        self.join(PATIENCE)
        assert not self.is_alive(), "it is still running"
        if self._error is not None:
            raise self._error
        return self._value


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder of migrations, and return the folder."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder


def up(url: str, folder: Path, progress: Progress | None = None, **options: Any) -> runner.Result:
    """Bring a database up to a folder, in this process."""
    return runner.up(read_url(url), read_migrations(folder), runner.Options(**options), progress)


def session(url: str, name: str = "a test") -> psycopg.Connection:
    """Another session, in autocommit mode."""
    return psycopg.connect(url, autocommit=True, application_name=name)


def ask(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query, over a connection of its own."""
    with session(url) as connection:
        return connection.execute(query.encode(), values).fetchall()


def ledger(url: str) -> list[tuple[int, bool]]:
    """Every version that the ledger holds, and whether it is finished."""
    with session(url) as connection:
        if connection.execute("SELECT to_regclass('_sqlx_migrations')").fetchone() == (None,):
            return []
        return connection.execute("SELECT version, success FROM _sqlx_migrations ORDER BY version").fetchall()


def tables(url: str) -> list[str]:
    """The tables of the schema `public`, but the ledger."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    return [name for (name,) in ask(url, query) if name != "_sqlx_migrations"]


def held_locks(url: str) -> list[tuple[Any, ...]]:
    """Who holds advisory locks in the database; nobody, once a run has ended."""
    return ask(
        url,
        "SELECT pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND granted AND datname = current_database()",
    )


def find_deadlocks_soon(server: Server, url: str) -> None:
    """Have the sessions of a database look for deadlocks after 50 ms instead of 1 s."""
    ((name,),) = ask(url, "SELECT current_database()")
    with session(server.superuser_url()) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET deadlock_timeout = '50ms'").format(sql.Identifier(str(name)))
        )


def until(condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Wait until a condition is true, and return its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"after {seconds:.0f} s still not: {what}"
        time.sleep(0.01)
    return value


def until_runs(url: str, fragment: str, state: str = "active") -> int:
    """Wait until a session of this database runs a query with such a text, and return its pid.

    With the state `idle` or `idle in transaction` it is the query that was last run.
    """
    with session(url) as connection:
        query = (
            "SELECT pid FROM pg_stat_activity WHERE strpos(query, %s) > 0 AND state = %s "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        rows = until(
            lambda: connection.execute(query, [fragment, state]).fetchall(), f"a session runs {fragment}"
        )
    return int(rows[0][0])


def until_waits(url: str, count: int = 1) -> list[int]:
    """Wait until so many sessions of this database wait for a lock, and return their pids."""
    query = (
        "SELECT pid FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database() ORDER BY pid"
    )
    with session(url) as connection:
        rows = until(
            lambda: len(rows := connection.execute(query.encode()).fetchall()) >= count and rows,
            f"{count} sessions wait for a lock",
        )
    return [int(pid) for (pid,) in rows or []]


def until_ended(url: str, pid: int, seconds: float = PATIENCE) -> None:
    """Wait until a session of the server has ended."""
    with session(url) as connection:
        until(
            lambda: not connection.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall(),
            f"session {pid} has ended",
            seconds,
        )


def _clean() -> dict[str, str]:
    """Our environment without the variables that libpq would take settings from."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG") or name == "PGBIN"}


class Command:
    """`miyabi migrate` as a process of its own; the password is in its environment, not in its arguments."""

    def __init__(self, url: str, *words: str, folder: Path | None = None, **environment: str) -> None:
        place = [] if folder is None else ["--migrations", str(folder)]
        self._url = url
        self.process = subprocess.Popen(
            [MIYABI, "migrate", *words, *place],
            env=_clean() | {"DATABASE_URL": url} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out = self.err = ""

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> Self:
        """Wait for its end; whatever it was, no traceback and no password was printed."""
        self.out, self.err = self.process.communicate(timeout=PATIENCE)
        password = psycopg.conninfo.conninfo_to_dict(self._url).get("password")
        assert "Traceback" not in self.out + self.err, self.err
        assert password is None or str(password) not in self.out + self.err
        return self

    @property
    def code(self) -> int:
        """Its exit code; a signal that killed it is negative."""
        return int(self.process.returncode)


def miyabi(url: str, *words: str, folder: Path | None = None, **environment: str) -> Command:
    """Run `miyabi migrate` with these words to its end."""
    with running(url, *words, folder=folder, **environment) as command:
        return command.end()


@contextmanager
def running(url: str, *words: str, folder: Path | None = None, **environment: str) -> Iterator[Command]:
    """`miyabi migrate` while it runs; killed at the end of the block if it still does."""
    command = Command(url, *words, folder=folder, **environment)
    with command.process:
        try:
            yield command
        finally:
            if command.process.poll() is None:
                command.process.kill()

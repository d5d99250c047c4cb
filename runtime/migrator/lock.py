"""Takes the locks of a migration run: one of our own, and the one of the tool whose ledger we share.

Both belong to the session, so they end with it. They are polled, never waited for in the server: a
waiting statement holds a snapshot, and CREATE INDEX CONCURRENTLY waits for every snapshot, so that
the two would lock each other out (measured; the index is left invalid).
"""

from __future__ import annotations

import random
import re
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import dict_row

from runtime.migrator.errors import LockHeld

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

OWN_KEY: Final = int.from_bytes(b"miyabi", "big")
"""Held by every runner of ours for the whole run."""
SQLX_FACTOR: Final = 0x3D32AD9E
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0

_KEYS: Final = "locktype = 'advisory' AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint"
_HOLDER: Final = f"""
SELECT a.pid, a.application_name, a.usename, a.client_addr::text AS address, a.state, a.query,
       date_trunc('second', coalesce(a.xact_start, a.state_change, a.backend_start))::text AS since
FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a USING (pid)
WHERE {_KEYS} = ANY(%s) AND l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
LIMIT 1
"""  # noqa: S608  (the keys are bound)
_TAKE: Final = "SELECT pg_try_advisory_lock(%s)"
_TAKE_BOTH: Final = """
SELECT CASE WHEN pg_try_advisory_lock(%(own)s) THEN
           CASE WHEN pg_try_advisory_lock(%(sqlx)s)
                THEN pg_try_advisory_lock(%(own)s) AND pg_try_advisory_lock(%(sqlx)s)
                ELSE NOT pg_advisory_unlock(%(own)s) END
       ELSE false END
"""
_HELD: Final = "CASE WHEN pg_advisory_unlock({key}) THEN pg_try_advisory_lock({key})::int ELSE 0 END"
_STRING: Final = re.compile(r"'[^']*(?:'|$)")


def sqlx_key(database: str) -> int:
    """The advisory lock of sqlx's migrator for a database: its factor times the CRC-32 of the name."""
    return SQLX_FACTOR * zlib.crc32(database.encode())


@dataclass(frozen=True, slots=True)
class Holder:
    """A session that holds what somebody waits for, as `pg_stat_activity` shows it to us."""

    pid: int | None
    sentence: str


@dataclass(slots=True)
class Lock:
    """Both advisory locks, on the connection that does the work."""

    connection: psycopg.Connection
    key: int
    """sqlx's, which depends on the database's name."""
    lent: bool = False
    """Whether sqlx's is given away for a while."""

    def acquire(self, wait: float, say: Callable[[str], None]) -> None:
        """Take both, polling; after `wait` seconds raise `LockHeld`, which names the holder."""
        if self.try_both():
            return
        self._poll(OWN_KEY, wait, say)
        self.retake(wait, say)

    def retake(self, wait: float, say: Callable[[str], None]) -> None:
        """Poll for sqlx's lock alone, if it is not held."""
        self._poll(self.key, wait, say)
        self.lent = False

    def take_anew(self, wait: float, say: Callable[[str], None]) -> None:
        """Take again what should be held, whatever a migration has given away or taken twice."""
        self.connection.execute("SELECT pg_advisory_unlock_all()")
        if self.lent:
            self._poll(OWN_KEY, wait, say)
        else:
            self.acquire(wait, say)

    def try_both(self) -> bool:
        """Ask once for both, in one round trip; on failure neither is held."""
        held = self.connection.execute(_TAKE_BOTH, {"own": OWN_KEY, "sqlx": self.key}).fetchone()
        return held == (True,)

    @property
    def count_held(self) -> bytes:
        """The statement that counts which of the two this session holds.

        Each is held twice, so one of the two can be given back, which tells whether it was there, and taken
        again without a gap. That a file has given back one of the two goes unnoticed, and does no harm. To
        look into `pg_locks` takes ten times as long, for every migration.
        """
        keys = (OWN_KEY,) if self.lent else (OWN_KEY, self.key)
        return f"SELECT {' + '.join(_HELD.format(key=key) for key in keys)}".encode()

    def lend(self) -> None:
        """Give sqlx's lock away, for statements that a waiter of that tool would stand in the way of."""
        self.connection.execute("SELECT pg_advisory_unlock(%s), pg_advisory_unlock(%s)", [self.key, self.key])
        self.lent = True

    @property
    def expected(self) -> int:
        """How many of the two this session should hold."""
        return 1 if self.lent else 2

    def release(self) -> None:
        """Give both away, and whatever a migration has left locked."""
        self.connection.execute("SELECT pg_advisory_unlock_all()")

    def _poll(self, key: int, wait: float, say: Callable[[str], None]) -> None:
        start, pause, told = time.monotonic(), FIRST_PAUSE, ""
        while self.connection.execute(_TAKE, [key]).fetchone() != (True,):
            holder = find_holder(self.connection, [key])
            waited = time.monotonic() - start
            if waited + pause > wait:
                raise LockHeld(waited, holder.sentence, holder.pid)
            if holder.sentence != told:
                say(f"waiting for the migration lock, held by {holder.sentence}")
                told = holder.sentence
            time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  (spreads the waiters, guards nothing)
            pause = min(2 * pause, LONGEST_PAUSE)
        self.connection.execute(_TAKE, [key])  # twice, as `count_held` wants


def find_holder(connection: psycopg.Connection, keys: list[int]) -> Holder:
    """Name the session that holds one of the keys."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_HOLDER, [keys]).fetchone()
    if row is None:
        return Holder(None, "a session that has just ended")
    return Holder(row["pid"], describe(row))


def describe(session: dict[str, Any]) -> str:
    """Tell of a row of `pg_stat_activity` who, from where, since when and doing what.

    What stands in quotes is left out: it may be a password, or somebody's data.
    """
    name = session["application_name"] or "an unnamed program"
    where = session["address"] or "the server itself"
    query = _STRING.sub("'…'", " ".join(str(session["query"] or "").split()))
    doing = f", {session['state']}: {query[:120]}" if query else ""
    return (
        f"{name} (pid {session['pid']}, user {session['usename']}, from {where}, "
        f"since {session['since']}{doing})"
    )

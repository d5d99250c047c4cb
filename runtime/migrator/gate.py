"""Sees the locks of a statement that commits by itself, and so holds none any more when it has ended.

Another session holds a lock on every table that such a statement must wait for, looks at what it waits for,
and lets it go: CREATE INDEX CONCURRENTLY and VACUUM are caught so, whatever their speed.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERVAL: Final = 0.005
_LOCK_ALL: Final = """
DO $$
DECLARE
    found regclass;
BEGIN
    FOR found IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND oid >= 16384 LOOP
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', found);
    END LOOP;
END
$$
"""
_WANTED: Final = """
SELECT relation::bigint, mode FROM pg_locks WHERE pid = %s AND locktype = 'relation' AND relation IS NOT NULL
  AND pid IN (SELECT pid FROM pg_locks WHERE NOT granted)
"""


@contextmanager
def gate(connect: Callable[[], psycopg.Connection], pid: int) -> Iterator[list[tuple[int, str]]]:
    """Look at what session `pid` locks in this block; the list is full when the block is over.

    It holds oid and mode of the first lock that the session waited for, and of those that it had by then.
    Where a statement takes one table after another, the later ones are not in it.
    """
    seen: list[tuple[int, str]] = []
    over = threading.Event()
    watcher = connect()
    try:
        watcher.execute("BEGIN")
        watcher.execute(_LOCK_ALL)
    except BaseException:
        watcher.close()
        raise
    thread = threading.Thread(target=_watch, args=(watcher, pid, over, seen), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _watch(watcher: psycopg.Connection, pid: int, over: threading.Event, seen: list[tuple[int, str]]) -> None:
    """Look until the session waits, or is done; then close, whatever happens, so that it goes on."""
    try:
        with suppress(psycopg.Error):
            while not seen and not over.wait(INTERVAL):
                seen.extend(watcher.execute(_WANTED, [pid]).fetchall())
    finally:
        watcher.close()

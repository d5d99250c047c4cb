"""The one connection of an execution environment: opened once, looked at before use, replaced when dead.

Reads run outside of a transaction, one round trip each; writes in one. Nothing is sent over a connection
that the server has closed meanwhile: a closed one has something to read, which costs no round trip to see.
"""

from __future__ import annotations

import select
import time
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import create_engine, event, exc
from sqlalchemy.dialects import registry
from sqlalchemy.pool import NullPool

from runtime.api.connection import connect
from runtime.api.errors import Unavailable
from runtime.api.failures import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from runtime.api.connection import Bounded
    from runtime.migrator.connection import Target

MAXIMUM_AGE: Final = 240
"""Seconds after which a connection is replaced: the server ends one that was idle for 300."""
ENDED_AT_ONCE: Final = "a new connection ended at once"


class Database:
    """What the routes read and write by; a connection is made when the first is asked for, or by `open`.

    It serves one at a time, as an execution environment does; who finds it taken waits, and is then refused.

    Args:
        target: Where it is, over TLS.
        connect_timeout: Seconds for one address.
        statement_timeout: Seconds that one statement may run; less where the request has less left.
        opened: Called with the seconds that each new connection took.
    """

    def __init__(
        self,
        target: Target,
        *,
        connect_timeout: int,
        statement_timeout: int,
        opened: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._target, self._opened = target, opened
        self._connect_timeout, self._statement_timeout = connect_timeout, statement_timeout
        registry.register("postgresql.quiet", "runtime.api.dialect", "QuietDialect")
        self._engine = create_engine(
            "postgresql+quiet://",
            creator=self._connect,
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,  # a pool's bookkeeping takes a tenth of a request
            use_native_hstore=False,
            hide_parameters=True,  # they are our users' own words, and an error of ours is logged
        )
        event.listen(self._engine, "before_cursor_execute", self._hurry)
        self._held: Connection | None = None
        self._since = 0.0
        self._free = Lock()

    def open(self) -> None:
        """Connect now, while the time of the init phase is not the caller's. Raises `Unavailable`."""
        self._usable()

    def close(self) -> None:
        """Close the connection; the next request makes another."""
        held, self._held = self._held, None
        if held is not None:
            with suppress(exc.SQLAlchemyError):
                held.invalidate()
            held.close()

    @contextmanager
    def reading(
        self, deadline: float | None = None, debug: Callable[..., None] | None = None
    ) -> Iterator[Connection]:
        """A connection on which each statement stands for itself.

        Args:
            deadline: By `time.monotonic`, when the request must have been answered.
            debug: Called with a message and what belongs to it: the connection, and then each statement.

        Raises:
            Refusal: What the database refused, as the caller may know it.
        """
        if not self._free.acquire(timeout=self._connect_timeout):
            raise Unavailable("the connection was not free in time")
        try:
            connection = self._usable()
            _bounded(connection).begin(deadline, debug)
            if debug:
                debug("connection", age_seconds=round(time.monotonic() - self._since, 3))
            yield connection
        except exc.DBAPIError as error:
            told = refusal(error.orig)
            if isinstance(told, Unavailable) and told.broken:
                self.close()
            raise told from error
        finally:
            self._free.release()

    @contextmanager
    def writing(
        self, deadline: float | None = None, debug: Callable[..., None] | None = None
    ) -> Iterator[Connection]:
        """A connection in a transaction, which is committed at the end, or undone after any exception.

        Raises as `reading`. `Unavailable` leaves open whether a commit that had been sent was done.
        """
        with self.reading(deadline, debug) as connection:
            connection.rollback()  # ends what SQLAlchemy takes for a transaction; nothing is sent
            # not by SQLAlchemy's options: it would remember each change, to undo it when the connection ends
            _bounded(connection).autocommit = False
            try:
                with connection.begin():
                    yield connection
            finally:
                self._settle(connection)

    def _settle(self, connection: Connection) -> None:
        """Let statements stand for themselves again; a connection that can't be brought to it is given up."""
        try:
            if connection.invalidated:
                self.close()
            elif not connection.closed:
                _bounded(connection).autocommit = True
        except psycopg.Error:
            self.close()

    def _usable(self) -> Connection:
        """The connection, or a new one where there is none, or none that is worth using."""
        if self._held is not None and not self._worn(_bounded(self._held)):
            return self._held
        self.close()
        try:
            self._held = self._engine.connect()
        except exc.DBAPIError as error:
            raise Unavailable(ENDED_AT_ONCE, broken=True) from error
        self._since = time.monotonic()
        if self._worn(_bounded(self._held)):
            self.close()
            raise Unavailable(ENDED_AT_ONCE, broken=True)
        return self._held

    def _worn(self, connection: Bounded) -> bool:
        """Whether a connection is old, has another timeout than it should, or has ended.

        An idle connection is told nothing but its end, so one with something to read has ended.
        """
        if connection.closed or connection.hurried or time.monotonic() - self._since > MAXIMUM_AGE:
            return True
        poll = select.poll()
        poll.register(connection.pgconn.socket, select.POLLIN | select.POLLERR | select.POLLHUP)
        return bool(poll.poll(0))

    def _connect(self) -> DBAPIConnection:
        begun = time.monotonic()
        connection = connect(
            self._target, connect_timeout=self._connect_timeout, statement_timeout=self._statement_timeout
        )
        self._opened(time.monotonic() - begun)
        return connection  # type: ignore[return-value]  # a DB-API connection by form

    def _hurry(self, _connection: Connection, cursor: Any, *_: object) -> None:
        """Let no statement run past the request's deadline; ask for less only where less is left."""
        left = cursor.connection.seconds_left
        if left is None or left >= self._statement_timeout:
            return
        if left <= 0:
            raise Unavailable("the request has no time left")
        milliseconds = str(max(1, int(left * 1000)))
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [milliseconds])
        cursor.connection.hurried = True


def _bounded(connection: Connection) -> Bounded:
    """Psycopg's own connection, below SQLAlchemy's."""
    found: Any = connection.connection.dbapi_connection
    return found  # type: ignore[no-any-return]  # made by `_connect`

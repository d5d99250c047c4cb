"""The one connection of an execution environment: opened once, looked at before use, replaced when dead.

Reads run outside of a transaction, one round trip each; writes in one. Nothing is sent over a connection
that the server has closed meanwhile: a closed one has something to read, which costs no round trip to see.
"""

from __future__ import annotations

import select
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event, exc
from sqlalchemy.dialects import registry
from sqlalchemy.pool import QueuePool

from runtime.api.connection import connect
from runtime.api.errors import Unavailable
from runtime.api.failures import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

    from runtime.migrator.connection import Target

MAXIMUM_AGE: Final = 240
"""Seconds after which a connection is replaced: the server ends one that was idle for 300."""


class Database:
    """What the routes read and write by; a connection is made when the first is asked for, or by `open`.

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
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=connect_timeout,
            pool_recycle=MAXIMUM_AGE,
            use_native_hstore=False,
            hide_parameters=True,  # they are our users' own words, and an error of ours is logged
        )
        event.listen(self._engine, "checkout", _refuse_dead)
        event.listen(self._engine, "before_cursor_execute", self._hurry)

    def open(self) -> None:
        """Connect now, while the time of the init phase is not the caller's. Raises `Unavailable`."""
        with self.reading():
            pass

    def close(self) -> None:
        """Close the connection; the next request makes another."""
        self._engine.dispose()

    @contextmanager
    def reading(self, deadline: float | None = None) -> Iterator[Connection]:
        """A connection on which each statement stands for itself.

        Args:
            deadline: By `time.monotonic`, when the request must have been answered.

        Raises:
            Refusal: What the database refused, as the caller may know it.
        """
        with self._take(deadline) as connection:
            try:
                yield connection
            except exc.DBAPIError as error:
                told = refusal(error.orig)
                if isinstance(told, Unavailable) and told.broken:
                    connection.invalidate()
                raise told from error

    @contextmanager
    def writing(self, deadline: float | None = None) -> Iterator[Connection]:
        """A connection in a transaction, which is committed at the end, or undone after any exception.

        Raises as `reading`. `Unavailable` leaves open whether a commit that had been sent was done.
        """
        with self.reading(deadline) as connection:
            connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                yield connection

    @contextmanager
    def _take(self, deadline: float | None) -> Iterator[Connection]:
        """The connection, which nobody else has meanwhile."""
        try:
            connection = self._engine.connect()
        except exc.TimeoutError as error:
            raise Unavailable("the connection was not free in time") from error
        except (exc.DBAPIError, exc.InvalidRequestError) as error:
            raise Unavailable("every new connection ended at once", broken=True) from error
        bounded: Any = connection.connection.dbapi_connection
        bounded.deadline = deadline
        with connection:
            yield connection

    def _connect(self) -> DBAPIConnection:
        begun = time.monotonic()
        connection = connect(
            self._target, connect_timeout=self._connect_timeout, statement_timeout=self._statement_timeout
        )
        self._opened(time.monotonic() - begun)
        return connection  # type: ignore[return-value]  # a DB-API connection by form

    def _hurry(self, connection: Connection, cursor: Any, *_: object) -> None:
        """Let no statement run past the request's deadline; ask for less only where less is left."""
        left = cursor.connection.seconds_left
        if left is None or left >= self._statement_timeout:
            return
        if left <= 0:
            raise Unavailable("the request has no time left")
        milliseconds = str(max(1, int(left * 1000)))
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [milliseconds])
        connection.info["hurried"] = True


def _refuse_dead(
    connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Have a connection replaced on which there is something to read: an idle one is told but its end."""
    socket = connection.pgconn.socket if not connection.closed else -1
    poll = select.poll()
    with suppress(ValueError, OSError):
        poll.register(socket, select.POLLIN | select.POLLERR | select.POLLHUP)
        if not poll.poll(0) and not record.info.pop("hurried", False):
            return
    raise exc.DisconnectionError("the connection is dead")

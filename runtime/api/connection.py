"""Opens a connection to the database: over TLS, and never waited for past the end of a request."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from runtime.api.errors import Unavailable
from runtime.api.failures import Unanswered, not_connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from psycopg.abc import PQGen

    from runtime.migrator.connection import Target

    Result = TypeVar("Result")

NETWORK: Final = {
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "2",
    "tcp_user_timeout": "8000",
    "gssencmode": "disable",
    "client_encoding": "UTF8",
}
"""A peer that is gone without a word, as after a failover, is noticed within 9 s."""
MARGIN: Final = 1.0
"""Seconds before the end of a request at which the server ends a statement."""
GRACE: Final = 0.5
"""Seconds after which nobody waits any longer for a server that does not even do that."""
STATEMENTS: Final = 500
"""Whose columns are remembered, which is more than the routes have."""
POLLING: Final = 0.1
"""Seconds between looks for a signal, as psycopg has it."""


class Recalling(psycopg.Cursor[Any]):
    """A cursor that describes the columns of a statement once: done anew, it is a twelfth of a request."""

    _described: ClassVar[dict[bytes, list[psycopg.Column]]] = {}

    @property
    def description(self) -> list[psycopg.Column] | None:
        """As psycopg gives it; our statements are few, and none has columns that change."""
        statement = self._query.query if self._query else b""
        if (known := self._described.get(statement)) is None:
            known = super().description
            if known is not None and len(self._described) < STATEMENTS:
                self._described[statement] = known
        return known


class Watched(Recalling):
    """A cursor that tells of each statement: its text, which holds no parameters, and what it took."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Self:
        """As psycopg does it."""
        with self._told(query):
            return super().execute(query, params, **more)

    def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:
        """As psycopg does it."""
        with self._told(query):
            super().executemany(query, params_seq, **more)

    @contextmanager
    def _told(self, query: Any) -> Iterator[None]:
        begun, state = time.monotonic(), None
        try:
            yield
        except Exception as error:
            state = getattr(error, "sqlstate", None) or type(error).__name__
            raise
        finally:
            connection: Any = self.connection
            if debug := connection.debug:
                debug(
                    "statement",
                    sql=" ".join(str(query).split()),
                    milliseconds=round((time.monotonic() - begun) * 1000, 2),
                    rows=None if state or self.rowcount < 0 else self.rowcount,
                    sqlstate=state,
                )


class Bounded(psycopg.Connection[Any]):
    """A connection that knows when the request has to be answered.

    The network notices a machine that is gone, the server a statement that takes long. A server whose
    kernel takes the question and that then hangs, as one does without its disk, is noticed here.
    """

    deadline: float | None = None
    """By `time.monotonic`, of the request that is being answered."""
    debug: Callable[..., None] | None = None
    """Told of each statement of the request, if anybody wants to know."""
    hurried = False
    """Whether a statement was given less time than the session's setting: good for this request alone."""

    def begin(self, deadline: float | None, debug: Callable[..., None] | None) -> None:
        """Serve a request from here on."""
        self.deadline = deadline
        if debug is not self.debug:
            self.debug = debug
            self.cursor_factory = Watched if debug else Recalling

    @property
    def seconds_left(self) -> float | None:
        """How long a statement may still run; None if nobody waits."""
        return None if self.deadline is None else self.deadline - time.monotonic() - MARGIN

    def wait(self, gen: PQGen[Result], interval: float = POLLING, timeout: float | None = None) -> Result:
        """Wait as psycopg does, and no longer than the request has. Raises `Unanswered`."""
        if timeout is None and (left := self.seconds_left) is not None:
            timeout = max(left + GRACE, 0)
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()  # what the server may still say would answer the next question
            raise Unanswered from error


def connect(target: Target, *, connect_timeout: int, statement_timeout: int) -> Bounded:
    """Connect, with our session settings in the start-up packet, where they cost no round trip.

    Args:
        target: Where, over TLS.
        connect_timeout: Seconds for one address.
        statement_timeout: Seconds that one statement may run.

    Raises:
        Unavailable: There is no connection; the reason is ours, without the server's words.
    """
    settings = {
        "statement_timeout": f"{statement_timeout}s",
        "TimeZone": "UTC",
        "default_transaction_isolation": "read\\ committed",
        "client_connection_check_interval": "2s",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    ours = NETWORK | {"application_name": "miyabi api", "options": options}
    parameters = {"connect_timeout": str(connect_timeout)} | target.parameters | ours
    try:
        connection = Bounded.connect(
            **parameters,  # type: ignore[arg-type]  # libpq takes texts
            cursor_factory=Recalling,
            prepare_threshold=None,  # prepared statements would pin a connection of RDS Proxy
        )
    except (psycopg.Error, UnicodeError) as error:  # the latter where a host's name can't be one
        raise not_connected(error) from error
    if not connection.pgconn.ssl_in_use:
        connection.close()
        raise Unavailable("the connection is not over TLS")
    return connection

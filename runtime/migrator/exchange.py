"""Sends SQL as one message, exactly as it is, and tells which of its statements failed.

The simple query protocol: no parameters, no placeholder syntax, so not a byte is changed or read as
anything but SQL. psycopg's own cursors forget how many statements had succeeded before the one that
failed; here the count stays, and with it the place in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import generators
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

RESET: Final = b"RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL;"
"""Ends what a file has set for its session; `RESET ALL` alone leaves the role."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered: a result for each statement that succeeded, then the error, if any."""

    results: tuple[PGresult, ...]
    error: psycopg.Error | None

    @property
    def done(self) -> int:
        """How many statements succeeded."""
        return len(self.results)

    def count(self, statement: int) -> int:
        """Rows that a statement touched, by its number from the start, or from the end if negative."""
        return self.results[statement].command_tuples or 0

    def number(self, statement: int) -> int:
        """The one number that a statement returned."""
        value = self.results[statement].get_value(0, 0)
        return int(value or 0)


def send(connection: psycopg.Connection, message: bytes) -> Answer:
    """Send a message of one or more statements, and read every answer.

    A lost connection is an answer too: an `OperationalError` on a connection that is closed by then.
    """
    try:
        connection.pgconn.send_query(message)
        results = connection.wait(generators.execute(connection.pgconn))
    except psycopg.Error as error:
        return Answer((), error)
    good = [result for result in results if result.status not in _BAD]
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            return Answer(tuple(good), psycopg.errors.error_from_result(result))
        if result.status in _BAD:
            connection.close()  # it would wait for data for ever
            return Answer(tuple(good), psycopg.NotSupportedError("COPY from or to the client"))
    return Answer(tuple(good), None)


_BAD: Final = (ExecStatus.FATAL_ERROR, ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH)


def _in_function(context: str) -> str:
    """The place in a function or a DO block, of the lines that tell how the server got there."""
    lines = (line for line in context.splitlines() if "PL/pgSQL function" in line)
    return next(lines, "")


def reason(error: psycopg.Error) -> str:
    """The server's words on one line, with its detail and hint."""
    diagnosis = error.diag
    parts = [
        diagnosis.message_primary or str(error).strip(),
        diagnosis.message_detail,
        diagnosis.message_hint,
        _in_function(diagnosis.context or ""),
    ]
    return ", ".join(" ".join(part.split()).rstrip(".") for part in parts if part)

"""Makes a copy of a database's schema, without its rows, for as long as a rehearsal lasts.

Of the real database the catalogue is read by pg_dump, and the ledger's rows, which are copied too.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import conninfo, sql

from runtime.migrator import connection as connecting
from runtime.migrator import snapshot
from runtime.migrator.comparing import LedgerMoved
from runtime.migrator.errors import DatabaseError
from runtime.migrator.exchange import reason, send
from runtime.migrator.roles import GROUP, ensure_group_for
from runtime.migrator.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from runtime.migrator.connection import Target
    from runtime.migrator.context import Context
    from runtime.migrator.files import Migration
    from runtime.migrator.ledger import Ledger, Row
    from runtime.migrator.survey import Survey


class CopyRefused(DatabaseError):
    """The schema can't be made anew by this user."""

    def __init__(self, database: str, reason: str) -> None:
        self.database, self.reason = database, reason
        super().__init__(
            f"the schema of {database} can't be loaded into a scratch database: {reason}; "
            "connect as a user who may make all of it"
        )


@contextmanager
def copied(
    context: Context,
    connection: psycopg.Connection,
    place: Survey,
    rows: Mapping[int, Row],
    pg_dump: Path | str,
) -> Iterator[Target]:
    """A scratch database with the schema, and `rows` in its ledger; dropped when the block is over.

    Raises as `snapshot.take` and `scratch` do, `CopyRefused`, and `LedgerMoved` where the ledger is no longer
    what `rows` were read from.
    """
    say = context.progress.say
    say(f"reading the schema of {place.database} by pg_dump")
    dump = snapshot.take(conninfo.make_conninfo(**context.target.parameters), pg_dump=pg_dump)
    if (place.ledger.rows(connection) if place.ledger.exists else {}) != rows:
        raise LedgerMoved("nothing was rehearsed")
    with scratch(context.target, connection, purpose="migrate, rehearsing", say=say) as copy:
        say("making the same in a scratch database, without its rows")
        _load(copy, place, dump, rows)
        yield copy


@contextmanager
def group_for(
    context: Context, connection: psycopg.Connection, pending: Sequence[Migration]
) -> Iterator[None]:
    """The API's group role, where a pending file names it; one that this had to make goes with the block.

    Roles belong to the server, so that the role is there for the real database too, with no right in it.
    """
    made = ensure_group_for(connection, pending)
    try:
        yield
    finally:
        if made:
            _drop_group(context, connection)


def _drop_group(context: Context, connection: psycopg.Connection) -> None:
    drop = sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(GROUP))
    try:
        if connection.closed:
            with connecting.connect(context.target, purpose="rehearse") as other:
                other.execute(drop)
        else:
            connection.execute(drop)
    except psycopg.Error as error:
        context.progress.say(f"the role {GROUP}, made for the rehearsal, is left ({reason(error)})")


def _load(copy: Target, place: Survey, dump: str, rows: Mapping[int, Row]) -> None:
    with connecting.connect(copy, purpose="rehearse") as connection:
        answer = send(connection, snapshot.as_statements(dump).encode())
        if answer.error is not None:
            raise CopyRefused(place.database, reason(answer.error))
        _fill_ledger(connection, place.ledger, rows)


def _fill_ledger(connection: psycopg.Connection, ledger: Ledger, rows: Mapping[int, Row]) -> None:
    if not ledger.exists:
        ledger.create(connection)
    insert = sql.SQL(
        "INSERT INTO {} (version, description, installed_on, success, checksum, execution_time) "
        "VALUES (%s, %s, %s, %s, %s, %s)"
    ).format(ledger.name)
    with connection.cursor() as cursor, connection.transaction():
        cursor.executemany(
            insert,
            [
                (
                    row.version,
                    row.description,
                    row.installed_on,
                    row.success,
                    row.checksum,
                    row.execution_time,
                )
                for row in rows.values()
            ],
        )

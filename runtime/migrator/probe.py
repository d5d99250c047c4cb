"""Tells whether the database is reached, over TLS, as whom, and in what state it is; changes nothing.

Not being let in is an answer too: at which step it ended, and in whose words.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from psycopg.rows import dict_row

from runtime.migrator import connection as connecting
from runtime.migrator import ledger
from runtime.migrator.errors import ConnectionFailed
from runtime.migrator.logins import applied, granted, read_logins
from runtime.migrator.neighbours import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import psycopg

    from runtime.migrator.connection import Target
    from runtime.migrator.context import Context, Document

T = TypeVar("T")
SKEW: Final = 5.0
"""Seconds by which the server's clock may differ from ours before that is told."""
CROWDED: Final = 0.8
"""Share of the connections in use from which that is told."""
ROUNDS: Final = 5
"""Round trips whose median is told."""
STEPS: Final = (
    ("no encryption", "tls"),
    ("pg_hba.conf", "rules"),
    ("could not translate host name", "dns"),
    ("failed to resolve host", "dns"),
    ("connection refused", "refused"),
    ("no route to host", "unreachable"),
    ("network is unreachable", "unreachable"),
    ("timeout expired", "timeout"),
    ("not yet accepting connections", "starting"),
    ("starting up", "starting"),
    ("shutting down", "starting"),
    ("too many", "full"),
    ("remaining connection slots", "full"),
    ("password", "password"),
    ("role ", "user"),
    ("database ", "database"),
    ("certificate", "tls"),
    ("ssl", "tls"),
    ("tls", "tls"),
)
"""Words of libpq and the server, and the step at which they end an attempt; the first that fits counts."""
_LOOK: Final = f"""
SELECT current_database()::text AS database, current_user::text AS user,
       current_schema()::text AS schema,
       current_setting('server_version') AS version, pg_backend_pid() AS pid,
       pg_is_in_recovery() AS replica, current_setting('transaction_read_only')::bool AS read_only,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
       (
           SELECT string_agg(n.nspname || '.' || c.relname, ', ' ORDER BY n.nspname)
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE c.relname = '{ledger.TABLE}' AND c.relkind IN ('r', 'p', 'v', 'f', 'm')
       ) AS ledger,
       s.version AS tls, s.cipher,
       current_setting('max_connections')::int AS most,
       (SELECT sum(numbackends)::int FROM pg_stat_database) AS used
FROM pg_stat_ssl AS s WHERE s.pid = pg_backend_pid()
"""  # noqa: S608  (the table's name is a constant)


def probe(context: Context, options: Mapping[str, Any]) -> Document:
    """Try to reach the database, and tell all that is to know about the way there.

    `reached` tells whether it was; where not, `step` and `message` tell why. Times in milliseconds.
    """
    target = target_of(context, options)
    start: Document = {"target": str(target), "sslmode": target.parameters["sslmode"]}
    try:
        addresses, resolved = _timed(lambda: resolve(target))
        start |= {"addresses": addresses, "resolve_ms": resolved}
        connection, connected = _timed(
            lambda: connecting.connect(target, purpose="probe", patience=0.0, say=context.progress.say)
        )
    except ConnectionFailed as error:
        return start | {"reached": False, "step": step_of(error.reason), "message": str(error)}
    with connection:
        found = look(connection)
        found |= read_logins(connection, granted(applied(connection, context.migrations.up)))
    document = start | {"reached": True, "connect_ms": connected, "verified": target.verified} | found
    return document | {"warnings": list(_warnings(document))}


def resolve(target: Target) -> list[str]:
    """The addresses behind the host's name. Raises `ConnectionFailed`."""
    given = target.parameters
    # libpq asks for no name where it is given the address, be it by its variable
    names = given.get("hostaddr") or os.environ.get("PGHOSTADDR") or given.get("host") or "localhost"
    found: dict[str, None] = {}
    for name in names.split(","):
        try:
            entries = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # the latter for a name that no host can have
            why = getattr(error, "strerror", None) or error
            reason = f"could not translate host name {name} to an address ({why})"
            raise ConnectionFailed(str(target), reason, "check the host's name") from None
        found |= dict.fromkeys(str(entry[4][0]) for entry in entries)
    return list(found)


def step_of(reason: str) -> str:
    """At which step an attempt to connect ended, told by its words; `other` where they are unknown."""
    return next((step for words, step in STEPS if words in reason.lower()), "other")


def look(connection: psycopg.Connection, now: Callable[[], float] = time.time) -> Document:
    """What the server says of itself and of this session; `now` is our clock, in seconds since 1970."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_LOOK).fetchone()
    assert row is not None  # noqa: S101  (every session is in pg_stat_ssl)
    return {
        "database": row["database"],
        "user": row["user"],
        "schema": row["schema"],
        "server": f"PostgreSQL {row['version'].split()[0]}",
        "tls": {"version": row["tls"], "cipher": row["cipher"]},
        "pooler": row["pid"] != connection.pgconn.backend_pid,
        "replica": row["replica"],
        "read_only": row["read_only"],
        "may_create": row["may_create"],
        "ledger": row["ledger"],
        "connections": {"used": row["used"], "most": row["most"]},
        "round_trip_ms": _round_trip(connection),
        "clock_ahead_s": _clock_ahead(connection, now),
    }


def _round_trip(connection: psycopg.Connection) -> float:
    times = [_timed(lambda: connection.execute("SELECT"))[1] for _ in range(ROUNDS)]
    return sorted(times)[ROUNDS // 2]


def _clock_ahead(connection: psycopg.Connection, now: Callable[[], float]) -> float:
    """By how many seconds the server's clock is before ours, to half a round trip."""
    before = now()
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    assert row is not None  # noqa: S101  (a SELECT without FROM has one row)
    server: float = row[0]
    return round(server - (before + now()) / 2, 3)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, round((time.perf_counter() - start) * 1000, 2)


def _warnings(document: Document) -> Iterator[str]:
    connections = document["connections"]
    if abs(document["clock_ahead_s"]) > SKEW:
        yield f"the server's clock is {document['clock_ahead_s']:+.1f} s from ours"
    if not document["verified"]:
        yield "the server's name is not verified; write sslmode=verify-full with sslrootcert"
    if document["pooler"]:
        yield "a pooler stands between, through which no migration can run"
    if connections["used"] >= CROWDED * connections["most"]:
        yield f"{connections['used']} of {connections['most']} connections are in use"
    if document["replica"] or document["read_only"]:
        yield "nothing can be written here"
    elif not document["may_create"]:
        yield f"user {document['user']} may not create in the schema, so no migration can run as it"

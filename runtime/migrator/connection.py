"""Connects to PostgreSQL over TLS or not at all, with the settings that a migration wants.

The settings travel in the connection's start-up packet: they cost no round trip, stand above what a
role, a database or a parameter group sets, and are what `RESET ALL` returns to.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import conninfo

from runtime.migrator.errors import ConnectionFailed, UrlRefused

if TYPE_CHECKING:
    from collections.abc import Callable

SAFE_MODES: Final = ("require", "verify-ca", "verify-full")
"""libpq's sslmodes in which it never falls back to an open connection."""
SESSION: Final = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "client_connection_check_interval": "2s",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "default_transaction_isolation": "'read committed'",
    "standard_conforming_strings": "on",
}
"""What every session of ours sets: nothing that a role or a parameter group says interrupts a migration, and
the server notices within 2 s that its client was killed, within half a minute that its machine is gone: else
the locks of a session that waits for nobody last for hours."""
FIXED: Final = {
    "client_encoding": "UTF8",
    "gssencmode": "disable",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""Connection parameters that a URL can't change: the bytes of a file must arrive as they are, TLS is the one
encryption, and a dead network is noticed within half a minute, whether data is on its way or not."""
CONNECT_TIMEOUT: Final = 10
"""Seconds for one address, where the URL says nothing else."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0

_PASSING: Final = (
    "connection refused",
    "connection reset",
    "server closed the connection unexpectedly",
    "the database system is starting up",
    "the database system is shutting down",
    "the database system is in recovery mode",
    "not yet accepting connections",
)
"""Texts of failures that time mends; psycopg gives no SQLSTATE where no connection came about."""
_REMEDIES: Final = (
    ("does not support ssl", "the server must offer TLS: nothing is sent without it"),
    ("no encryption", "the server must be asked over TLS"),
    ("certificate verify failed", "name the authority's certificates by sslrootcert"),
    ("root certificate file", "name an existing file of certificates by sslrootcert"),
    ("does not match host name", "use the name that the certificate carries"),
    ("password authentication failed", "check user and password"),
    ("no password supplied", "put the password into the URL or PGPASSWORD"),
    ("could not translate host name", "check the host's name"),
    ("failed to resolve host", "check the host's name"),
    ("'idna' codec", "check the host's name"),
    ("does not exist", "check the name, or create it"),
    ("not permitted to log in", "connect as a user who may"),
    ("permission denied for database", "let the database's owner grant CONNECT on it"),
    ("timeout expired", "check that a security group lets this machine through"),
    ("connection refused", "check host and port, and that the server runs"),
    ("too many clients", "end a session, or raise max_connections"),
    ("too many connections", "end a session, or raise the limit"),
    ("remaining connection slots", "end a session, or raise max_connections"),
    ("unsupported startup parameter", "name the database's own address, not a pooler's"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, checked: made by `read_url`, and safe to print."""

    parameters: dict[str, str] = field(repr=False)

    def __str__(self) -> str:
        """Database, host and port, without user and password."""
        host = self.parameters.get("host") or self.parameters.get("hostaddr") or "localhost"
        port = self.parameters.get("port") or "5432"
        return f"{self.parameters.get('dbname') or 'the default database'} at {host}:{port}"

    @property
    def verified(self) -> bool:
        """Whether the server must prove its name."""
        return self.parameters["sslmode"] == "verify-full"

    def at(self, database: str) -> Target:
        """Another database of the same server."""
        return Target(self.parameters | {"dbname": database})


def read_url(url: str) -> Target:
    """Read a connection string, in either of libpq's forms, and refuse what would allow plain text.

    What the string leaves out is taken from libpq's environment variables, as libpq does itself.
    """
    if "://" in url and not url.startswith(("postgresql://", "postgres://")):
        scheme = url.partition("://")[0]
        raise UrlRefused(f"begins with {scheme}://", "write postgresql://")
    if not url.strip():
        raise UrlRefused("is empty", "write postgresql://user@host:5432/database?sslmode=verify-full")
    try:
        given = {name: str(value) for name, value in conninfo.conninfo_to_dict(url).items()}
    except psycopg.Error:
        # libpq's own words quote the string, with the password in it
        given = None
    if given is None or ("://" in url and _is_cut(given)):
        raise UrlRefused(
            "can't be read",
            "percent-encode what is no letter or digit in user and password, and use parameters of libpq",
        )
    mode = given.get("sslmode") or _default("sslmode") or "prefer"
    if mode not in SAFE_MODES:
        raise UrlRefused(
            f"allows a connection without TLS (sslmode={mode})",
            "write sslmode=verify-full with sslrootcert, or at least sslmode=require",
        )
    return Target(given | {"sslmode": mode})


def _is_cut(given: dict[str, str]) -> bool:
    """Whether an `@` or a `/` has cut the password, and the rest of it would be shown as something else."""
    ports = given.get("port", "").split(",")
    return "@" in given.get("host", "") + given.get("dbname", "") or any(
        port and not port.isdecimal() for port in ports
    )


def _default(keyword: str) -> str | None:
    for option in psycopg.pq.Conninfo.get_defaults():
        if option.keyword.decode() == keyword and option.val:
            return option.val.decode()
    return None


def connect(
    target: Target,
    *,
    purpose: str = "migrate",
    settings: dict[str, str] | None = None,
    patience: float = 10.0,
    say: Callable[[str], None] | None = None,
) -> psycopg.Connection:
    """Connect, in autocommit mode, over TLS, with our session settings.

    `purpose` ends the application name, `settings` adds to `SESSION` or replaces them. A server that
    refuses, resets or is still starting is asked again for `patience` seconds; nothing else is.
    Raises `ConnectionFailed`, with no statement sent.
    """
    given = conninfo.make_conninfo(**_parameters(target, purpose, SESSION | (settings or {})))
    until, pause, told = time.monotonic() + patience, FIRST_PAUSE, ""
    while True:
        try:
            connection = psycopg.connect(given, autocommit=True, prepare_threshold=None)
            break
        except (psycopg.Error, UnicodeError) as error:  # the latter where a name can't be one
            reason = _reason(error)
            if time.monotonic() + pause > until or not any(text in reason.lower() for text in _PASSING):
                raise ConnectionFailed(str(target), reason, _remedy(reason)) from None
        if say and reason != told:
            say(f"{target}: {reason}; asking again")
            told = reason
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    if not connection.pgconn.ssl_in_use:
        connection.close()
        raise ConnectionFailed(str(target), "it is not over TLS", "a Unix socket never is: name the host")
    if say and not target.verified and _is_public(connection.info.hostaddr):
        say(
            f"warning: sslmode={target.parameters['sslmode']} checks nobody's name, at a public address; "
            "write sslmode=verify-full with sslrootcert"
        )
    return connection


def _is_public(address: str) -> bool:
    from ipaddress import ip_address

    return ip_address(address).is_global


def _parameters(target: Target, purpose: str, settings: dict[str, str]) -> dict[str, str]:
    ours = " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())
    given = target.parameters
    return (
        {"connect_timeout": str(CONNECT_TIMEOUT)}
        | given
        | FIXED
        | {
            "application_name": f"miyabi {purpose}",
            "options": f"{given.get('options') or _default('options') or ''} {ours}".strip(),
        }
    )


def _escaped(value: str) -> str:
    return value.strip("'").replace("\\", "\\\\").replace(" ", "\\ ")


def _reason(error: Exception) -> str:
    """The server's own words of the last address that was tried, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    last = next(
        (line for line in reversed(lines) if "failed: " in line), lines[0] if lines else "no reason given"
    )
    words = last.rpartition("failed: ")[2] if " failed: " in last else last
    return words.removeprefix("FATAL:").strip().rstrip(".")


def _remedy(reason: str) -> str:
    return next((remedy for text, remedy in _REMEDIES if text in reason.lower()), "")

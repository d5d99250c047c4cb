"""One instance's PostgreSQL: made with it, changed with it, and ended with it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from twin.cluster import HOSTS
from twin.databases.copying import copy_running, copy_stopped
from twin.databases.instance import Verdict
from twin.databases.parameters import Parameters, static
from twin.postgres import Master, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from psycopg import Connection

    from twin.certificates import Authority
    from twin.databases.instance import Instance
    from twin.postgres import Server

KEEPING_QUIET: Final = "-c log_statement=none -c log_min_duration_statement=-1 -c log_duration=off"
"""What the twin itself does is not written to the instance's log."""
PATIENCE: Final = 2.0
"""Seconds in which a server has read its settings again."""
_PAUSE: Final = 0.002


@dataclass(slots=True)
class Hosted:
    """An instance and its server.

    Attributes:
        instance: As it was told last.
        server: Its PostgreSQL; stopped while the instance is.
        parameters: What counts at the server.
        password: The master's.
        round_trip: Seconds that the network takes to it and back, besides what it takes here.
        is_full: Whether its disk plays at being full.
        restarts: How many restarts were told of when it started last.
    """

    instance: Instance
    server: Server
    authority: Authority
    parameters: Parameters
    password: str = field(repr=False)
    round_trip: float = 0.0
    is_full: bool = False
    restarts: int = 0
    lock: RLock = field(default_factory=RLock)
    _runs: bool = True
    _connection: Connection[Any] | None = None

    @property
    def verdict(self) -> Verdict:
        """What becomes of a connection that reaches the machine."""
        found = self.instance.verdict
        return found if found is not Verdict.PASSES or self._runs else Verdict.REFUSED

    def follow(self, instance: Instance, parameters: Parameters, password: str, restarts: int) -> None:
        """Be as the instance now is."""
        with self.lock:
            before, self.instance = self.instance, instance
            if instance.host != before.host:
                self.present(self.authority)
            runs = instance.verdict is not Verdict.DROPPED
            if not runs:
                self._stop()
            elif not self._runs or restarts > self.restarts or _restarts(before, instance):
                self._restart(parameters)
            else:
                self._apply(self.parameters.after(parameters, static(self.server.binaries)))
            self.restarts = restarts
            if runs and password != self.password:
                with self.connection() as connection:
                    self.server.set_password(password, connection)
                self.password = password

    def present(self, authority: Authority, **certificate: Any) -> None:
        """Show a certificate of an authority's to whoever connects, for this instance unless it is said."""
        hosts = certificate.pop("hosts", (self.instance.host,))
        self.server.present(authority.issue([*hosts, *HOSTS], **certificate))

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """The superuser's, which is kept: whoever has it is alone with it."""
        with self.lock:
            if self._connection is None or self._connection.closed:
                self._connection = self._connected()
            try:
                yield self._connection
            finally:
                if self._connection.broken:
                    self._connection = None

    def superuser_url(self, database: str = "postgres") -> str:
        """For the twin's own work; whatever certificate the server shows."""
        return self.server.superuser_url(database, options=KEEPING_QUIET, **self._unverified)

    def master_url(self, database: str = "postgres") -> str:
        """For what the twin does in the master's name, likewise."""
        return self.server.url(database, **self._unverified)

    @property
    def _unverified(self) -> dict[str, str]:
        # libpq verifies an authority whenever it finds its file, so it is given one that is not there.
        return {"sslmode": "require", "sslrootcert": str(self.server.folder / "none.pem")}

    def copy(self, target: Path) -> None:
        """Copy its data as it is now."""
        with self.lock:
            if self._runs:
                with self.connection() as connection:
                    copy_running(connection, self.server.data, target)
            else:
                copy_stopped(self.server.data, target)

    def close(self) -> None:
        """End the server, and remove its files."""
        with self.lock:
            self._hang_up()
            self._runs = False
            self.server.close()

    def _connected(self) -> Connection[Any]:
        from psycopg import connect

        return connect(self.superuser_url(), autocommit=True)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _stop(self) -> None:
        self._hang_up()
        self._runs = False
        self.server.stop()

    def _restart(self, parameters: Parameters) -> None:
        self._stop()
        self.server.configure(parameters.settings, plain=parameters.plain)
        self.server.restart(immediate=False)
        self.parameters = parameters
        self._runs = True

    def _apply(self, parameters: Parameters) -> None:
        if parameters == self.parameters:
            return
        with self.connection() as connection:
            before = _read_at(connection)
            self.server.configure(parameters.settings, plain=parameters.plain)
            self.server.reload()
            deadline = time.monotonic() + PATIENCE
            # The server tells its sessions after it has read its settings itself.
            while _read_at(connection) == before and time.monotonic() < deadline:
                time.sleep(_PAUSE)
        self.parameters = parameters


def _read_at(connection: Connection[Any]) -> Any:
    """When a session read the server's settings last."""
    return connection.execute("SELECT pg_conf_load_time()").fetchone()


def _restarts(before: Instance, now: Instance) -> bool:
    """Whether RDS restarts the server to make the change."""
    return (before.instance_class, before.version) != (now.instance_class, now.version)


def host(
    instance: Instance,
    parameters: Parameters,
    password: str,
    *,
    authority: Authority,
    binaries: Path,
    origin: Path | None = None,
) -> Hosted:
    """Start a server for an instance; raises TwinError.

    Args:
        instance: The instance.
        parameters: What its group says.
        password: Its master's.
        authority: Vouches for it.
        binaries: The programs of PostgreSQL.
        origin: The data that it begins with, unless it begins empty.
    """
    server = start(
        hosts=[instance.host],
        settings=parameters.settings,
        binaries=binaries,
        master=Master(instance.master, password, instance.database if origin is None else None),
        authority=authority,
        origin=origin,
    )
    try:
        if parameters.plain:
            server.configure(parameters.settings, plain=True)
            server.reload()
    except BaseException:
        server.close()
        raise
    return Hosted(instance, server, authority, parameters, password)

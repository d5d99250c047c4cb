"""A real PostgreSQL for tests and rehearsals: TLS only, a master who is no superuser, gone with its owner.

One server costs less than a second, a database in it some 40 ms:

    with start(settings={"log_statement": "all"}) as server:
        url = server.url(server.create_database())
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from secrets import token_hex, token_urlsafe
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urlencode

from twin.account import find_account
from twin.cluster import ADDRESS, FAST, HOSTS, SUPERUSER, make_cluster
from twin.errors import PostgresFailed
from twin.installation import find_binaries, find_room, version_of
from twin.keeping import Keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from psycopg import Connection
    from psycopg.sql import Composed

    from twin.cluster import Cluster

__all__ = ["MASTER", "SUPERUSER", "Server", "find_binaries", "start"]

MASTER: Final = "miyabi_admin"
"""The user that owns the databases. As on RDS it is no superuser; see `_make_master`."""
PORTS_TRIED: Final = 20
START_PATIENCE: Final = 60.0
"""Seconds in which a server is ready, after a crash too."""
STOP_PATIENCE: Final = 15.0
"""Seconds in which a server stops; an immediate shutdown kills what has not ended after 5."""
STATUS_LINE: Final = 7
"""Where the lock file holds the status, counted from 0: `LOCK_FILE_LINE_PM_STATUS` in PostgreSQL's source."""


class Server:
    """A running PostgreSQL; made by `start`, ended by `close` or as a context manager.

    Attributes:
        host: The name to connect to; the certificate is for it.
        port: Where it listens, on 127.0.0.1 only; kept over `restart`.
        version: Its version, such as `15.18`.
        binaries: The folder of its programs, a `pg_dump` of the same version among them.
        folder: Where all its files are; it goes with the server.
        data: The data folder.
        ca: The certificate, in PEM, of the authority to trust.
        log: What it says.
    """

    host = HOSTS[0]
    port = 0

    def __init__(
        self, keep: Keep, cluster: Cluster, binaries: Path, version: str, passwords: Mapping[str, str]
    ) -> None:
        self._keep, self.binaries, self.version, self._passwords = keep, binaries, version, passwords
        self.folder, self.data, self.ca, self.log = cluster.folder, cluster.data, cluster.ca, cluster.log
        self._process: subprocess.Popen[bytes] | None = None
        self._kept: Connection | None = None
        self._keeps = False

    def url(
        self, database: str, *, user: str | None = None, password: str | None = None, **params: str
    ) -> str:
        """A URL of a database, for libpq and SQLAlchemy alike.

        Args:
            database: Its name; it need not exist.
            user: As whom to connect; the master if left out.
            password: Of that user; left out, the one that the server knows, or none.
            params: Parameters of the connection, above `sslmode=verify-full` and our own `sslrootcert`.
        """
        user = user or MASTER
        password = self._passwords.get(user) if password is None else password
        login = quote(user, safe="") + ("" if password is None else f":{quote(password, safe='')}")
        query = urlencode(
            {"sslmode": "verify-full", "sslrootcert": self.ca} | params, quote_via=quote, safe="/"
        )
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(database, safe='')}?{query}"

    def superuser_url(self, database: str = "postgres", **params: str) -> str:
        """A URL for the server's housekeeping, with rights that nobody has on RDS."""
        return self.url(database, user=SUPERUSER, **params)

    def create_database(
        self, name: str | None = None, *, template: str | None = None, owner: str = MASTER
    ) -> str:
        """Make a database and return its name.

        Args:
            name: Its name; a new one if left out.
            template: A database to copy, to which nobody may be connected; empty if left out.
            owner: The role that owns it, and with it the schema public.
        """
        from psycopg.sql import SQL, Identifier

        name = name or f"database_{token_hex(6)}"
        self._housekeep(
            SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                Identifier(name), Identifier(owner), Identifier(template or "template1")
            )
        )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it; nothing happens if it is gone."""
        from psycopg.sql import SQL, Identifier

        self._housekeep(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server and keep its files; nothing happens if it is stopped.

        Args:
            immediate: Without closing anything in order, as in a crash: it recovers when it starts again.
        """
        self._hang_up()
        if self._process is None:
            return
        for request in (signal.SIGQUIT,) if immediate else (signal.SIGINT, signal.SIGQUIT):
            self._process.send_signal(request)
            try:
                self._process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                continue
            break
        else:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self, *, immediate: bool = True) -> None:
        """Stop the server if it runs, by default as in a crash, and start it on the same port.

        Raises:
            PostgresFailed: It does not start.
        """
        self.stop(immediate=immediate)
        if self.port:
            self._launch()
        else:
            self._launch_on_free_port()

    def close(self) -> None:
        """Stop the server and remove its files; nothing happens the second time."""
        self.stop(immediate=True)
        self._keep.close()

    def __enter__(self) -> Self:
        """Itself, running already."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    @contextmanager
    def staying_connected(self) -> Iterator[None]:
        """Make and drop databases on one connection meanwhile: a new one costs as much as a database."""
        self._keeps = True
        try:
            yield
        finally:
            self._keeps = False
            self._hang_up()

    def _housekeep(self, statement: Composed) -> None:
        from psycopg import OperationalError

        if not self._keeps:
            with self._housekeeping() as connection:
                connection.execute(statement)
            return
        if self._kept is None or self._kept.closed:
            self._kept = self._housekeeping()
        try:
            self._kept.execute(statement)
        except OperationalError:
            # Whoever ends all sessions, or crashes the server, has ended this one too.
            if not self._kept.broken:
                raise
            self._kept = self._housekeeping()
            self._kept.execute(statement)

    def _hang_up(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _housekeeping(self) -> Connection:
        from psycopg import connect

        return connect(self.superuser_url(), autocommit=True, application_name="housekeeping")

    def _launch_on_free_port(self) -> None:
        """Start the server on a port of its own; one may be taken between looking and starting."""
        for left in reversed(range(PORTS_TRIED)):
            self.port = _free_port()
            try:
                self._launch()
            except PostgresFailed as error:
                if not left or "could not bind" not in error.said:
                    raise
            else:
                return

    def _launch(self) -> None:
        """Start the server and wait until it takes connections."""
        said_before = self.log.stat().st_size
        with self.log.open("ab") as log:
            self._process = self._keep.start(
                [self.binaries / "postgres", "-D", self.data, "-p", str(self.port)], log
            )
        deadline = time.monotonic() + START_PATIENCE
        while not self._is_ready(self._process.pid):
            status = self._process.poll()
            if status is not None or time.monotonic() > deadline:
                found = (
                    f"was not ready in {START_PATIENCE:.0f} s" if status is None else f"ended with {status}"
                )
                self.stop(immediate=True)
                said = self.log.read_bytes()[said_before:]
                raise PostgresFailed("postgres", found, said.decode(errors="replace"))
            time.sleep(0.005)

    def _is_ready(self, pid: int) -> bool:
        """Whether the server says so in its lock file, where its own pg_ctl looks too."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > STATUS_LINE and lines[0] == str(pid) and lines[STATUS_LINE].strip() == "ready"


def start(
    *,
    hosts: Sequence[str] = (),
    settings: Mapping[str, str] = {},
    durable: bool = False,
    binaries: Path | None = None,
) -> Server:
    """Start a server in a folder of its own, on a port of its own.

    It ends, and its folder with it, when it is closed or when our process has ended, even if killed.

    Args:
        hosts: Names and addresses that the certificate is for, besides localhost and 127.0.0.1.
        settings: Settings of PostgreSQL, above those here.
        durable: Whether a commit waits for the disk; what is thrown away needs none of that.
        binaries: The folder of PostgreSQL's programs; `find_binaries` looks for them if left out.

    Raises:
        TwinError: There is no PostgreSQL, or no place for it, or it does not start.
    """
    account = find_account()
    binaries = binaries or find_binaries()
    version = version_of(binaries, account)
    folder = find_room(account, programs=version is None) / f"miyabi-postgres-{token_hex(8)}"
    # URL-safe, as production's are.
    passwords = {user: token_urlsafe(24) for user in (MASTER, SUPERUSER)}
    with ExitStack() as undo:
        keep = undo.enter_context(Keep(folder, account))
        if version is None:
            # The account can't reach the programs, as in an environment below a private home.
            binaries = shutil.copytree(binaries.parent, folder / "install", symlinks=True) / binaries.name
            version = version_of(binaries, account) or ""
        settings = ({} if durable else FAST) | dict(settings)
        cluster = make_cluster(keep, binaries, passwords[SUPERUSER], hosts, settings)
        server = undo.enter_context(Server(keep, cluster, binaries, version, passwords))
        server.restart()
        _make_master(server, passwords[MASTER])
        undo.pop_all()
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
    return port


def _make_master(server: Server, password: str) -> None:
    """Make the master as RDS does.

    It may make databases and roles, and as a member of rds_superuser see and end everybody's sessions:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    What the server gets is a SCRAM verifier, for it may be logging statements.
    """
    from psycopg import connect
    from psycopg.sql import SQL, Identifier, Literal

    with connect(server.superuser_url(), autocommit=True) as connection:
        verifier = connection.pgconn.encrypt_password(password.encode(), MASTER.encode(), b"scram-sha-256")
        connection.execute(
            SQL(
                "CREATE ROLE rds_superuser; GRANT pg_monitor, pg_signal_backend TO rds_superuser;"
                "CREATE ROLE {} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser PASSWORD {}"
            ).format(Identifier(MASTER), Literal(verifier.decode()))
        )

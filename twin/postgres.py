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
from dataclasses import dataclass, field
from secrets import token_hex, token_urlsafe
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urlencode

from twin.account import find_account
from twin.certificates import Authority
from twin.cluster import (
    ADDRESS,
    FAST,
    HOSTS,
    SUPERUSER,
    make_cluster,
    write_access,
    write_certificates,
    write_settings,
)
from twin.errors import PostgresFailed
from twin.installation import find_binaries, find_room, version_of
from twin.keeping import Keep
from twin.scram import verifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from psycopg import Connection
    from psycopg.sql import Composed

    from twin.certificates import Certificates
    from twin.cluster import Cluster

__all__ = ["MASTER", "SUPERUSER", "Master", "Server", "find_binaries", "start"]

MASTER: Final = "miyabi_admin"
"""The user that owns the databases. As on RDS it is no superuser; see `_first_statements`."""
PORTS_TRIED: Final = 20
CHOICE: Final = 15
"""The first major version that lets one choose how a database is copied."""
FILE_COPY: Final = " STRATEGY FILE_COPY"
"""File by file and past the write-ahead log: less work, as long as no checkpoint waits for a disk."""
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
        master: The user that owns its databases.
        binaries: The folder of its programs, a `pg_dump` of the same version among them.
        folder: Where all its files are; it goes with the server.
        data: The data folder.
        ca: The certificate, in PEM, of the authority to trust.
        log: What it says.
    """

    host = HOSTS[0]
    port = 0

    def __init__(
        self,
        keep: Keep,
        cluster: Cluster,
        binaries: Path,
        version: str,
        master: str,
        passwords: dict[str, str],
        *,
        durable: bool,
    ) -> None:
        self._keep, self._cluster = keep, cluster
        self.binaries, self.version, self.master, self._passwords = binaries, version, master, passwords
        self.folder, self.data, self.ca, self.log = cluster.folder, cluster.data, cluster.ca, cluster.log
        self._process: subprocess.Popen[bytes] | None = None
        self._kept: Connection | None = None
        self._keeps = False
        self._copying = "" if durable or int(version.partition(".")[0]) < CHOICE else FILE_COPY

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
        user = user or self.master
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
        self, name: str | None = None, *, template: str | None = None, owner: str | None = None
    ) -> str:
        """Make a database and return its name.

        Args:
            name: Its name; a new one if left out.
            template: A database to copy, to which nobody may be connected; empty if left out.
            owner: The role that owns it, and with it the schema public; the master if left out.
        """
        from psycopg.sql import SQL, Identifier

        name = name or f"database_{token_hex(6)}"
        self._housekeep(
            SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}{}").format(
                Identifier(name),
                Identifier(owner or self.master),
                Identifier(template or "template1"),
                SQL(self._copying),
            )
        )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it; nothing happens if it is gone."""
        from psycopg.sql import SQL, Identifier

        self._housekeep(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def set_password(self, password: str, by: Connection) -> None:
        """Give the master another password, by a superuser's connection; sessions that are open stay."""
        from psycopg.sql import SQL, Identifier, Literal

        by.execute(
            SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(self.master), Literal(verifier(password)))
        )
        self._passwords[self.master] = password

    def present(self, certificates: Certificates) -> None:
        """Show another certificate to whoever connects from now on."""
        write_certificates(self._keep, self._cluster, certificates)
        self.reload()

    def configure(self, settings: Mapping[str, str], *, plain: bool = False) -> None:
        """Put settings above all others, in place of those that were put there before.

        They count from `reload` on, or from `restart` on where PostgreSQL can't change them while it runs.

        Args:
            settings: By name.
            plain: Whether whoever wants no TLS is let in as well.
        """
        write_settings(self._cluster, settings)
        write_access(self._cluster, plain=plain)

    def reload(self) -> None:
        """Have the server read its files again, before the next connection; if it runs."""
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

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


@dataclass(frozen=True, slots=True)
class Master:
    """Whom a server belongs to, as RDS makes it: the user that an instance is created with.

    Attributes:
        name: The role; made unless the server begins with data in which it is.
        password: ASCII without line ends; made up if left out.
        database: A database to make for it, unless the server begins with data.
    """

    name: str = MASTER
    password: str | None = field(default=None, repr=False)
    database: str | None = None


def start(
    *,
    hosts: Sequence[str] = (),
    settings: Mapping[str, str] = {},
    durable: bool = False,
    binaries: Path | None = None,
    master: Master = Master(),
    authority: Authority | None = None,
    origin: Path | None = None,
) -> Server:
    """Start a server in a folder of its own, on a port of its own.

    It ends, and its folder with it, when it is closed or when our process has ended, even if killed.

    Args:
        hosts: Names and addresses that the certificate is for, besides localhost and 127.0.0.1.
        settings: Settings of PostgreSQL, above those here.
        durable: Whether a commit waits for the disk; what is thrown away needs none of that.
        binaries: The folder of PostgreSQL's programs; `find_binaries` looks for them if left out.
        master: The user that owns the databases.
        authority: Who vouches for it; one of its own if left out.
        origin: A data folder of the same major version to begin with, which is copied.

    Raises:
        TwinError: There is no PostgreSQL, or no place for it, or it does not start.
    """
    account = find_account()
    found = binaries = binaries or find_binaries()
    version = version_of(binaries, account)
    folder = find_room(account, programs=version is None) / f"miyabi-postgres-{token_hex(8)}"
    # URL-safe, as production's are.
    passwords = {master.name: master.password or token_urlsafe(24), SUPERUSER: token_urlsafe(24)}
    with ExitStack() as undo:
        keep = undo.enter_context(Keep(folder, account))
        if version is None:
            # The account can't reach the programs, as in an environment below a private home.
            binaries = shutil.copytree(found.parent, folder / "install", symlinks=True) / found.name
            version = version_of(binaries, account) or ""
        cluster = make_cluster(
            keep,
            binaries,
            (authority or Authority()).issue([*HOSTS, *hosts]),
            {} if durable else FAST,
            settings,
            _first_statements(master, passwords, anew=origin is None),
            origin,
        )
        server = undo.enter_context(
            Server(keep, cluster, binaries, version, master.name, passwords, durable=durable)
        )
        server.restart()
        undo.pop_all()
    return server


def _first_statements(master: Master, passwords: Mapping[str, str], *, anew: bool) -> Iterator[str]:
    """Make the master as RDS does, or give it its password where it is.

    It may make databases and roles, and as a member of rds_superuser see and end everybody's sessions:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    What the server gets is a SCRAM verifier, for it may be logging statements.
    """
    name = quoted_name(master.name)
    if anew:
        yield "CREATE ROLE rds_superuser"
        yield "GRANT pg_monitor, pg_signal_backend TO rds_superuser"
        yield f"CREATE ROLE {name} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser"
    for role, password in passwords.items():
        yield f"ALTER ROLE {quoted_name(role)} PASSWORD '{verifier(password)}'"
    if anew and master.database is not None:
        yield f"CREATE DATABASE {quoted_name(master.database)} OWNER {name}"


def quoted_name(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
    return port

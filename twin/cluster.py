"""The files of a PostgreSQL cluster: certificates, the data folder, settings, and who may connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twin.errors import PostgresFailed
from twin.pristine import copy_for, make_pristine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from twin.certificates import Certificates
    from twin.keeping import Keep

SUPERUSER: Final = "rdsadmin"
"""The server's own user, named as on RDS; nothing that is tested may use it."""
ADDRESS: Final = "127.0.0.1"
HOSTS: Final = ("localhost", ADDRESS)

INITDB: Final = (
    f"--username={SUPERUSER}",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)
ACCESS: Final = """\
hostssl all         all all scram-sha-256
hostssl replication all all scram-sha-256
"""
PLAIN_ACCESS: Final = "host all all all scram-sha-256\n"
"""Whoever wants no TLS is let in as well: what RDS does where `rds.force_ssl` is 0."""
SETTINGS: Final = {
    "listen_addresses": ADDRESS,
    "unix_socket_directories": "",
    "ssl": "on",
    "ssl_cert_file": "../server.crt",
    "ssl_key_file": "../server.key",
    "ssl_min_protocol_version": "TLSv1.2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The write-ahead log lies in memory, and the default lets a gigabyte of it gather.
    "max_wal_size": "128MB",
    # Shared memory as files in the data folder, so that it goes with the folder.
    "dynamic_shared_memory_type": "mmap",
}
FAST: Final = {"fsync": "off", "full_page_writes": "off"}
"""What spares waiting for the disk: a crash of the machine may take everything, one of the server nothing.

`synchronous_commit` stays on: without it an immediate shutdown loses what was committed last.
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the files of a cluster are."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def ca(self) -> Path:
        """The certificate of the authority that vouches for the server."""
        return self.folder / "ca.pem"

    @property
    def log(self) -> Path:
        """What its programs say."""
        return self.folder / "log"


def make_cluster(
    keep: Keep,
    binaries: Path,
    certificates: Certificates,
    base: Mapping[str, str],
    settings: Mapping[str, str],
    statements: Iterable[str],
    origin: Path | None = None,
) -> Cluster:
    """Make a cluster in an empty folder.

    Args:
        keep: The folder.
        binaries: The folder of PostgreSQL's programs.
        certificates: The server's own.
        base: Settings above `SETTINGS`, that stay.
        settings: Settings above those, which `write_settings` may put others in the place of.
        statements: SQL to begin with, as the superuser: it goes to a server that nobody can connect to.
        origin: A data folder to begin with, instead of an empty one.

    Raises:
        PostgresFailed: initdb failed, or a statement.
    """
    cluster = Cluster(keep.folder)
    write_certificates(keep, cluster, certificates)
    if origin is None:
        make_pristine(keep, binaries, INITDB, cluster.data, cluster.log)
    else:
        copy_for(keep, origin, cluster.data)
    write_access(cluster, plain=False)
    with (cluster.data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(_lines(SETTINGS | dict(base)))
    write_settings(cluster, settings)
    _begin_with(keep, binaries, cluster, statements)
    return cluster


def write_certificates(keep: Keep, cluster: Cluster, certificates: Certificates) -> None:
    """Give the server a certificate; it reads it when it starts, and when it is told to look again."""
    cluster.ca.write_bytes(certificates.ca)
    _write_private(keep, cluster.folder / "server.crt", certificates.certificate)
    _write_private(keep, cluster.folder / "server.key", certificates.key)


def write_access(cluster: Cluster, *, plain: bool) -> None:
    """Say who may connect, and whether without TLS as well."""
    access = ACCESS + (PLAIN_ACCESS if plain else "")
    (cluster.data / "pg_hba.conf").write_text(access, encoding="utf-8")


def write_settings(cluster: Cluster, settings: Mapping[str, str]) -> None:
    """Put settings above all others: where ALTER SYSTEM would put them."""
    (cluster.data / "postgresql.auto.conf").write_text(_lines(settings), encoding="utf-8")


def _lines(settings: Mapping[str, str]) -> str:
    """Settings as PostgreSQL's files have them."""
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _begin_with(keep: Keep, binaries: Path, cluster: Cluster, statements: Iterable[str]) -> None:
    """Run statements one by one, before there is a server; the first that fails ends it."""
    command: list[str | Path] = [
        binaries / "postgres",
        "--single",
        "-j",
        "-D",
        cluster.data,
        "-c",
        "exit_on_error=on",
        "-c",
        "fsync=off",
        "postgres",
    ]
    said = "".join(f"{statement};\n\n" for statement in statements)
    before = cluster.log.stat().st_size if cluster.log.exists() else 0
    with cluster.log.open("ab") as log:
        status = keep.run(command, log, said.encode())
    if status:
        found = cluster.log.read_bytes()[before:].decode(errors="replace")
        raise PostgresFailed("postgres", f"ended with {status}", found)


def _write_private(keep: Keep, path: Path, content: bytes) -> None:
    """Write a file that only the cluster's account can read: PostgreSQL refuses any other key."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    keep.account.take(path)


def _quoted(value: str) -> str:
    """A value as postgresql.conf wants it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"

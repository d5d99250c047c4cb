"""Reads a folder of migrations by the rules of the tool that wrote the production ledger.

Those rules are sqlx's (0.5 to 0.9): one folder, not its subfolders; the name is cut at the first
underscore; what has none, or does not end in `.sql`, is no migration; what stands before it must
be a 64-bit integer, or the whole folder is refused. The checksum is SHA-384 of the file's bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.migrator.errors import DuplicateVersion, FileRefused, FolderUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NO_TRANSACTION: Final = b"-- no-transaction"
"""A file that begins so, at its first byte, runs outside of a transaction (sqlx 0.8 and later)."""
_VERSION = re.compile(r"[+-]?[0-9]+", re.ASCII)
_KINDS: Final = {".up.sql": "up", ".down.sql": "down", ".sql": "simple"}
_SMALLEST, _GREATEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `content` holds its bytes exactly as they were read."""

    version: int
    description: str
    path: Path
    content: bytes
    kind: str = "simple"

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def checksum(self) -> bytes:
        """SHA-384 of the bytes: 48 bytes."""
        return hashlib.sha384(self.content).digest()

    @property
    def text(self) -> str:
        """The SQL; reading made sure that it is UTF-8."""
        return self.content.decode()

    @property
    def no_transaction(self) -> bool:
        """Whether the file asks to run outside of a transaction."""
        return self.content.startswith(NO_TRANSACTION)


@dataclass(frozen=True, slots=True)
class Migrations:
    """A folder's migrations: those that go up in order of version, those that go down by version."""

    folder: Path
    up: tuple[Migration, ...]
    down: Mapping[int, Migration]

    def until(self, version: int) -> Migrations:
        """The same folder without what is newer than `version`."""
        return Migrations(self.folder, tuple(each for each in self.up if each.version <= version), self.down)


def read_migrations(folder: Path) -> Migrations:
    """Read every migration of a folder.

    Raises `FolderUnreadable`, `FileRefused` for a name or a content that can't be used, and
    `DuplicateVersion`.
    """
    up: dict[int, Migration] = {}
    down: dict[int, Migration] = {}
    for migration in _read(folder):
        found = down if migration.kind == "down" else up
        if migration.version in found:
            raise DuplicateVersion(migration.version, found[migration.version].path, migration.path)
        found[migration.version] = migration
    return Migrations(folder, tuple(up[version] for version in sorted(up)), down)


def _read(folder: Path) -> Iterator[Migration]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if _is_read(entry))
    except OSError as error:
        raise FolderUnreadable(folder, error) from None
    for name in names:
        before, underscore, rest = name.partition("_")
        if not name.isprintable() and _is_undecodable(name):
            raise FileRefused(folder / repr(name), "has a name that is not UTF-8", "rename it")
        if underscore and rest.endswith(".sql"):
            path = folder / name
            yield _migration(path, _version(path, before), rest)


def _is_read(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link that leads nowhere and is refused then; no folder, no pipe."""
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True


def _is_undecodable(name: str) -> bool:
    """Python keeps bytes that are no UTF-8 as lone surrogates."""
    return any("\udc80" <= character <= "\udcff" for character in name)


def _version(path: Path, text: str) -> int:
    if not _VERSION.fullmatch(text) or not _SMALLEST <= (version := int(text)) <= _GREATEST:
        raise FileRefused(
            path,
            f"{text!r} is no version",
            "a migration is named <version>_<description>.sql, the version a 64-bit integer",
        )
    return version


def _migration(path: Path, version: int, rest: str) -> Migration:
    suffix = next(suffix for suffix in _KINDS if rest.endswith(suffix))
    while rest.endswith(suffix):  # sqlx trims it as often as it stands there
        rest = rest.removesuffix(suffix)
    return Migration(version, rest.replace("_", " "), path, _content(path), _KINDS[suffix])


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileRefused(path, f"can't be read ({error.strerror})", "mend its rights or its link") from None
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise FileRefused(path, f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    return content

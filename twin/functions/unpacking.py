"""Unpacks the code of functions, each package once, as Lambda does: with its modes, and for reading alone."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from twin.functions.binaries import HEAD, runs_on
from twin.functions.errors import NotRunnable
from twin.functions.lending import tops

if TYPE_CHECKING:
    from twin.functions.lending import Lender
    from twin.functions.resolving import Found

_UNIX: Final = 3
"""ZipInfo.create_system of an archive that has modes."""
_READABLE: Final = 0o444
_DEFAULT_MODE: Final = 0o644


class Shelf:
    """Folders of packages by their hash, below one that is gone at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unpacked: dict[str, Path] = {}
        self._machines: dict[str, frozenset[str]] = {}
        self._lock = Lock()

    def get(self, sha: str, content: bytes, lender: Lender | None = None) -> Path:
        """A package in its folder, which is the lender's own where it has all the same besides.

        Args:
            sha: The hash of the content.
            content: The zip.
            lender: Its compiled files take the place of those of the zip.
        """
        name = sha256(f"{sha} {lender.folder if lender else ''}".encode()).hexdigest()[:32]
        with self._lock:
            if name not in self._unpacked:
                self._unpacked[name] = _unpack(content, self._folder / name, lender)
            return self._unpacked[name]

    def machines(self, sha: str, content: bytes) -> frozenset[str]:
        """What the compiled files of a zip run on; nothing is unpacked."""
        with self._lock:
            if sha not in self._machines:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    self._machines[sha] = frozenset(_compiled(archive).values())
            return self._machines[sha]


def code_of(account: str, region: str, found: Found) -> bytes:
    """The zip that is deployed as a version.

    Raises NotRunnable where there is none, or it is not what its hash says.
    """
    from moto.awslambda.models import lambda_backends

    if found.configuration.get("PackageType", "Zip") != "Zip":
        raise NotRunnable(found.name, "it is a container image", "deploy it as a zip")
    function: Any = lambda_backends[account][region].get_function(found.name, found.version)
    content: bytes = function.code_bytes
    if b64encode(sha256(content).digest()).decode() != found.configuration["CodeSha256"]:
        raise NotRunnable(found.name, "its code is not what CodeSha256 says", "deploy its code again")
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise NotRunnable(found.name, "its code is no zip", "deploy a zip")
    return content


def _compiled(archive: zipfile.ZipFile) -> dict[str, str]:
    found = {}
    for entry in archive.infolist():
        if not entry.is_dir():
            with archive.open(entry) as stream:
                machine = runs_on(stream.read(HEAD))
            if machine:
                found[entry.filename] = machine
    return found


def _unpack(content: bytes, folder: Path, lender: Lender | None) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        compiled = _compiled(archive)
        plain = [entry for entry in archive.infolist() if not lender or entry.filename not in compiled]
        if lender:
            sums = {each.filename: (each.file_size, each.CRC) for each in plain if not each.is_dir()}
            if lender.is_the_same(sums, compiled):
                return lender.folder
        folder.mkdir()
        for entry in plain:
            _write(archive, entry, folder)
    if lender:
        lender.lend(folder, tops(compiled))
    _make_read_only(folder)
    return folder


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    name = PurePosixPath(entry.filename)
    if name.is_absolute() or ".." in name.parts:
        return  # an entry outside of /var/task is not unpacked there either
    path = folder / name
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = entry.external_attr >> 16 if entry.create_system == _UNIX else 0
    if stat.S_ISLNK(mode):
        path.symlink_to(archive.read(entry).decode())
        return
    path.write_bytes(archive.read(entry))
    path.chmod((stat.S_IMODE(mode) or _DEFAULT_MODE) & ~0o222 | _READABLE)


def _make_read_only(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        Path(place).chmod(0o555)

"""Keeps packages that were built to be run here, so that tests and the twin build each only once.

A package stands under a key made of all that it is built from. Several processes may ask for it at once:
one builds, the others wait.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.package.building import build, unpacked
from ops.package.entries import digest
from ops.package.locks import CLIENT_LOCK, LAMBDA_LOCK, ROOT
from ops.package.sources import own_entries
from ops.package.wheels import wheels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from ops.package.entries import Entry
    from ops.package.interpreters import Interpreter
    from ops.package.target import Target

SHELF: Final = ROOT / ".cache" / "package"
KEPT: Final = 4
"""Folders that stay however long nobody asked for them."""
IN_USE: Final = 3600
"""Seconds for which a folder stays after it was asked for: a run of the tests, or a twin, works in it."""


@dataclass(frozen=True, slots=True)
class Built:
    """A package: its zip, and the folder that it unpacks to."""

    zip: Path
    folder: Path


def built(
    target: Target, compiler: Interpreter | None, *, region: str, as_of: date, shelf: Path = SHELF
) -> Built:
    """The package of the checkout as it is now, built if it does not stand there yet.

    Raises:
        RootsMissing: The region has no roots that are valid on the day.
        WheelsMissing: Wheels are missing here; nothing is fetched.
        SourceUncompilable: A module is no Python of the target's version.
    """
    own = own_entries(region, as_of)

    def make(folder: Path) -> None:
        package = build(target, wheels(LAMBDA_LOCK, target), own, compiler)
        (folder / "package.zip").write_bytes(package.archive.content)
        _unzip(folder / "package.zip", folder / "task")

    place = _kept(shelf, f"{target.name}-{_key(target, compiler, own)}", make)
    return Built(place / "package.zip", place / "task")


def runtime_client(target: Target, *, shelf: Path = SHELF) -> Path:
    """A folder to import AWS's client of the Lambda Runtime API from; raises WheelsMissing."""
    found = wheels(CLIENT_LOCK, target)

    def make(folder: Path) -> None:
        for wheel in found.values():
            for name, content in unpacked(wheel).items():
                place = folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)

    key = sha256(CLIENT_LOCK.read_bytes()).hexdigest()[:16]
    return _kept(shelf, f"client-{target.name}-{key}", make)


def _key(target: Target, compiler: Interpreter | None, own: Mapping[str, Entry]) -> str:
    """All that a package is made of and by."""
    builders = (path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    what = [
        target.name,
        compiler.version if compiler else "",
        digest(own),
        LAMBDA_LOCK.read_text(encoding="utf-8"),
        zlib.ZLIB_RUNTIME_VERSION,
        *(sha256(source).hexdigest() for source in builders),
    ]
    return sha256("\0".join(what).encode()).hexdigest()[:16]


def _kept(shelf: Path, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of a name, made whole or not at all."""
    place = shelf / name
    with _alone(shelf):
        if not place.is_dir():
            making = Path(tempfile.mkdtemp(dir=shelf, prefix=".making-"))
            try:
                make(making)
                making.rename(place)
            finally:
                shutil.rmtree(making, ignore_errors=True)
        os.utime(place)
        _discard_oldest(shelf)
    return place


@contextmanager
def _alone(shelf: Path) -> Iterator[None]:
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _discard_oldest(shelf: Path) -> None:
    """Remove what is long unused, and what a process that was killed left half made."""
    used = {path: path.stat().st_mtime for path in shelf.iterdir() if path.is_dir()}
    half_made = [path for path in used if path.name.startswith(".")]
    whole = sorted(set(used) - set(half_made), key=lambda path: used[path], reverse=True)
    unused = [path for path in whole[KEPT:] if used[path] < time.time() - IN_USE]
    for folder in half_made + unused:
        shutil.rmtree(folder, ignore_errors=True)


def _unzip(archive: Path, folder: Path) -> None:
    """Unpack with the permissions that the zip holds, as Lambda does."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
        for record in opened.infolist():
            (folder / record.filename).chmod(record.external_attr >> 16 & 0o777)

"""Keeps the state of the local AWS in a file, and brings it back with every id as it was.

The file holds Python's pickle of what the services hold, so it is code to whoever reads it, and it may hold
secrets: only its owner may read it, and only one's own should be read. A line of JSON in front says what it
is and carries its checksum; what does not agree with it is refused before any of it is used.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.aws import kept_cloudformation, kept_services
from twin.aws.changes import changed
from twin.aws.errors import StateRefused, StateUnkept
from twin.aws.pickling import Pickler, Unpickler

if TYPE_CHECKING:
    from collections.abc import Callable

NAME: Final = "local-aws.state"
"""Of the file within the folder that is named."""
SHAPED_BY: Final = ("mends/**/*.py", "cloudformation/**/*.py", "kept_*.py", "pickling.py")
"""The code beside this file that shapes what is kept: there is no number that somebody must think of."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something of an account that is kept, and dropped when the account's AWS ends."""

    dump: Callable[[str], Any]
    """All that an account has, as anything that can be pickled."""
    load: Callable[[str, Any], None]
    """Put it back, where the account has nothing."""
    forget: Callable[[str], None]


PARTS: Final = {
    "services": Part(kept_services.dump, kept_services.load, kept_services.forget),
    "cloudformation": Part(kept_cloudformation.dump, kept_cloudformation.load, kept_cloudformation.forget),
}
"""Everything that there is of an account, by the name that it is kept under."""


def forget(account: str) -> None:
    """Drop all that an account has."""
    for part in PARTS.values():
        part.forget(account)
    changed(account)


def prepare(folder: Path) -> None:
    """Make the folder, so that a place that can't be written is told before there is something to lose.

    Raises StateUnkept.
    """
    path = folder / NAME
    _makers()  # while the code that is loaded is the code that is on the disk
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _temporary(path).unlink(missing_ok=True)
        os.close(_open(_temporary(path)))
        _temporary(path).unlink()
    except OSError as error:
        raise StateUnkept(path, error.strerror or str(error)) from None


def keep(account: str, folder: Path) -> None:
    """Write what an account has; what was kept before stays whole until then.

    Nobody may be at work in the account meanwhile. Raises StateUnkept, and leaves what was kept before.
    """
    path = folder / NAME
    try:
        _write(path, _packed(account))
    except OSError as error:
        raise StateUnkept(path, error.strerror or str(error)) from error
    except Exception as error:
        raise StateUnkept(
            path, f"{type(error).__name__}: {error}", "it is a fault of the local AWS"
        ) from error


def restore(account: str, folder: Path) -> bool:
    """Give an account what was kept, instead of what it has; tell whether there was something kept.

    Raises StateRefused, and leaves the account with nothing.
    """
    path = folder / NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StateRefused(path, f"can't be read ({error.strerror})") from None
    pickled = _unpacked(path, content, account)
    forget(account)
    try:
        found = Unpickler(io.BytesIO(pickled)).load()
        for name, part in PARTS.items():
            part.load(account, found[name])
    except Exception as error:
        forget(account)
        raise StateRefused(path, f"can't be put back ({type(error).__name__}: {error})") from error
    changed(account)
    return True


def _packed(account: str) -> bytes:
    stream = io.BytesIO()
    Pickler(stream).dump({name: part.dump(account) for name, part in PARTS.items()})
    pickled = stream.getvalue()
    head = {"account": account, "made_by": _makers(), "sha256": hashlib.sha256(pickled).hexdigest()}
    return json.dumps(head).encode() + b"\n" + pickled


def _unpacked(path: Path, content: bytes, account: str) -> bytes:
    """The pickle within a file's content, once it is known to be whole and ours."""
    line, _, pickled = content.partition(b"\n")
    try:
        head = json.loads(line)
        owner, makers, checksum = head["account"], head["made_by"], head["sha256"]
    except (ValueError, TypeError, KeyError):
        raise StateRefused(path, "is damaged: its first line does not say what it is") from None
    if hashlib.sha256(pickled).hexdigest() != checksum:
        raise StateRefused(path, "is damaged: its checksum is another")
    if owner != account:
        raise StateRefused(path, f"is of account {owner}, not of {account}")
    if makers != _makers():
        different = [name for name, version in _makers().items() if makers.get(name) != version]
        raise StateRefused(path, f"was made by another version of {' and '.join(different)}")
    return pickled


@cache
def _makers() -> dict[str, str]:
    """The versions of all that shapes what is kept."""
    from importlib.metadata import version

    here = Path(__file__).parent
    sources = sorted(source for pattern in SHAPED_BY for source in here.glob(pattern))
    own = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"moto": version("moto"), "python": python, "twin.aws": own}


def _write(path: Path, content: bytes) -> None:
    """Write a file that is whole or not there, whatever happens meanwhile."""
    temporary = _temporary(path)
    try:
        with os.fdopen(_open(temporary), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")


def _open(path: Path) -> int:
    """A new file that nobody else may read."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

"""Knows whether a local AWS runs here, by a file that it holds locked for as long as it does.

The lock ends with the process, however that ends, so a file that is left behind misleads nobody.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scripts.errors import ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER: Final = Path(".cache") / "local"
"""Below the folder that `up` ran in, where `down` and `status` look too."""
RUN: Final = FOLDER / "run.json"
LOG: Final = FOLDER / "log"
"""What one in the background says."""
PAUSE: Final = 0.02
"""Seconds between two looks at the lock."""
MOST: Final = 1 << 16
"""Bytes of a run file; it has a few hundred."""


@dataclass(frozen=True, slots=True)
class Running:
    """A local AWS, as its run file tells of it."""

    endpoint: str
    account: str
    region: str
    pid: int
    keep: str | None
    """The folder that its state is kept in."""


class RunsAlready(ProgramError):
    """A local AWS runs here, and there can be only one."""

    def __init__(self, running: Running | None) -> None:
        self.running = running
        what = (
            f"at {running.endpoint} for account {running.account}" if running else "and is starting or ending"
        )
        super().__init__(f"a local AWS runs here already, {what}; `miyabi local down` stops it")


@contextmanager
def only_one() -> Iterator[int]:
    """Hold the run file locked, as the one local AWS here; raises RunsAlready.

    Gives what `tell` takes.
    """
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(RUN, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(number, fcntl.LOCK_EX):
            raise RunsAlready(_running(_read(number)))
        tell(number, {})
        yield number
    finally:
        os.close(number)


def tell(number: int, about: Running | Mapping[str, str]) -> None:
    """Write what runs into the run file, or how it ended."""
    document = asdict(about) if isinstance(about, Running) else dict(about)
    os.ftruncate(number, 0)
    os.pwrite(number, json.dumps(document).encode(), 0)


def find() -> Running | None:
    """What runs now; None if nothing does, or if it does not answer yet."""
    locked, document = _look()
    return _running(document) if locked else None


def failure() -> str:
    """Why the last one failed while it ended; empty if it did not."""
    return str(_look()[1].get("failed", ""))


def wait_for_end(seconds: float) -> bool:
    """Wait until none runs, but no longer than that; tell whether none does."""
    until = time.monotonic() + seconds
    while _look()[0]:
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE)
    return True


def _look() -> tuple[bool, dict[str, Any]]:
    """Whether the run file is locked by somebody, and what it says."""
    try:
        number = os.open(RUN, os.O_RDONLY)
    except FileNotFoundError:
        return False, {}
    try:
        return not _locked(number, fcntl.LOCK_SH), _read(number)
    finally:
        os.close(number)


def _locked(number: int, how: int) -> bool:
    """Take the lock, unless somebody has it."""
    try:
        fcntl.flock(number, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(number: int) -> dict[str, Any]:
    try:
        document = json.loads(os.pread(number, MOST, 0))
    except ValueError:  # about to be written
        return {}
    return document if isinstance(document, dict) else {}


def _running(document: Mapping[str, Any]) -> Running | None:
    try:
        return Running(**document)
    except TypeError:  # it tells nothing yet, or how it ended
        return None

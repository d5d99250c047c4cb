"""Keeps the wheels of a lock on this machine, checked by their hashes, and fetches those that are missing."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.package.errors import WheelsMissing, WheelsUnfetched
from ops.package.locks import ROOT, read_lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.package.target import Target

STORE: Final = ROOT / ".venv" / "wheels"
"""Where they are kept: `make clean` leaves it, and so do commits."""


def wheels(lock: Path, target: Target, *, store: Path = STORE) -> dict[str, Path]:
    """The wheel of each distribution of a lock, by normalised name.

    Raises:
        WheelsMissing: Some are not here, or are not the files that the lock means.
    """
    found = _found(lock, _folder(store, target))
    if missing := _missing(lock, found):
        raise WheelsMissing(target.name, missing, _folder(store, target))
    return found


def fetch(
    lock: Path, target: Target, *, store: Path = STORE, say: Callable[[str], None] | None = None
) -> dict[str, Path]:
    """The same, after pip has fetched what is missing; `say` is told before it does.

    Raises:
        WheelsUnfetched: pip could not.
    """
    folder = _folder(store, target)
    found = _found(lock, folder)
    if not (missing := _missing(lock, found)):
        return found
    if say:
        say(f"fetching {len(missing)} wheels for {target.name}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetched-") as arrived:
        command = _command(lock, target, Path(arrived))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise WheelsUnfetched(target.name, missing, done.stderr)
        for wheel in Path(arrived).glob("*.whl"):
            wheel.replace(folder / wheel.name)
    found = wheels(lock, target, store=store)
    _discard_former(folder, found)
    return found


def distribution(wheel: Path) -> str:
    """The normalised name of a wheel's distribution (PyPA's binary distribution format)."""
    return re.sub(r"[-_.]+", "-", wheel.name.split("-", 1)[0]).lower()


def _folder(store: Path, target: Target) -> Path:
    return store / target.name


def _found(lock: Path, folder: Path) -> dict[str, Path]:
    pins = read_lock(lock)
    return {
        name: wheel
        for wheel in sorted(folder.glob("*.whl"))
        if (name := distribution(wheel)) in pins
        and sha256(wheel.read_bytes()).hexdigest() in pins[name].hashes
    }


def _discard_former(folder: Path, found: dict[str, Path]) -> None:
    """Remove other releases of what is there now."""
    for wheel in folder.glob("*.whl"):
        if found.get(distribution(wheel), wheel) != wheel:
            wheel.unlink(missing_ok=True)


def _missing(lock: Path, found: dict[str, Path]) -> list[str]:
    return sorted(set(read_lock(lock)) - set(found))


def _command(lock: Path, target: Target, arrived: Path) -> list[str]:
    """Have pip take wheels alone, by hash; the lock names every dependency, so it need look for none."""
    elsewhere = ["--implementation=cp", f"--python-version={target.version}"]
    elsewhere += [f"--platform={platform}" for platform in target.platforms]
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "--no-deps"]
    return [
        sys.executable,
        "-m",
        "pip",
        "download",
        *options,
        "--only-binary=:all:",
        *(elsewhere if target.platforms else []),
        f"--dest={arrived}",
        f"--requirement={lock}",
    ]

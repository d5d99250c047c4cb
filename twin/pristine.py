"""A data folder as initdb makes it, kept beside the checkout: copying it takes a fifth of the time.

It holds a superuser without a password, no database and nobody's settings, so it is no secret; whoever could
change it could change our code as well.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from twin.errors import PostgresFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.keeping import Keep

SHELF: Final = Path(__file__).parents[1] / ".cache" / "postgres"
OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def make_pristine(
    keep: Keep, binaries: Path, options: Sequence[str], data: Path, log: Path, *, shelf: Path = SHELF
) -> None:
    """Make a new data folder, from the one that is kept, or by initdb, whose work is kept then.

    Args:
        keep: Runs initdb, and owns the files.
        binaries: The folder of PostgreSQL's programs.
        options: Of initdb, besides where to make it.
        data: What is made; nothing may be there yet.
        log: Where initdb says what it does.
        shelf: The folder of what is kept.

    Raises:
        PostgresFailed: initdb failed.
    """
    kept = shelf / _key(binaries, options)
    if _is_ours(kept):
        copy_for(keep, kept, data)
        return
    with log.open("ab") as output:
        status = keep.run([binaries / "initdb", *options, f"--pgdata={data}"], output)
    if status:
        raise PostgresFailed("initdb", f"ended with {status}", log.read_text(encoding="utf-8"))
    _keep(data, kept)


def copy_for(keep: Keep, source: Path, data: Path) -> None:
    """Copy a data folder for a server that is run by the keep's account."""
    shutil.copytree(source, data, copy_function=shutil.copyfile)
    for folder, _, files in os.walk(data):
        here = Path(folder)
        here.chmod(0o700)
        keep.account.take(here)
        for name in files:
            (here / name).chmod(0o600)
            keep.account.take(here / name)


def _key(binaries: Path, options: Sequence[str]) -> str:
    """Another build, even of the same version, may sort and count its catalogues otherwise."""
    programs = [(binaries / name).stat() for name in ("initdb", "postgres")]
    told = [f"{program.st_size} {program.st_mtime_ns}" for program in programs]
    return hashlib.sha256("\n".join([*told, *options]).encode()).hexdigest()[:32]


def _is_ours(kept: Path) -> bool:
    try:
        found = kept.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & OTHERS_MAY_WRITE
    )


def _keep(data: Path, kept: Path) -> None:
    """Keep a copy; where it can't be written, each server is made anew, as it was before."""
    partial = kept.with_name(f".{kept.name}-{token_hex(4)}")
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(data, partial, copy_function=shutil.copyfile)
        partial.chmod(0o700)
        # Fails where another process was faster.
        partial.rename(kept)
    except OSError:
        pass
    finally:
        shutil.rmtree(partial, ignore_errors=True)

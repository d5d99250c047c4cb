"""Writes the files of a report, each in one step: whoever reads one meanwhile reads the former one whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.errors import ResultUnwritable

if TYPE_CHECKING:
    from collections.abc import Mapping


def write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files by their names; returns where they are. Raises ResultUnwritable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder / name, text) for name, text in files.items()]
    except OSError as error:
        raise ResultUnwritable(error) from None


def _write(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path

"""Writes checked templates to the build folder: all of an environment, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.errors import BuildFolderUnusable
from stacks.manifest import manifest
from stacks.pipeline import build_pipeline
from stacks.writing import dumps

if TYPE_CHECKING:
    from stacks.synthesis import Synthesis

MANIFEST = "manifest.json"
PIPELINE = "pipeline.json"
"""Who may deploy the environment: no stack of it, so not in the manifest."""


def files(synthesis: Synthesis) -> dict[str, str]:
    """Every file of an environment's build folder, by name."""
    pipeline = build_pipeline(synthesis.environment, synthesis.templates).template.to_dict()
    return {f"{stack}.json": text for stack, text in synthesis.texts.items()} | {
        PIPELINE: dumps(pipeline),
        MANIFEST: dumps(manifest(synthesis)),
    }


def write(synthesis: Synthesis, build: Path) -> bool:
    """Replace `build/<environment>` as a whole; returns whether a byte changed.

    The new folder is complete before it takes the old one's place, so a good build is never
    replaced by half of another. Raises BuildFolderUnusable.
    """
    wanted, folder = files(synthesis), build / synthesis.environment.name
    try:
        if _current(folder) == {name: text.encode() for name, text in wanted.items()}:
            return False
        build.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=build, prefix=f".{folder.name}-") as scratch:
            fresh = Path(scratch) / "new"
            fresh.mkdir()
            for name, text in wanted.items():
                (fresh / name).write_text(text, encoding="utf-8", newline="\n")
            _swap(fresh, folder, Path(scratch) / "old")
    except OSError as error:
        raise BuildFolderUnusable(build, error.strerror or str(error)) from None
    return True


def _current(folder: Path) -> dict[str, bytes | None]:
    """What the folder holds; None for what is no file."""
    found = folder.iterdir() if folder.is_dir() else ()
    return {path.name: path.read_bytes() if path.is_file() else None for path in found}


def _swap(fresh: Path, folder: Path, old: Path) -> None:
    """Put the new folder in place; if that fails, the old one comes back."""
    if not folder.exists():
        fresh.rename(folder)
        return
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)

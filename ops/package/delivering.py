"""Writes packages to a folder, with what is known of them, and takes away what they replace."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.package.building import Package

INDEX: Final = "package.json"


def document(packages: Sequence[Package], region: str) -> dict[str, Any]:
    """What package.json says; sizes are bytes, `code_sha256` is what Lambda tells as CodeSha256."""
    return {"region": region, "packages": [_described(package) for package in packages]}


def write(packages: Sequence[Package], region: str, folder: Path) -> bool:
    """Bring a folder to hold these packages and no other; returns whether anything changed.

    Each file appears whole. The index is written when every zip that it names is there, and zips that it no
    longer names go last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = [_replace(folder / package.file, package.archive.content) for package in packages]
    text = json.dumps(document(packages, region), indent=2) + "\n"
    changed.append(_replace(folder / INDEX, text.encode()))
    current = {package.file for package in packages}
    for former in folder.glob("miyabi-*.zip"):
        if former.name not in current:
            former.unlink()
            changed.append(True)
    return any(changed)


def _described(package: Package) -> dict[str, Any]:
    archive = package.archive
    return {
        "name": package.file.removesuffix(".zip"),
        "file": package.file,
        "architecture": package.target.machine,
        "python": package.target.version,
        "sha256": archive.sha256,
        "code_sha256": archive.code_sha256,
        "contents_sha256": package.contents,
        "zipped_bytes": len(archive.content),
        "unzipped_bytes": archive.unzipped,
        "bytecode": package.compiler is not None,
        "compiler": package.compiler,
        "parts": {
            part: {"zipped_bytes": size.zipped, "unzipped_bytes": size.unzipped}
            for part, size in sorted(archive.parts.items())
        },
    }


def _replace(place: Path, content: bytes) -> bool:
    """Write a file at once, unless it says the same already."""
    if place.is_file() and place.read_bytes() == content:
        return False
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".writing-")
    arriving = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        arriving.chmod(0o644)
        arriving.replace(place)
    finally:
        arriving.unlink(missing_ok=True)
    return True

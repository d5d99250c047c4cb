"""Small wheels, so that a package is built in no time."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING

from ops.package.entries import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OWN = {
    "runtime/__init__.py": Entry(b'"""Ours."""\n', "runtime"),
    "runtime/handler.py": Entry(b"NAMES = {'b', 'a', 'c'}\n\n\ndef handle():\n    return NAMES\n", "runtime"),
    "migrations/1_first.sql": Entry(b"SELECT 1;\n", "migrations"),
}


def wheel(folder: Path, name: str, files: Mapping[str, str], version: str = "1.0") -> Path:
    """Write a wheel that holds these files and the least that a wheel must."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    records = {f"{about}/METADATA": metadata, f"{about}/WHEEL": tags}
    with zipfile.ZipFile(place, "w") as archive:
        for inner, content in {**files, **records, f"{about}/RECORD": ""}.items():
            archive.writestr(inner, content)
    return place


def lock(place: Path, *wheels: Path) -> Path:
    """Write a lock of these wheels."""
    pins = []
    for each in sorted(wheels):
        name, version, *_ = each.name.split("-")
        pins.append(f"{name}=={version} \\\n    --hash=sha256:{sha256(each.read_bytes()).hexdigest()}\n")
    place.write_text("".join(pins), encoding="utf-8")
    return place

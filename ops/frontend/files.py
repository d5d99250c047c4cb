"""The files of a built frontend: what each is, how long a browser may keep it, and what is not published."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.frontend.errors import FolderRefused
from runtime.contract import API_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

INDEX: Final = "index.html"
CONFIG: Final = "config.json"
"""What the frontend reads to know where the API is; written here, so that a build serves everywhere."""
CONFIG_BODY: Final = json.dumps({"API_BASE": API_PREFIX}, indent=2).encode() + b"\n"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
REVALIDATED: Final = "no-cache"
"""Kept, and asked for before each use: an answer without a body where nothing has changed (RFC 9111)."""
HASHED: Final = re.compile(r".*[.-](?P<hash>[A-Za-z0-9_-]{8,64})(?:\.chunk|\.min)?\.[a-z0-9]+(?:\.map)?")
"""How bundlers name what never changes: `main.8a3b2c1d.js`, `index-BRbmo9S4.css`."""
HEX: Final = re.compile(r"[0-9a-f]{8,64}")
WELL_KNOWN: Final = ".well-known"
"""The one name with a dot in front that is published (RFC 8615)."""
MOST_FILES: Final = 10_000
MOST_BYTES: Final = 100 * 2**20
"""Of one file."""
MOST_KEY: Final = 1024
"""Bytes of a key ("Naming Amazon S3 objects")."""
UNKNOWN: Final = "application/octet-stream"
TYPES: Final = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".eot": "application/vnd.ms-fontobject",
    ".gif": "image/gif",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""Media types as IANA has them; those of the machine differ from one to the next."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to be published; `path` is None for what is written here."""

    key: str
    path: Path | None
    size: int
    md5: str
    content_type: str
    cache_control: str

    @property
    def is_immutable(self) -> bool:
        """Whether another content would have another name."""
        return self.cache_control == IMMUTABLE

    @property
    def stage(self) -> int:
        """When it is published: what pages ask for before the pages, and index.html last of all."""
        last = {CONFIG: 3, INDEX: 4}
        return last.get(self.key, 0 if self.is_immutable else 2 if _is_page(self.key) else 1)

    def read(self) -> bytes:
        """Its content; raises OSError."""
        return CONFIG_BODY if self.path is None else self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Folder:
    """A built frontend: its files in the order in which they are published, and what is left out.

    What others refer to comes first, index.html last: a page that is served finds what it asks for.
    """

    path: Path
    files: tuple[File, ...]
    left_out: tuple[str, ...]


def read_folder(path: Path, immutable: Sequence[str] = ()) -> Folder:
    """The files of a folder; `immutable` are patterns such as `assets/*` of names that never change.

    Raises `FolderRefused`, and OSError.
    """
    if not path.is_dir():
        raise FolderRefused(path, "is no folder", "name the folder that the frontend's build has written")
    keys, left_out = _keys(path)
    _refuse(path, keys)
    files = [_file(path, key, immutable) for key in keys]
    files.append(_made(CONFIG, None, CONFIG_BODY, REVALIDATED))
    return Folder(
        path, tuple(sorted(files, key=lambda file: (file.stage, file.key))), tuple(sorted(left_out))
    )


def cache_control(key: str, immutable: Iterable[str] = ()) -> str:
    """How long what has this name may be kept without asking: a year, or not at all.

    A name counts as hashed when its last part can hardly be a word: that an asset is asked for again costs
    little, and one that is kept for a year although it has changed costs a year.
    """
    if any(fnmatchcase(key, pattern) for pattern in immutable):
        return IMMUTABLE
    match = HASHED.fullmatch(key.rpartition("/")[2])
    return IMMUTABLE if match and _is_hash(match["hash"]) else REVALIDATED


def md5(content: bytes) -> str:
    """As S3 tells it in the ETag of an object that was put in one part and is encrypted by its own key."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _is_hash(word: str) -> bool:
    has_digit = any(letter.isdigit() for letter in word)
    if HEX.fullmatch(word):
        return has_digit and any(letter.isalpha() for letter in word)
    is_mixed = word.lower() != word and word.upper() != word
    return has_digit and is_mixed


def _keys(folder: Path) -> tuple[list[str], list[str]]:
    """Keys of the files in a folder, and the hidden ones that are left out."""
    keys: list[str] = []
    left_out: list[str] = []
    for root, folders, names in os.walk(folder):
        here = Path(root)
        for name in list(folders):
            if _is_hidden(name):
                folders.remove(name)
                left_out.append((here / name).relative_to(folder).as_posix() + "/")
            elif (here / name).is_symlink():
                raise FolderRefused(here / name, "is a link to a folder", "put the folder itself there")
        for name in names:
            key = (here / name).relative_to(folder).as_posix()
            (left_out if _is_hidden(name) else keys).append(key)
    return sorted(keys), left_out


def _is_hidden(name: str) -> bool:
    return name.startswith(".") and name != WELL_KNOWN


def _refuse(folder: Path, keys: Sequence[str]) -> None:
    """Raise `FolderRefused` for what can't be published."""
    if INDEX not in keys:
        raise FolderRefused(
            folder, f"has no {INDEX}", "name the folder that the frontend's build has written"
        )
    if CONFIG in keys:
        raise FolderRefused(
            folder,
            f"has a {CONFIG} of its own",
            f"leave it out of the build: the one that is published says API_BASE {API_PREFIX}",
        )
    if len(keys) > MOST_FILES:
        raise FolderRefused(folder, f"has {len(keys):,} files", f"publish {MOST_FILES:,} at the most")
    for found, remedy, key in _troubles(folder, keys):
        raise FolderRefused(folder / key, found, remedy)


def _troubles(folder: Path, keys: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    inside = folder.resolve()
    for key in keys:
        path = folder / key
        if not path.resolve().is_relative_to(inside):
            yield "is a link that leads out of the folder", "put the file itself there", key
        if not path.is_file():
            yield "is no file", "remove it, or mend the link", key
        if not key.isprintable() or len(key.encode(errors="replace")) > MOST_KEY or "\\" in key:
            yield "has a name that is no address", "give it another", key
        if path.stat().st_size > MOST_BYTES:
            yield f"has {path.stat().st_size:,} bytes", f"publish {MOST_BYTES:,} a file at the most", key


def _file(folder: Path, key: str, immutable: Sequence[str]) -> File:
    path = folder / key
    control = REVALIDATED if _is_page(key) else cache_control(key, immutable)
    return _made(key, path, path.read_bytes(), control)


def _made(key: str, path: Path | None, content: bytes, control: str) -> File:
    kind = TYPES.get(Path(key).suffix.lower(), UNKNOWN)
    return File(key, path, len(content), md5(content), kind, control)


def _is_page(key: str) -> bool:
    return key.lower().endswith((".html", ".htm"))

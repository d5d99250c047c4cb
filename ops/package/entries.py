"""The files of a package before it is zipped."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

OURS: Final = "runtime"
MIGRATIONS: Final = "migrations"
ROOTS: Final = "RDS roots"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: what is in it, and the part of the package it belongs to, ours or a distribution."""

    content: bytes
    part: str


def mode(name: str) -> int:
    """The permissions of a file: all may read it, as Lambda runs functions as another user."""
    return 0o755 if name.endswith(".so") or ".so." in name else 0o644


def digest(entries: Mapping[str, Entry]) -> str:
    """SHA-256 of names, modes and contents in order of name: the same whatever compressed them."""
    whole = sha256()
    for name in sorted(entries):
        whole.update(f"{name}\0{mode(name):o}\0{sha256(entries[name].content).hexdigest()}\n".encode())
    return whole.hexdigest()

"""What keeps a zip from being inspected at all; what is wrong inside it is a finding instead.

    InspectError
    ├── Unreadable           the file can't be read
    ├── NotZip               it is no zip, or its list of files is broken
    ├── RuntimeUnknown       a word that names no Lambda runtime
    └── ArchitectureUnknown  a word that names no architecture

Each is a mistake an operator can mend: one sentence, exit code 2.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class InspectError(Exception):
    """Something an operator can mend before a zip can be inspected."""


class Unreadable(InspectError):
    """The file can't be read."""

    def __init__(self, path: Path, found: str) -> None:
        self.path, self.found = path, found
        super().__init__(f"{path} can't be read: {found}; name a zip that is there and readable")


class NotZip(InspectError):
    """The file is no zip, or what lists its files is broken."""

    def __init__(self, path: Path, found: str) -> None:
        self.path, self.found = path, found
        super().__init__(f"{path} is no zip that can be read: {found}; Lambda takes zip files only")


class RuntimeUnknown(InspectError):
    """A word that names no Lambda runtime."""

    def __init__(self, runtime: str, known: Sequence[str]) -> None:
        self.runtime, self.known = runtime, tuple(known)
        close = get_close_matches(runtime, known, n=1)
        hint = f"did you mean {close[0]}?" if close else "name one such as python3.13 or provided.al2023"
        super().__init__(f"{runtime!r} is no Lambda runtime; {hint}")


class ArchitectureUnknown(InspectError):
    """A word that names no architecture of Lambda's."""

    def __init__(self, architecture: str, known: Sequence[str]) -> None:
        self.architecture, self.known = architecture, tuple(known)
        super().__init__(f"{architecture!r} is no architecture; Lambda has {' and '.join(known)}")

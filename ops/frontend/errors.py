"""What keeps a frontend from being published.

Unready
├── NoFrontend         the environment has no edge
├── FolderRefused      the folder is not a built frontend, or has what must not be public
└── FileChanged        a file became another while it was published
Failed
└── Undeleted          S3 did not delete some of the old files
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.errors import Failed, Unready

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class NoFrontend(Unready):
    """An environment has nothing to serve a frontend from."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"environment {environment} has no edge stack to serve a frontend; add [edge] to its file"
        )


class FolderRefused(Unready):
    """A folder can't be published as it is; nothing was uploaded."""

    def __init__(self, folder: Path, found: str, remedy: str) -> None:
        self.folder, self.found = folder, found
        super().__init__(f"{folder} {found}; {remedy}")


class FileChanged(Unready):
    """A file is no longer what the plan was made of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} has changed since the plan was made; let the build end, and run the same command again"
        )


class Undeleted(Failed):
    """S3 kept files that were to be deleted; the new ones are served."""

    def __init__(self, keys: Sequence[str], reason: str) -> None:
        self.keys, self.reason = tuple(keys), reason
        super().__init__(
            f"the new files are served, and {len(keys)} old ones could not be deleted ({reason}); "
            "run the same command with --prune again"
        )

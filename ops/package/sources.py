"""Our own part of a package: the code, the migrations, and the roots to trust.

What goes in is named by patterns, so that a note, a backup of an editor or a credential that lies about in
the folder stays out. What was left out is told.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.package.authorities import trusted
from ops.package.entries import MIGRATIONS, OURS, ROOTS, Entry
from ops.package.locks import ROOT
from runtime.contract import CA_BUNDLE

if TYPE_CHECKING:
    from datetime import date

TAKEN: Final = {
    OURS: re.compile(r"runtime/(?:[a-z_]\w*/)*[a-z_]\w*\.py|runtime/api/(?:openapi\.json|docs\.html)"),
    MIGRATIONS: re.compile(r"migrations/\d+_\w+(?:\.down)?\.sql"),
}
"""Each folder, and what of it goes in."""
EXPECTED: Final = re.compile(r".*/(?:__pycache__/.*|README\.md|ca/rds-[a-z-]+\.pem)")
"""What lies there and is not for Lambda."""
ROOTS_FILE: Final = CA_BUNDLE.removeprefix("/var/task/")


def own_entries(region: str, as_of: date, root: Path = ROOT) -> dict[str, Entry]:
    """Our part of the package, by its names in the zip; raises RootsMissing."""
    entries = {
        name: Entry((root / name).read_bytes(), folder)
        for folder, taken in TAKEN.items()
        for name in _files(root, folder)
        if taken.fullmatch(name)
    }
    roots = "".join(authority.pem for authority in trusted(region, as_of))
    return entries | {ROOTS_FILE: Entry(roots.encode("ascii"), ROOTS)}


def left_out(root: Path = ROOT) -> list[str]:
    """Files that lie beside ours and don't go in, though nothing says that they should not."""
    return [
        name
        for folder, taken in TAKEN.items()
        for name in _files(root, folder)
        if not taken.fullmatch(name) and not EXPECTED.fullmatch(name)
    ]


def _files(root: Path, folder: str) -> list[str]:
    """Everything in a folder that is a file, as a name from the root; a link to one counts as one."""
    return sorted(
        Path(where, name).relative_to(root).as_posix()
        for where, _, names in os.walk(root / folder)
        for name in names
        if Path(where, name).is_file()
    )

"""A package that stands in for the Rust binary of the reported system, which is not ours to build.

Its `bootstrap` speaks the Runtime API by itself, and answers with our own API, so that what its database
does to it shows. It needs this checkout, and what is installed for it.
"""

from __future__ import annotations

import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Final

_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")
_ROOT: Final = Path(__file__).parents[2]
_RUNS: Final = 0o100755
_READS: Final = 0o100644
_UNIX: Final = 3
MARK: Final = "stand-in"
"""A file of the package that says what it is."""
TOLD: Final = "a bootstrap of our own stands in for the Rust binary, which is not ours to build"


def write_stand_in(path: Path) -> Path:
    """Write the package, a zip for `provided.*`, and return where it is."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content, mode in (("bootstrap", _bootstrap(), _RUNS), (MARK, TOLD, _READS)):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = _UNIX, mode << 16
            archive.writestr(entry, content)
    return path


def _bootstrap() -> str:
    """A script for this interpreter, which finds our API, and what is installed for it."""
    found = [str(_ROOT), sysconfig.get_path("purelib")]
    text = _BOOTSTRAP.read_text(encoding="utf-8")
    return f"#!{sys.executable} -BS\n" + text.replace("FOUND_IN: list[str] = []", f"FOUND_IN = {found!r}")

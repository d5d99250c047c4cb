"""A package for this machine, which lends its compiled modules to one that is for another."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Native:
    """Our package as it is built for this machine.

    Attributes:
        folder: Where it is unpacked.
        python: The interpreter that it was built for.
        client: A folder with awslambdaric for that interpreter.
        described: What it is, for people: `the package for ... under Python 3.13.0`.
    """

    folder: Path
    python: Path
    client: Path
    described: str


@cache
def minor_of(python: Path) -> str:
    """The version of an interpreter, such as `3.13`."""
    if str(python) == sys.executable:
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    found = subprocess.run([python, "-S", "-E", "-c", asked], capture_output=True, text=True, check=True)
    return found.stdout.strip()

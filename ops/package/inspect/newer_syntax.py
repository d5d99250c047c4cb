"""Tells a mistake in Python source from syntax that is newer than the Python which reads it.

A parser refuses newer syntax where it stands, so the line that is refused, or the message about an
f-string, tells what it may be.
"""

from __future__ import annotations

import re
import sys
from typing import Final

NEWER: Final = (
    ((3, 12), re.compile(r"""(?<![\w"'])(?:f|fr|rf)["']""", re.IGNORECASE)),
    ((3, 12), re.compile(r"\btype\s+\w+\s*[\[=]|\b(?:def|class)\s+\w+\s*\[")),
    ((3, 14), re.compile(r"""(?<![\w"'])(?:t|tr|rt)["']""", re.IGNORECASE)),
    ((3, 14), re.compile(r"\bexcept\b[^(]*,")),
)
"""What came with a version, as it looks in a line: PEP 701, 695 and 696, 750, 758."""


def may_be_newer(
    error: SyntaxError, source: bytes, version: str, running: tuple[int, int] = sys.version_info[:2]
) -> bool:
    """Whether what the running Python refuses may be right in a version such as 3.13."""
    target = tuple(int(part) for part in version.split("."))
    lines = source.decode("utf-8", "replace").splitlines()
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    about_f_string = error.msg.startswith("f-string") and running < (3, 12) <= target
    return about_f_string or any(running < since <= target and looks.search(line) for since, looks in NEWER)

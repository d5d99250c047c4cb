"""Text within Markdown: as it is, whatever is in it, so that no name becomes a heading, a cell or a tag."""

from __future__ import annotations

import re
from typing import Final

from ops.log_lines import escaped

SPECIAL: Final = re.compile(r"([\\`*_\[\]>|#~])")
"""What Markdown could take for its own."""
TICKS: Final = re.compile(r"`+")


def plain(text: str) -> str:
    """A text as it is, whatever is in it."""
    shown = " ".join(escaped(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return SPECIAL.sub(r"\\\1", shown)


def prose(text: str) -> str:
    """A sentence with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    shown = [code(part) if place % 2 else _kept(part) for place, part in enumerate(parts)]
    return "".join(shown)


def _kept(text: str) -> str:
    """The same as `plain`, with the blanks at its ends."""
    head, tail = " " * text.startswith(" "), " " * (text.endswith(" ") and bool(text.strip()))
    return f"{head}{plain(text)}{tail}"


def code(text: str) -> str:
    """A text as code; its fence is longer than any run of backticks in it."""
    shown = " ".join(escaped(text).split())
    ticks = "`" * (max((len(run) for run in TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"

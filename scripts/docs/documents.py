"""Where the project's documents are, and how the generated parts of one are marked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PART: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def documents() -> list[Path]:
    """Every document of the project."""
    return sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

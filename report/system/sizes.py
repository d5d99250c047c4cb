"""Sizes as people read them."""

from __future__ import annotations


def size(number: int) -> str:
    """Bytes as people read them: 4.8 MB, 1.1 KB."""
    for unit, scale in (("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)):
        if number >= scale:
            return f"{number / scale:.1f} {unit}"
    return f"{number} B"

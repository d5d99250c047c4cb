"""A hint for whoever wrote a name that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like a wrong one, if any does."""
    from difflib import get_close_matches  # needed only when something is wrong

    return next(iter(get_close_matches(name, known, n=1)), None)


def remedy(name: str, known: Iterable[str]) -> str:
    """What to do about a name that is not there."""
    found = near(name, known)
    return f"did you mean {found}?" if found else "declare it, or name one that the template has"

"""The table that a rehearsal writes while it goes on: a row for each step, as wide as the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from scripts.talk import talk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twin.rehearsing.timing import Step

NAME_WIDTH: Final = 16
TIME_WIDTH: Final = 10
MOST_WIDTH: Final = 110
LEAST_WIDTH: Final = 50
"""Narrower than this nothing is wrapped any more: a row would be a word."""
NOTHING_TO_DO: Final = ("unchanged", "all there", "none pending")
"""What a deployment says of what was as it should be."""
ONCE: Final = ("preflight", "package")
"""Steps that say the same with every deployment, and are told when they say something else."""


def width() -> int:
    """Columns of the terminal; `MOST_WIDTH` where it has more, or where none is there."""
    if not sys.stderr.isatty():
        return MOST_WIDTH
    columns = shutil.get_terminal_size((MOST_WIDTH, 24)).columns
    return max(LEAST_WIDTH, min(columns, MOST_WIDTH))


def wrapped(text: str, columns: int) -> list[str]:
    """A text in lines of so many columns; a word that is longer goes on in the next line."""
    return textwrap.wrap(" ".join(text.split()), columns, break_on_hyphens=False) or [""]


@dataclass(slots=True)
class Table:
    """Writes rows to standard error."""

    _told: set[tuple[str, str]] = field(default_factory=set)

    def head(self, text: str) -> None:
        """Begin a part."""
        talk(f"\n{text}")

    def step(self, step: Step) -> None:
        """Tell a step as soon as it has ended, unless it found nothing to do."""
        told = (step.name, step.found)
        if step.found in NOTHING_TO_DO or (step.name in ONCE and told in self._told):
            return
        self._told.add(told)
        mark = " " if step.succeeded else "!"
        columns = width() - NAME_WIDTH - TIME_WIDTH - 4
        first, *others = wrapped(step.found, columns)
        talk(f"{mark} {step.name:{NAME_WIDTH}} {first:{columns}} {step.seconds:{TIME_WIDTH - 2}.2f} s")
        self._under(others)

    def note(self, name: str, text: str, *, is_wrong: bool = False) -> None:
        """One more row of what was told last, under a name of its own."""
        first, *others = wrapped(text, width() - NAME_WIDTH - 3)
        talk(f"{'!' if is_wrong else ' '}   {name:{NAME_WIDTH - 2}} {first}")
        self._under(others)

    @staticmethod
    def _under(lines: Iterable[str]) -> None:
        for line in lines:
            talk(f"  {'':{NAME_WIDTH}} {line}")

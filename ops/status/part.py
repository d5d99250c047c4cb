"""What is told of one part of a living system."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = dict[str, Any]


class Standing(StrEnum):
    """How a part is, from well to what must be looked at."""

    WELL = "well"
    NOTICE = "notice"
    UNASKED = "unasked"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about a part, and how grave it is."""

    standing: Standing
    sentence: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `summary` where all is well, `findings` where something is to be told, `rows` for each thing.

    `rows` are flat, and what a script reads; their keys are the same in each.
    """

    name: str
    summary: str
    findings: tuple[Finding, ...] = ()
    rows: tuple[Row, ...] = field(default=())

    @property
    def standing(self) -> Standing:
        """The gravest of its findings."""
        order = list(Standing)
        return max((found.standing for found in self.findings), key=order.index, default=Standing.WELL)

    @classmethod
    def unasked(cls, name: str, reason: str) -> Self:
        """A part that could not be asked."""
        return cls(name, "not asked", (Finding(Standing.UNASKED, reason),))

    def document(self) -> dict[str, Any]:
        """As data."""
        return {
            "part": self.name,
            "standing": self.standing.value,
            "summary": self.summary,
            "findings": [{"standing": one.standing.value, "sentence": one.sentence} for one in self.findings],
            "rows": list(self.rows),
        }


def gravest(parts: Sequence[Part]) -> Standing:
    """How all of it is."""
    return max((part.standing for part in parts), key=list(Standing).index, default=Standing.WELL)

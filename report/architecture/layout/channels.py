"""The room between two columns, or two rows: for borders, for labels, and for a track for each arrow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from report.architecture.layout.placing import Span
    from report.architecture.model import Group

PAD: Final = 12
"""From a border to what is within, and to the next border."""
TRACK: Final = 12
ARROWHEAD: Final = 12


@dataclass(slots=True)
class Channel:
    """The room from `start` to `end`, in the order of its fields."""

    closings: int = 0
    """For borders that end here."""
    before: int = 0
    """For labels of arrows that come from before it."""
    tracks: int = 0
    after: int = 0
    """For labels of arrows that come from behind it."""
    openings: int = 0
    """For borders that begin here."""
    least: int = 0
    start: int = 0

    @property
    def _room(self) -> int:
        """For tracks, and the space around them."""
        needed = TRACK * (self.tracks + 1) if self.tracks else 0
        rest = self.closings + self.before + self.after + self.openings
        return max(needed, self.least - rest, ARROWHEAD)

    @property
    def end(self) -> int:
        """Where the next column or row begins."""
        return self.start + self.closings + self.before + self._room + self.after + self.openings

    @property
    def has_lines(self) -> bool:
        """Whether anything is in it but borders."""
        return bool(self.tracks or self.before or self.after)

    @property
    def free(self) -> int:
        """Where the tracks begin."""
        return self.start + self.closings + self.before

    def track(self, number: int) -> int:
        """Where a track is."""
        slack = self._room - TRACK * (self.tracks + 1)
        return self.free + slack // 2 + TRACK * (number + 1)


@dataclass(slots=True)
class Levels:
    """How many borders of inner groups lie between a group's border and its cells, by side."""

    left: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    top: dict[str, int] = field(default_factory=dict)
    bottom: dict[str, int] = field(default_factory=dict)


def levels_of(groups: Sequence[Group], spans: Mapping[str, Span]) -> Levels:
    """For each side, how many groups within a group end at the same side."""
    levels = Levels()
    sides = {"left": levels.left, "right": levels.right, "top": levels.top, "bottom": levels.bottom}
    children: dict[str, list[str]] = {}
    for group in groups:
        children.setdefault(group.parent, []).append(group.id)

    def visit(name: str) -> None:
        inner = children.get(name, [])
        for child in inner:
            visit(child)
        for side, level in sides.items():
            mine = getattr(spans[name], side)
            level[name] = max(
                (level[each] for each in inner if getattr(spans[each], side) == mine), default=-1
            )
            level[name] += 1

    for name in children.get("", []):
        visit(name)
    return levels

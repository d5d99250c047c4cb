"""A drawing: every box, line and text with its place, the same for every file that is written of it.

All lengths are units of the picture, whole numbers; y grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from report.architecture.marks import Mark
    from report.architecture.model import Arrow, Group, Tile

Point: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """The centre."""
        return self.x + self.width // 2, self.y + self.height // 2

    def overlaps(self, other: Box) -> bool:
        """Whether both share more than an edge."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other is within, edges included."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


class Role(StrEnum):
    """What a text is for; its size and weight follow from it."""

    NAME = "name"
    NOTE = "note"
    HEADING = "heading"
    CAPTION = "caption"
    TITLE = "title"
    DETAIL = "detail"
    SMALL = "small"
    LABEL = "label"
    STRONG = "strong"
    BADGE = "badge"

    @property
    def size(self) -> int:
        """Font size."""
        return _SIZES[self][0]

    @property
    def is_bold(self) -> bool:
        """Whether it is bold."""
        return _SIZES[self][1]

    @property
    def height(self) -> int:
        """Height of its line."""
        return self.size + 4


_SIZES = {
    Role.NAME: (22, True),
    Role.NOTE: (13, False),
    Role.HEADING: (14, True),
    Role.CAPTION: (13, True),
    Role.TITLE: (15, True),
    Role.DETAIL: (14, False),
    Role.SMALL: (13, False),
    Role.LABEL: (14, False),
    Role.STRONG: (14, True),
    Role.BADGE: (12, True),
}


class Anchor(StrEnum):
    """Where in its box a text stands."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in its box; `full` is what is told to who rests a pointer on it."""

    box: Box
    text: str
    role: Role
    anchor: Anchor = Anchor.START
    full: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Small:
    """A small icon with a word."""

    icon: str
    box: Box
    line: Line


@dataclass(frozen=True, slots=True)
class DrawnTile:
    """A tile; the box has everything of it within."""

    tile: Tile
    box: Box
    icon: Box
    lines: tuple[Line, ...]
    smalls: tuple[Small, ...] = ()
    badge: Line | None = None

    @property
    def mark(self) -> Mark | None:
        """What is marked about it."""
        return self.badge.mark if self.badge else None


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """A group's border with its caption; the outer ones come first in a drawing."""

    group: Group
    box: Box
    icon: Box | None
    caption: Line


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """An arrow: the corners of its way, from the edge of a tile to the edge of another."""

    arrow: Arrow
    points: tuple[Point, ...]
    label: Line | None = None
    mark: Mark | None = None

    @property
    def is_dashed(self) -> bool:
        """Whether it is beside the path of a request, lacks something, or is marked."""
        return self.arrow.is_aside or not self.arrow.is_permitted or self.mark is not None


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture."""

    name: str
    description: str
    width: int
    height: int
    groups: tuple[DrawnGroup, ...]
    tiles: tuple[DrawnTile, ...]
    arrows: tuple[DrawnArrow, ...]
    lines: tuple[Line, ...]
    """Title, headings and notes."""
    legend: tuple[Small, ...] = ()
    """What the marks mean; the icon is the mark's name."""

"""What stands below the path of a request: cards in boxes, row by row, over the whole width."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Box, Line, Role
from report.architecture.layout.tiling import BADGE_ROW, CARD_HEIGHT, drawn_card
from report.architecture.text import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from report.architecture.drawing import DrawnTile
    from report.architecture.marks import Marked
    from report.architecture.model import Lane, Tile

CARD_WIDTH: Final = 180
"""At least; twice as wide at most."""
GAP: Final = 10
INNER: Final = 10
HEAD: Final = 25
"""For a box's heading."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The boxes with their headings, and the cards in them."""

    boxes: tuple[Box, ...]
    headings: tuple[Line, ...]
    tiles: tuple[DrawnTile, ...]
    bottom: int


@dataclass(frozen=True, slots=True)
class _Group:
    """The cards of a lane, so many beside each other."""

    lane: Lane
    tiles: tuple[Tile, ...]
    columns: int

    def width(self, card: int) -> int:
        """How wide its box is with cards of a width."""
        return 2 * INNER + self.columns * card + GAP * (self.columns - 1)

    def height(self, card: int) -> int:
        """How high its box is with cards of a height."""
        lines = -(-len(self.tiles) // self.columns)
        return HEAD + lines * card + GAP * (lines - 1) + INNER

    def cards(self, box: Box, width: int, height: int) -> Iterator[tuple[Tile, Box]]:
        """The cards with their places in the box."""
        for number, tile in enumerate(self.tiles):
            x = box.x + INNER + number % self.columns * (width + GAP)
            y = box.y + HEAD + number // self.columns * (height + GAP)
            yield tile, Box(x, y, width, height)


def shelve(tiles: Sequence[Tile], x: int, y: int, room: int, marked: Mapping[str, Marked]) -> Shelf:
    """Put cards into boxes, one for each lane, and boxes beside each other while they fit."""
    boxes: list[Box] = []
    headings: list[Line] = []
    drawn: list[DrawnTile] = []
    for row in _rows(tiles, room):
        has_badges = any(tile.id in marked for group in row for tile in group.tiles)
        height = CARD_HEIGHT + (BADGE_ROW if has_badges else 0)
        width = _card_width(row, room)
        at = x
        for group in row:
            is_last = group is row[-1] and width < 2 * CARD_WIDTH
            across = x + room - at if is_last else group.width(width)  # with what is left of dividing
            box = Box(at, y, across, group.height(height))
            boxes.append(box)
            headings.append(_heading(group.lane, box))
            cards = group.cards(box, width, height)
            drawn += [drawn_card(tile, card, marked.get(tile.id)) for tile, card in cards]
            at = box.right + GAP
        y += max(group.height(height) for group in row) + GAP
    return Shelf(tuple(boxes), tuple(headings), tuple(drawn), y - GAP if boxes else y)


def _rows(tiles: Sequence[Tile], room: int) -> list[list[_Group]]:
    """Boxes in rows, each as wide as it has to be at least."""
    rows: list[list[_Group]] = []
    left = 0
    for lane, same in groupby(sorted(tiles, key=lambda tile: tile.lane), key=lambda tile: tile.lane):
        group = _group(lane, tuple(same), room)
        needed = group.width(CARD_WIDTH)
        if not rows or needed > left:
            rows.append([])
            left = room
        rows[-1].append(group)
        left -= needed + GAP
    return rows


def _group(lane: Lane, tiles: tuple[Tile, ...], room: int) -> _Group:
    """As few lines of cards as there is room for, all about as long."""
    most = max(1, (room - 2 * INNER + GAP) // (CARD_WIDTH + GAP))
    lines = -(-len(tiles) // most)
    return _Group(lane, tiles, -(-len(tiles) // lines))


def _card_width(row: Sequence[_Group], room: int) -> int:
    """So that the boxes of a row fill it, unless cards would be too wide."""
    rest = room - sum(group.width(0) for group in row) - GAP * (len(row) - 1)
    return min(rest // sum(group.columns for group in row), 2 * CARD_WIDTH)


def _heading(lane: Lane, box: Box) -> Line:
    room = box.width - 2 * INNER
    text = fitted(lane.title, room, Role.CAPTION.size, bold=True)
    return Line(Box(box.x + INNER, box.y + 5, room, Role.CAPTION.height), text, Role.CAPTION)

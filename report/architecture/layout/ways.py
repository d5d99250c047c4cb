"""Which way each arrow takes through the grid: along its row, and through the channels between columns.

Channel `c` is left of column `c`, and the last one is right of all; a cross channel `r` is above row `r`.
Nothing but arrows is in them, so an arrow that keeps to channels and to empty cells meets no tile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.architecture.layout.placing import Cell, Placement
    from report.architecture.marks import Mark, Marks
    from report.architecture.model import Arrow


@dataclass(frozen=True, slots=True)
class Way:
    """The way of one arrow.

    Attributes:
        leaves_right: Whether it leaves its tile on the right.
        enters_left: Whether it enters the other tile on the left.
        channels: Those that it goes up or down in: none, one, or two.
        cross: The cross channel between two channels.
        is_upright: Whether it goes straight from a tile to the next one above or below.
        mark: What is marked about it, which it does not share with another.
    """

    arrow: Arrow
    start: Cell
    end: Cell
    leaves_right: bool = True
    enters_left: bool = True
    channels: tuple[int, ...] = ()
    cross: int | None = None
    is_upright: bool = False
    mark: Mark | None = None

    @property
    def is_straight(self) -> bool:
        """Whether it keeps to its row."""
        return not self.channels and not self.is_upright

    @property
    def passes_left(self) -> bool:
        """Whether it leaves to the left, and through all of the channel that it leaves into."""
        return not self.leaves_right and not self.is_upright and self.start.column not in self.channels

    @property
    def join(self) -> tuple[object, ...]:
        """Arrows of which this is the same, and that enter on the same side, end as one."""
        arrow = self.arrow
        return (arrow.target, self.enters_left, arrow.label, arrow.is_permitted, arrow.is_aside, self.mark)


def find_ways(
    placement: Placement, arrows: Sequence[Arrow], groups: dict[str, str], marks: Marks
) -> list[Way]:
    """A way for each arrow whose ends are in the grid; `groups` are the innermost ones of the tiles."""
    finder = _Finder(placement, groups)
    marked = {ends: each.mark for ends, each in marks.arrows.items()}
    return [
        replace(finder.way(arrow), mark=marked.get((arrow.source, arrow.target)))
        for arrow in arrows
        if {arrow.source, arrow.target} <= placement.cells.keys()
    ]


class _Finder:
    def __init__(self, placement: Placement, groups: dict[str, str]) -> None:
        self._cells, self._groups = placement.cells, groups
        self._taken = {(cell.column, cell.row) for cell in placement.cells.values()}
        self._upright: set[tuple[int, int]] = set()

    def way(self, arrow: Arrow) -> Way:
        start, end = self._cells[arrow.source], self._cells[arrow.target]
        if start.column == end.column:
            return self._within_column(arrow, start, end)
        right = start.column < end.column
        leaving = start.column + 1 if right else start.column
        entering = end.column if right else end.column + 1
        if leaving == entering or self._is_empty(start.row, start.column, end.column):
            straight = start.row == end.row
            return Way(arrow, start, end, right, right, () if straight else (entering,))
        if self._is_empty(end.row, start.column, end.column) and start.row != end.row:
            return Way(arrow, start, end, right, right, (leaving,))
        cross = end.row if start.row < end.row or (start.row == end.row > 0) else end.row + 1
        return Way(arrow, start, end, right, right, (leaving, entering), cross)

    def _within_column(self, arrow: Arrow, start: Cell, end: Cell) -> Way:
        """Straight to a neighbour in the same group, else round the right side."""
        place = (start.column, min(start.row, end.row))
        is_near = abs(start.row - end.row) == 1 and place not in self._upright
        if is_near and self._groups.get(arrow.source) == self._groups.get(arrow.target):
            self._upright.add(place)
            return Way(arrow, start, end, is_upright=True)
        return Way(arrow, start, end, True, False, (start.column + 1,))  # noqa: FBT003  (in the order of the fields)

    def _is_empty(self, row: int, one: int, other: int) -> bool:
        """Whether nothing stands in a row between two columns."""
        return not any((column, row) in self._taken for column in range(min(one, other) + 1, max(one, other)))

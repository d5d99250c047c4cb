"""Lines beside each other: each arrow has its own place on a tile's side and its own track in a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from report.architecture.layout.placing import Placement
    from report.architecture.layout.ways import Way

PITCH: Final = 20
"""From one line to the next on a side of a tile; a label stands between."""
CLEAR: Final = 10
"""What lies at least between two lines on one track."""
ROUNDS: Final = 12
"""How often tracks that cross are tried in another order."""


class Slots:
    """Where on the side of its tile each line ends, as an offset from the middle of the row.

    All lines between two neighbours in a row share one corridor, so that no two are at one height.
    """

    def __init__(self, placement: Placement, ways: Sequence[Way]) -> None:
        self._taken: dict[int, list[int]] = {}
        for cell in placement.cells.values():
            self._taken.setdefault(cell.row, []).append(cell.column)
        corridors: dict[tuple[int, int], dict[Hashable, tuple[int, int, int]]] = {}
        for number, way in enumerate(ways):
            for corridor, item, rank in self._ends(number, way):
                items = corridors.setdefault(corridor, {})
                items[item] = min(items.get(item, rank), rank, key=lambda each: (abs(each[0]), each))
        self._offsets = {key: _offsets(items) for key, items in corridors.items()}
        self._ways = ways

    def start(self, number: int) -> int:
        """The offset at which an arrow leaves."""
        way = self._ways[number]
        corridor = self._corridor(way.start.row, way.start.column, right=way.leaves_right)
        return self._offsets[corridor][way.join if way.is_straight else number]

    def end(self, number: int) -> int:
        """The offset at which an arrow enters."""
        way = self._ways[number]
        return self._offsets[self._corridor(way.end.row, way.end.column, right=not way.enters_left)][way.join]

    def reach(self, column: int, row: int) -> int:
        """The greatest offset on either side of a cell."""
        both = (self._corridor(row, column, right=right) for right in (False, True))
        return max(
            (abs(offset) for each in both for offset in self._offsets.get(each, {}).values()), default=0
        )

    def _corridor(self, row: int, column: int, *, right: bool) -> tuple[int, int]:
        """Row, and the column of the tile at the corridor's left end."""
        if right:
            return row, column
        return row, max((each for each in self._taken.get(row, ()) if each < column), default=-1)

    def _ends(
        self, number: int, way: Way
    ) -> Iterable[tuple[tuple[int, int], Hashable, tuple[int, int, int]]]:
        """Corridor, line and rank of both ends; lines that go up stand above those that go down."""
        if way.is_upright:
            return
        start = self._corridor(way.start.row, way.start.column, right=way.leaves_right)
        end = self._corridor(way.end.row, way.end.column, right=not way.enters_left)
        if way.is_straight:
            yield start, way.join, (0, 0, number)
            return
        yield start, number, (_side(way, way.start.row, way.end.row), way.end.row, number)
        yield end, way.join, (_side(way, way.end.row, way.start.row), way.start.row, number)


def _side(way: Way, here: int, there: int) -> int:
    """Whether a line goes up (-1) or down (1) from a row."""
    if way.cross is not None:
        return -1 if way.cross <= here else 1
    return -1 if there < here else 1


def _offsets(items: dict[Hashable, tuple[int, int, int]]) -> dict[Hashable, int]:
    ordered = sorted(items, key=lambda each: items[each])
    straight = [position for position, each in enumerate(ordered) if items[each][0] == 0]
    if straight:
        return {each: (position - straight[0]) * PITCH for position, each in enumerate(ordered)}
    return {each: position * PITCH - (len(ordered) - 1) * PITCH // 2 for position, each in enumerate(ordered)}


@dataclass(slots=True)
class Upright:
    """A line up or down in a channel; those of one key may lie on each other.

    Attributes:
        ends: Height at which something joins, and whether it comes from the right.
    """

    key: Hashable
    ends: list[tuple[int, bool]] = field(default_factory=list)

    @property
    def low(self) -> int:
        """The upper end."""
        return min(height for height, _ in self.ends)

    @property
    def high(self) -> int:
        """The lower end."""
        return max(height for height, _ in self.ends)


def assign(lines: Sequence[Upright]) -> tuple[dict[Hashable, int], int]:
    """A track for each line's key, counted from the left, and how many there are.

    Lines share a track where they are clear of each other; tracks are ordered so that few lines cross.
    """
    merged: dict[Hashable, Upright] = {}
    for line in lines:
        merged.setdefault(line.key, Upright(line.key)).ends.extend(line.ends)
    tracks: list[list[Upright]] = []
    for line in sorted(merged.values(), key=lambda each: (each.low, each.high, str(each.key))):
        for track in tracks:
            if all(line.low > other.high + CLEAR or line.high < other.low - CLEAR for other in track):
                track.append(line)
                break
        else:
            tracks.append([line])
    ordered = _untangled(tracks)
    return {line.key: number for number, track in enumerate(ordered) for line in track}, len(ordered)


def _untangled(tracks: list[list[Upright]]) -> list[list[Upright]]:
    """Neighbouring tracks change places while that saves crossings."""
    cost = {
        (one, other): _crossings(tracks[one], tracks[other])
        for pair in combinations(range(len(tracks)), 2)
        for one, other in (pair, pair[::-1])
    }
    order = list(range(len(tracks)))
    for _ in range(ROUNDS):
        moved = False
        for at in range(len(order) - 1):
            left, right = order[at], order[at + 1]
            if cost[right, left] < cost[left, right]:
                order[at], order[at + 1] = right, left
                moved = True
        if not moved:
            break
    return [tracks[number] for number in order]


def _crossings(left: Sequence[Upright], right: Sequence[Upright]) -> int:
    """How often lines cross where one track is left of the other."""
    found = 0
    for one in left:
        for other in right:
            found += sum(from_right and other.low <= height <= other.high for height, from_right in one.ends)
            found += sum(
                not from_right and one.low <= height <= one.high for height, from_right in other.ends
            )
    return found


def spread(lengths: Sequence[tuple[int, int]]) -> tuple[list[int], int]:
    """A track for each length, ends included, so that none meets another on its track; and their number."""
    last: list[list[tuple[int, int]]] = []
    found = []
    for low, high in lengths:
        for number, track in enumerate(last):
            if all(high < other_low or low > other_high for other_low, other_high in track):
                track.append((low, high))
                found.append(number)
                break
        else:
            last.append([(low, high)])
            found.append(len(last) - 1)
    return found, len(last)

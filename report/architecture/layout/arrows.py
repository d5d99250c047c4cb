"""The corners of each arrow's way, and the place of its label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Anchor, Box, DrawnArrow, Line
from report.architecture.layout.channels import ARROWHEAD
from report.architecture.text import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.architecture.drawing import Point
    from report.architecture.layout.grid import GridLayout
    from report.architecture.layout.ways import Way

BESIDE: Final = 6
"""From an upright arrow to its label."""


def arrows_of(grid: GridLayout) -> list[DrawnArrow]:
    """All arrows with their labels."""
    return [
        DrawnArrow(
            way.arrow,
            _corners(_upright(grid, way) if way.is_upright else _points(grid, number, way)),
            _label(grid, number, way),
            grid.labels.mark(way.arrow),
        )
        for number, way in enumerate(grid.ways)
    ]


def _points(grid: GridLayout, number: int, way: Way) -> list[Point]:
    start_y, end_y = grid.start_of(number), grid.end_of(number)
    start_x = (grid.right_of if way.leaves_right else grid.left_of)(way.start.column)
    end_x = (grid.left_of if way.enters_left else grid.right_of)(way.end.column)
    points = [(start_x, start_y)]
    if way.cross is None:
        for channel in way.channels:
            x = grid.track_of(channel, way.join)
            points += [(x, start_y), (x, end_y)]
    else:
        first, last = way.channels
        first_x, last_x = grid.track_of(first, number), grid.track_of(last, way.join)
        cross = grid.cross_of(number)
        points += [(first_x, start_y), (first_x, cross), (last_x, cross), (last_x, end_y)]
    return [*points, (end_x, end_y)]


def _upright(grid: GridLayout, way: Way) -> list[Point]:
    """From the edge of a tile to that of the one above or below."""
    x = (grid.left_of(way.start.column) + grid.right_of(way.start.column)) // 2
    start, end = grid.sizes[way.arrow.source], grid.sizes[way.arrow.target]
    start_top = grid.middle_of(way.start.row) - start // 2
    end_top = grid.middle_of(way.end.row) - end // 2
    if way.end.row < way.start.row:
        return [(x, start_top), (x, end_top + end)]
    return [(x, start_top + start), (x, end_top)]


def _label(grid: GridLayout, number: int, way: Way) -> Line | None:
    """Above the line where it leaves its tile; beside an upright one."""
    labels, arrow = grid.labels, way.arrow
    text, role, room = labels.text(arrow), labels.role(arrow), labels.room(arrow)
    if not text:
        return None
    full, mark = labels.full(arrow), labels.mark(arrow)
    if way.is_upright:
        channel = grid.down[max(way.start.row, way.end.row)]
        x = (grid.left_of(way.start.column) + grid.right_of(way.start.column)) // 2 + BESIDE
        most = min(room, grid.right_of(way.start.column) - x)
        shown = fitted(text, most, role.size, bold=role.is_bold)
        box = Box(x, channel.start + channel.closings, most, role.height)
        return Line(box, shown, role, full=full, mark=mark)
    y = grid.start_of(number) - role.height - 1
    if way.leaves_right or way.passes_left:
        channel = grid.across[way.start.column + 1 if way.leaves_right else way.start.column]
        x = channel.start + channel.closings + 4 + (ARROWHEAD if way.passes_left else 0)
        return Line(Box(x, y, room, role.height), text, role, full=full, mark=mark)
    channel = grid.across[way.start.column]
    x = channel.end - channel.openings - 4 - room
    return Line(Box(x, y, room, role.height), text, role, Anchor.END, full, mark)


def _corners(points: Sequence[Point]) -> tuple[Point, ...]:
    """The corners alone: no point twice, none in the middle of a straight line."""
    found: list[Point] = []
    for point in points:
        if found and found[-1] == point:
            continue
        if len(found) > 1 and _in_line(found[-2], found[-1], point):
            found.pop()
        found.append(point)
    return tuple(found)


def _in_line(one: Point, middle: Point, other: Point) -> bool:
    return one[0] == middle[0] == other[0] or one[1] == middle[1] == other[1]

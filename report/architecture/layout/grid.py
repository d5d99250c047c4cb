"""From cells to places: widths of columns and channels, heights of rows, tiles, borders."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Box, DrawnGroup, Line, Role
from report.architecture.layout.channels import ARROWHEAD, PAD, Channel, levels_of
from report.architecture.layout.labels import Labels
from report.architecture.layout.tiling import TILE_WIDTH, USERS_WIDTH, drawn_tile, tile_height
from report.architecture.layout.tracks import PITCH, Slots, Upright, assign, spread
from report.architecture.layout.ways import find_ways
from report.architecture.model import Boundary, Lane
from report.architecture.text import clean, fitted, width

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from report.architecture.drawing import DrawnTile
    from report.architecture.layout.placing import Placement
    from report.architecture.layout.ways import Way
    from report.architecture.marks import Marks
    from report.architecture.model import Architecture, Group

CAPTION: Final = 18
GROUP_ICON: Final = 24
"""A group's icon, in its upper left corner, as large as draw.io has it."""
BETWEEN_ROWS: Final = 30
BETWEEN_COLUMNS: Final = 44
MOST_FOR_A_CAPTION: Final = 60
"""So much wider a channel becomes for the caption of a group that begins before it."""
_WITH_ICON: Final = {
    Boundary.ACCOUNT,
    Boundary.REGION,
    Boundary.VPC,
    Boundary.SUBNETS,
    Boundary.PUBLIC_SUBNETS,
}


class GridLayout:
    """The part of a picture that shows the path of a request, its upper left corner at x and y."""

    def __init__(
        self, architecture: Architecture, placement: Placement, marks: Marks, x: int, y: int
    ) -> None:
        self._architecture, self._placement, self._marks = architecture, placement, marks
        inner = {tile.id: tile.group for tile in architecture.tiles}
        self.ways = find_ways(placement, architecture.arrows, inner, marks)
        self.labels = Labels(marks)
        self._slots = Slots(placement, self.ways)
        self._groups = [group for group in architecture.groups if group.id in placement.spans]
        self._levels = levels_of(self._groups, placement.spans)
        self._cross_tracks: dict[int, int] = {}
        self._tracks: dict[tuple[int, Hashable], int] = {}
        self.down: list[Channel] = []
        self.across: list[Channel] = []
        self._place_rows(y)
        self._place_columns(x)

    @property
    def right(self) -> int:
        """The right end of tiles, and of lines that go round them."""
        last = self.across[-1]
        return last.end if last.has_lines else last.start

    @property
    def bottom(self) -> int:
        """The lower end of tiles, and of lines that go round them."""
        last = self.down[-1]
        return last.end if last.has_lines else last.start

    def lanes(self) -> Iterator[tuple[Lane, int, int]]:
        """Each lane with its left and right end."""
        for lane in sorted(set(self._placement.columns)):
            mine = [number for number, each in enumerate(self._placement.columns) if each is lane]
            yield lane, self.left_of(mine[0]), self.right_of(mine[-1])

    # Rows.

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The height of each tile, the ends of its lines included."""
        return {
            tile: max(
                tile_height(self._architecture.tile(tile), is_marked=tile in self._marks.tiles),
                2 * (self._slots.reach(cell.column, cell.row) + PITCH),
            )
            for tile, cell in self._placement.cells.items()
        }

    @cached_property
    def _heights(self) -> list[int]:
        heights = [0] * self._placement.rows
        for tile, cell in self._placement.cells.items():
            heights[cell.row] = max(heights[cell.row], self.sizes[tile])
        return heights

    def _place_rows(self, y: int) -> None:
        count = self._placement.rows
        self.down = [Channel(least=0 if row in {0, count} else BETWEEN_ROWS) for row in range(count + 1)]
        for group in self._groups:
            span = self._placement.spans[group.id]
            above, below = self.down[span.top], self.down[span.bottom + 1]
            above.openings = max(above.openings, self._top_border(group.id))
            below.closings = max(below.closings, PAD * (self._levels.bottom[group.id] + 1))
        for way in self.ways:
            if way.is_upright and self.labels.text(way.arrow):
                self.down[max(way.start.row, way.end.row)].before = Role.LABEL.height + 2
        for row, channel in enumerate(self.down):
            mine = [number for number, way in enumerate(self.ways) if way.cross == row]
            reaches = [(min(self.ways[each].channels), max(self.ways[each].channels)) for each in mine]
            tracks, channel.tracks = spread(reaches)
            self._cross_tracks |= dict(zip(mine, tracks, strict=True))
            channel.start = y if row == 0 else self.down[row - 1].end + self._heights[row - 1]

    def _top_border(self, group: str) -> int:
        return (self._levels.top[group] + 1) * (PAD + CAPTION)

    def middle_of(self, row: int) -> int:
        """The height of a row's middle."""
        return self.down[row].end + self._heights[row] // 2

    # Columns.

    def _width(self, column: int) -> int:
        return USERS_WIDTH if self._placement.columns[column] is Lane.USERS else TILE_WIDTH

    def left_of(self, column: int) -> int:
        """Where the tiles of a column begin."""
        return self.across[column].end

    def right_of(self, column: int) -> int:
        """Where the tiles of a column end."""
        return self.across[column].end + self._width(column)

    def _place_columns(self, x: int) -> None:
        count = len(self._placement.columns)
        self.across = [
            Channel(least=0 if column in {0, count} else BETWEEN_COLUMNS) for column in range(count + 1)
        ]
        for group in self._groups:
            span = self._placement.spans[group.id]
            left, right = self.across[span.left], self.across[span.right + 1]
            left.openings = max(left.openings, PAD * (self._levels.left[group.id] + 1))
            right.closings = max(right.closings, PAD * (self._levels.right[group.id] + 1))
        for way in self.ways:
            self._reserve_label(way)
        for group in self._groups:
            self._reserve_caption(group)
        for column, channel in enumerate(self.across):
            numbers, channel.tracks = assign(list(self._uprights(column)))
            self._tracks |= {(column, key): number for key, number in numbers.items()}
            channel.start = x if column == 0 else self.right_of(column - 1)

    def _reserve_label(self, way: Way) -> None:
        room = self.labels.room(way.arrow)
        if not room or way.is_upright:
            return
        if way.leaves_right or way.passes_left:
            channel = self.across[way.start.column + 1 if way.leaves_right else way.start.column]
            channel.before = max(channel.before, room + 8 + (ARROWHEAD if way.passes_left else 0))
        else:
            channel = self.across[way.start.column]
            channel.after = max(channel.after, room + 8)

    def _reserve_caption(self, group: Group) -> None:
        """Give the outer groups, which begin with one column, room for what they are called."""
        span = self._placement.spans[group.id]
        if group.boundary not in {Boundary.ACCOUNT, Boundary.REGION, Boundary.VPC} or span.left == span.right:
            return
        wide = GROUP_ICON + 8 + int(width(group.caption, Role.CAPTION.size, bold=True))
        after = self.across[span.left + 1]
        there = PAD * (self._levels.left[group.id] + 1) + self._width(span.left) + after.closings
        after.before = max(after.before, min(wide - there, MOST_FOR_A_CAPTION))

    def _uprights(self, column: int) -> Iterator[Upright]:
        """The lines up and down in a channel, with what joins them from which side."""
        for number, way in enumerate(self.ways):
            if column not in way.channels:
                continue
            start, end = self.start_of(number), self.end_of(number)
            if way.cross is None:
                yield Upright(way.join, [(start, not way.leaves_right), (end, way.enters_left)])
                continue
            cross = self.cross_of(number)
            first, last = way.channels
            if column == first:
                yield Upright(number, [(start, not way.leaves_right), (cross, last > first)])
            else:
                yield Upright(way.join, [(cross, first > last), (end, way.enters_left)])

    # Lines.

    def start_of(self, number: int) -> int:
        """The height at which an arrow leaves."""
        return self.middle_of(self.ways[number].start.row) + self._slots.start(number)

    def end_of(self, number: int) -> int:
        """The height at which an arrow enters."""
        return self.middle_of(self.ways[number].end.row) + self._slots.end(number)

    def cross_of(self, number: int) -> int:
        """The height at which an arrow goes from channel to channel."""
        cross = self.ways[number].cross
        return 0 if cross is None else self.down[cross].track(self._cross_tracks[number])

    def track_of(self, channel: int, key: Hashable) -> int:
        """Where in a channel a line goes up or down."""
        return self.across[channel].track(self._tracks[channel, key])

    # Boxes.

    def tiles(self) -> list[DrawnTile]:
        """All tiles, in the middle of their rows."""
        found = []
        for tile_id, cell in self._placement.cells.items():
            height = self.sizes[tile_id]
            top = self.middle_of(cell.row) - height // 2
            box = Box(self.left_of(cell.column), top, self._width(cell.column), height)
            found.append(drawn_tile(self._architecture.tile(tile_id), box, self._marks.tiles.get(tile_id)))
        return found

    def groups(self) -> list[DrawnGroup]:
        """All borders, the outer ones first."""
        return [self._group(group) for group in sorted(self._groups, key=self._depth)]

    def _depth(self, group: Group) -> int:
        parents = {each.id: each.parent for each in self._groups}
        depth, at = 0, group.parent
        while at in parents:
            depth, at = depth + 1, parents[at]
        return depth

    def _group(self, group: Group) -> DrawnGroup:
        span = self._placement.spans[group.id]
        left = self.left_of(span.left) - PAD * (self._levels.left[group.id] + 1)
        right = self.right_of(span.right) + PAD * (self._levels.right[group.id] + 1)
        top = self.down[span.top].end - self._top_border(group.id)
        bottom = self.down[span.bottom].end + self._heights[span.bottom]
        bottom += PAD * (self._levels.bottom[group.id] + 1)
        box = Box(left, top, right - left, bottom - top)
        icon = Box(left, top, GROUP_ICON, GROUP_ICON) if group.boundary in _WITH_ICON else None
        return DrawnGroup(group, box, icon, self._caption(group, box, has_icon=icon is not None))

    def _caption(self, group: Group, box: Box, *, has_icon: bool) -> Line:
        """Up to where the first channel within has its tracks."""
        marked = self._marks.groups.get(group.id)
        is_small = group.boundary is Boundary.SECURITY_GROUP
        role = (Role.BADGE if marked else Role.SMALL) if is_small else Role.CAPTION
        left = box.x + (GROUP_ICON + 6 if has_icon else 8)
        free = self.across[self._placement.spans[group.id].left + 1].free
        room = min(box.right - 4, free) - left
        caption = _that_fits(group.caption, room, role)
        text = fitted(f"{marked.word}: {caption}" if marked else caption, room, role.size, bold=role.is_bold)
        full = clean(f"{group.full}. {marked.full}" if marked else group.full)
        place = Box(left, box.y + 3, room, role.height)
        return Line(place, text, role, full=full, mark=marked.mark if marked else None)


def _that_fits(caption: str, room: int, role: Role) -> str:
    """A caption without what stands behind its comma, such as how many zones, where that has no room."""
    return caption if width(caption, role.size, bold=role.is_bold) <= room else caption.partition(", ")[0]

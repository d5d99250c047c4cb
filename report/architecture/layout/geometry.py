"""Whether a drawing can be read: nothing lies on anything else that it does not belong to."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Box
from report.architecture.model import Boundary
from report.architecture.text import width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from report.architecture.drawing import Drawing, DrawnGroup, DrawnTile, Line, Point

NEAR: Final = 4
"""Lines that run beside each other nearer than this are taken for one."""


def overlaps(drawing: Drawing) -> list[str]:
    """What lies on something else, a sentence each; empty where everything can be read."""
    return [
        *_tiles_on_tiles(drawing),
        *_outside_of_groups(drawing),
        *_texts_that_do_not_fit(drawing),
        *_texts_on_things(drawing),
        *_arrows_through_things(drawing),
        *_arrows_on_arrows(drawing),
        *_arrows_that_hang(drawing),
        *_outside_of_the_picture(drawing),
    ]


def _tiles_on_tiles(drawing: Drawing) -> Iterator[str]:
    for one, other in combinations(drawing.tiles, 2):
        if one.box.overlaps(other.box):
            yield f"tile {one.tile.id} lies on tile {other.tile.id}"


def _outside_of_groups(drawing: Drawing) -> Iterator[str]:
    """Tiles and groups are within what is around them, and out of what is not; groups are apart or within."""
    groups = {each.group.id: each for each in drawing.groups}
    for tile in drawing.tiles:
        around = _around(tile.tile.group, groups)
        for group in drawing.groups:
            if group.group.id in around and not group.box.holds(tile.box):
                yield f"tile {tile.tile.id} is not within {group.group.id}"
            is_shelf = group.group.boundary is Boundary.SHELF
            if group.group.id not in around and not is_shelf and group.box.overlaps(tile.box):
                yield f"tile {tile.tile.id} lies on {group.group.id}"
            if is_shelf and group.box.overlaps(tile.box) and not group.box.holds(tile.box):
                yield f"tile {tile.tile.id} lies on {group.group.id}"
    for first, second in combinations(drawing.groups, 2):
        nested = first.group.id in _around(second.group.parent, groups) or second.group.id in _around(
            first.group.parent, groups
        )
        if nested and not (first.box.holds(second.box) or second.box.holds(first.box)):
            yield f"{first.group.id} and {second.group.id} are not within each other"
        if not nested and first.box.overlaps(second.box):
            yield f"{first.group.id} lies on {second.group.id}"


def _around(group: str, groups: dict[str, DrawnGroup]) -> set[str]:
    found: set[str] = set()
    while group in groups and group not in found:
        found.add(group)
        group = groups[group].group.parent
    return found


def _texts_that_do_not_fit(drawing: Drawing) -> Iterator[str]:
    for line in _lines(drawing):
        if width(line.text, line.role.size, bold=line.role.is_bold) > line.box.width + 1:
            yield f"text {line.text!r} is wider than its room"
    for tile in drawing.tiles:
        for text in _lines_of(tile):
            if not tile.box.holds(text.box):
                yield f"text {text.text!r} is not within tile {tile.tile.id}"
        inside = [tile.icon, *(_inked(line) for line in _lines_of(tile))]
        for upper, lower in combinations(inside, 2):
            if upper.overlaps(lower):
                yield f"texts of tile {tile.tile.id} lie on each other"


def _texts_on_things(drawing: Drawing) -> Iterator[str]:
    """Labels, captions and headings lie on no tile and on no other text."""
    free = [*_captions(drawing), *_labels(drawing), *drawing.lines, *(each.line for each in drawing.legend)]
    for line in free:
        for tile in drawing.tiles:
            if _inked(line).overlaps(tile.box):
                yield f"text {line.text!r} lies on tile {tile.tile.id}"
    for one, other in combinations(free, 2):
        if _inked(one).overlaps(_inked(other)):
            yield f"text {one.text!r} lies on text {other.text!r}"


def _arrows_through_things(drawing: Drawing) -> Iterator[str]:
    texts = [*_captions(drawing), *_labels(drawing), *drawing.lines]
    icons = [(each.icon, each.group.id) for each in drawing.groups if each.icon]
    for arrow in drawing.arrows:
        name = f"arrow {arrow.arrow.source} to {arrow.arrow.target}"
        for segment in pairwise(arrow.points):
            for tile in drawing.tiles:
                if _crosses(segment, tile.box):
                    yield f"{name} goes through tile {tile.tile.id}"
            for line in texts:
                if line.text and _crosses(segment, _inked(line)):
                    yield f"{name} goes through text {line.text!r}"
            for icon, group in icons:
                if _crosses(segment, icon):
                    yield f"{name} goes through the icon of {group}"


def _arrows_on_arrows(drawing: Drawing) -> Iterator[str]:
    """Arrows may cross, and run together where they lead to the same tile; else they keep apart."""
    for one, other in combinations(drawing.arrows, 2):
        if one.arrow.target == other.arrow.target:
            continue
        if any(
            _together(first, second) for first in pairwise(one.points) for second in pairwise(other.points)
        ):
            ends = f"{one.arrow.source} to {one.arrow.target}, {other.arrow.source} to {other.arrow.target}"
            yield f"arrows run on each other: {ends}"


def _arrows_that_hang(drawing: Drawing) -> Iterator[str]:
    """An arrow begins and ends at the edges of its tiles, and turns in right angles only."""
    boxes = {each.tile.id: each.box for each in drawing.tiles}
    for arrow in drawing.arrows:
        name = f"arrow {arrow.arrow.source} to {arrow.arrow.target}"
        for point, tile in ((arrow.points[0], arrow.arrow.source), (arrow.points[-1], arrow.arrow.target)):
            if not _is_on_edge(point, boxes[tile]):
                yield f"{name} does not touch {tile}"
        if any(one[0] != other[0] and one[1] != other[1] for one, other in pairwise(arrow.points)):
            yield f"{name} is slanted"
        if any(one == other for one, other in pairwise(arrow.points)):
            yield f"{name} has a point twice"


def _outside_of_the_picture(drawing: Drawing) -> Iterator[str]:
    paper = Box(0, 0, drawing.width, drawing.height)
    boxes = [tile.box for tile in drawing.tiles] + [group.box for group in drawing.groups]
    boxes += [line.box for line in _lines(drawing)]
    if not all(paper.holds(box) for box in boxes):
        yield "something is outside of the picture"
    if not all(0 <= x <= paper.width and 0 <= y <= paper.height for a in drawing.arrows for x, y in a.points):
        yield "an arrow leaves the picture"


def _inked(line: Line) -> Box:
    """Where a text's letters are: less high than its line, which has room below and above."""
    return Box(line.box.x, line.box.y + 2, line.box.width, line.box.height - 3)


def _lines(drawing: Drawing) -> list[Line]:
    inside = [line for tile in drawing.tiles for line in _lines_of(tile)]
    legend = [each.line for each in drawing.legend]
    return [*inside, *_captions(drawing), *_labels(drawing), *drawing.lines, *legend]


def _lines_of(tile: DrawnTile) -> list[Line]:
    badge = [tile.badge] if tile.badge else []
    return [*tile.lines, *(small.line for small in tile.smalls), *badge]


def _captions(drawing: Drawing) -> list[Line]:
    return [group.caption for group in drawing.groups]


def _labels(drawing: Drawing) -> list[Line]:
    return [arrow.label for arrow in drawing.arrows if arrow.label]


def _crosses(segment: tuple[Point, Point], box: Box) -> bool:
    """Whether a part of a line, upright or level, is inside of a box."""
    (x0, y0), (x1, y1) = segment
    return (
        min(x0, x1) < box.right and max(x0, x1) > box.x and min(y0, y1) < box.bottom and max(y0, y1) > box.y
    )


def _together(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two lines run beside each other, too near to be told apart."""
    for axis in (0, 1):
        if one[0][axis] == one[1][axis] and other[0][axis] == other[1][axis]:
            along = 1 - axis
            near = abs(one[0][axis] - other[0][axis]) < NEAR
            shared = min(max(one[0][along], one[1][along]), max(other[0][along], other[1][along])) - max(
                min(one[0][along], one[1][along]), min(other[0][along], other[1][along])
            )
            if near and shared > 0:
                return True
    return False


def _is_on_edge(point: Point, box: Box) -> bool:
    x, y = point
    level = x in (box.x, box.right) and box.y < y < box.bottom
    return level or (y in (box.y, box.bottom) and box.x < x < box.right)

"""The whole picture: title, headings, the path of a request, what stands below it, legend."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Anchor, Box, Drawing, DrawnGroup, Line, Role, Small
from report.architecture.layout.arrows import arrows_of
from report.architecture.layout.channels import PAD
from report.architecture.layout.grid import CAPTION, GROUP_ICON, GridLayout
from report.architecture.layout.placing import place
from report.architecture.layout.shelf import shelve
from report.architecture.marks import NO_MARKS
from report.architecture.model import Boundary, Group
from report.architecture.text import clean, fitted, width

if TYPE_CHECKING:
    from report.architecture.marks import Marks
    from report.architecture.model import Architecture

MARGIN: Final = 20
TOP: Final = 78
LEAST: Final = 640
"""The least width of a picture."""
ICONS_BY: Final = "Icons: AWS Architecture Icons, CC BY-ND 2.0"


def draw(architecture: Architecture, marks: Marks = NO_MARKS) -> Drawing:
    """Give everything its place; the same architecture and marks give the same drawing."""
    grid = GridLayout(architecture, place(architecture), marks, MARGIN, TOP)
    groups = grid.groups()
    if not any(each.group.boundary is Boundary.ACCOUNT for each in groups):
        groups = [_bare_account(architecture), *groups]
    account = groups[0].box
    right = max(account.right, grid.right + 2 * PAD, MARGIN + LEAST)
    region = max(account.bottom - PAD, grid.bottom + PAD)
    below = [tile for tile in architecture.tiles if tile.lane.is_below]
    shelf = shelve(below, account.x + PAD, region + PAD, right - account.x - 2 * PAD, marks.tiles)
    bottom = (shelf.bottom if below else region) + PAD
    legend, notes, height = _foot(marks, MARGIN, bottom + 14, right)
    boxes = (_boxed(box, line) for box, line in zip(shelf.boxes, shelf.headings, strict=True))
    return Drawing(
        clean(architecture.name),
        _description(architecture),
        right + MARGIN,
        height,
        (*(_reaching(each, right, region, bottom) for each in groups), *boxes),
        (*grid.tiles(), *shelf.tiles),
        tuple(arrows_of(grid)),
        (*_head(architecture, right), *_headings(grid), *notes),
        legend,
    )


def _reaching(drawn: DrawnGroup, right: int, region: int, bottom: int) -> DrawnGroup:
    """Account and region are as wide as the picture; the account reaches round what stands below."""
    box = drawn.box
    if drawn.group.boundary is Boundary.ACCOUNT:
        box = Box(box.x, box.y, right - box.x, bottom - box.y)
    elif drawn.group.boundary is Boundary.REGION:
        box = Box(box.x, box.y, right - PAD - box.x, region - box.y)
    return replace(drawn, box=box)


def _bare_account(architecture: Architecture) -> DrawnGroup:
    """The account where nothing of it is on the path of a request: all else is in it too."""
    group = next(each for each in architecture.groups if each.boundary is Boundary.ACCOUNT)
    box = Box(MARGIN, TOP, LEAST, PAD + CAPTION)
    icon = Box(box.x, box.y, GROUP_ICON, GROUP_ICON)
    place = Box(icon.right + 6, box.y + 3, LEAST - GROUP_ICON - 10, Role.CAPTION.height)
    text = fitted(group.caption, place.width, Role.CAPTION.size, bold=True)
    return DrawnGroup(group, box, icon, Line(place, text, Role.CAPTION, full=clean(group.full)))


def _boxed(box: Box, heading: Line) -> DrawnGroup:
    group = Group(f"shelf:{heading.text}", Boundary.SHELF, heading.text, heading.text, "account")
    return DrawnGroup(group, box, None, heading)


def _head(architecture: Architecture, right: int) -> list[Line]:
    note = f"{architecture.region}, {architecture.count} resources, drawn from the templates"
    noted = int(width(note, Role.NOTE.size)) + 2
    name = fitted(architecture.name, right - MARGIN - noted - 16, Role.NAME.size, bold=True)
    named = int(width(name, Role.NAME.size, bold=True)) + 2
    full = clean(architecture.name) if name != clean(architecture.name) else ""
    return [
        Line(Box(MARGIN, 14, named, Role.NAME.height), name, Role.NAME, full=full),
        Line(Box(right - noted, 20, noted, Role.NOTE.height), note, Role.NOTE, Anchor.END),
    ]


def _headings(grid: GridLayout) -> list[Line]:
    return [
        Line(
            Box(left, TOP - Role.HEADING.height - 4, right - left, Role.HEADING.height),
            fitted(lane.title, right - left, Role.HEADING.size, bold=True),
            Role.HEADING,
            Anchor.MIDDLE,
        )
        for lane, left, right in grid.lanes()
    ]


def _foot(marks: Marks, x: int, y: int, right: int) -> tuple[tuple[Small, ...], list[Line], int]:
    """The legend, where there are marks; notes; and whose the icons are."""
    legend = []
    at = x
    for mark in marks.used:
        wide = int(width(mark.value, Role.NOTE.size)) + 4
        line = Line(Box(at + 24, y, wide, Role.NOTE.height), mark.value, Role.NOTE)
        legend.append(Small(mark.value, Box(at, y, 18, 16), line))
        at += 24 + wide + 16
    notes = []
    if marks.used and marks.title:
        room = right - at
        notes.append(
            Line(Box(at, y, room, Role.NOTE.height), fitted(marks.title, room, Role.NOTE.size), Role.NOTE)
        )
    if marks.used:
        y += Role.NOTE.height + 6
    for note in (*marks.notes, ICONS_BY):
        room = right - x
        text = fitted(note, room, Role.SMALL.size)
        notes.append(Line(Box(x, y, room, Role.SMALL.height), text, Role.SMALL, full=clean(note)))
        y += Role.SMALL.height + 2
    return tuple(legend), notes, y + MARGIN // 2


def _description(architecture: Architecture) -> str:
    """The picture in words, for who does not see it."""
    names = {tile.id: clean(tile.title) for tile in architecture.tiles}
    arrows = (
        f"{names[arrow.source]} to {names[arrow.target]}"
        + (f" ({clean(arrow.label)})" if arrow.label else "")
        for arrow in architecture.arrows
    )
    return (
        f"{clean(architecture.name)} in {clean(architecture.region)}. Parts: {', '.join(names.values())}. "
        f"Arrows: {'; '.join(arrows) or 'none'}."
    )

"""What is inside of a tile: icon, title, details, small icons, badge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Anchor, Box, DrawnTile, Line, Role, Small
from report.architecture.text import clean, fitted, width

if TYPE_CHECKING:
    from report.architecture.marks import Marked
    from report.architecture.model import Satellite, Tile

TILE_WIDTH: Final = 166
USERS_WIDTH: Final = 96
ICON: Final = 44
EDGE: Final = 9
"""From a tile's border to what is within."""
SMALL_ICON: Final = 18
SMALL_ROW: Final = SMALL_ICON + 6
BADGE_ROW: Final = Role.BADGE.height + 6
CARD_HEIGHT: Final = 48
CARD_ICON: Final = 30


def tile_height(tile: Tile, *, is_marked: bool) -> int:
    """Units that a tile needs."""
    lines = Role.TITLE.height + Role.DETAIL.height * len(tile.details)
    smalls = SMALL_ROW if tile.satellites else 0
    return EDGE + (BADGE_ROW if is_marked else 0) + ICON + 6 + lines + smalls + EDGE


def drawn_tile(tile: Tile, box: Box, marked: Marked | None) -> DrawnTile:
    """A tile with its icon above its title; what is within stands in the middle of the box."""
    spare = box.height - tile_height(tile, is_marked=marked is not None)
    y = box.y + spare // 2 + EDGE
    room = box.width - 2 * 6
    drawn_badge = None
    if marked:
        drawn_badge = _badge(marked, Box(box.x + 6, y - 4, room, BADGE_ROW - 4))
        y += BADGE_ROW
    icon = Box(box.x + (box.width - ICON) // 2, y, ICON, ICON)
    y += ICON + 6
    lines = []
    for text, role in ((tile.title, Role.TITLE), *((detail, Role.DETAIL) for detail in tile.details)):
        shown = fitted(text, room, role.size, bold=role.is_bold)
        full = clean(text) if shown != clean(text) else ""
        lines.append(Line(Box(box.x + 6, y, room, role.height), shown, role, Anchor.MIDDLE, full))
        y += role.height
    return DrawnTile(tile, box, icon, tuple(lines), _smalls(tile.satellites, box, y + 4), drawn_badge)


def drawn_card(tile: Tile, box: Box, marked: Marked | None) -> DrawnTile:
    """A tile below the path of a request: its icon beside its title."""
    icon = Box(box.x + EDGE, box.y + (CARD_HEIGHT - CARD_ICON) // 2, CARD_ICON, CARD_ICON)
    left = icon.right + 8
    room = box.right - 6 - left
    texts = [(tile.title, Role.TITLE), *((detail, Role.DETAIL) for detail in tile.details[:1])]
    y = box.y + (CARD_HEIGHT - sum(role.height for _, role in texts)) // 2
    lines = []
    for text, role in texts:
        shown = fitted(text, room, role.size, bold=role.is_bold)
        full = clean(text) if shown != clean(text) else ""
        lines.append(Line(Box(left, y, room, role.height), shown, role, full=full))
        y += role.height
    drawn_badge = None
    if marked:
        at = Box(box.x + 6, box.y + CARD_HEIGHT - 2, box.width - 12, BADGE_ROW - 4)
        drawn_badge = _badge(marked, at)
    return DrawnTile(tile, box, icon, tuple(lines), badge=drawn_badge)


def _badge(marked: Marked, box: Box) -> Line:
    shown = fitted(marked.word, box.width - 8, Role.BADGE.size, bold=True)
    return Line(box, shown, Role.BADGE, Anchor.MIDDLE, clean(marked.full or marked.word), marked.mark)


def _smalls(satellites: tuple[Satellite, ...], box: Box, y: int) -> tuple[Small, ...]:
    """Small icons in a row, in the middle."""
    if not satellites:
        return ()
    gap = 10
    room = box.width - 12 - gap * (len(satellites) - 1) - (SMALL_ICON + 4) * len(satellites)
    wanted = sum(width(each.caption, Role.SMALL.size) + 2 for each in satellites)
    most = room if wanted <= room else room // len(satellites) - 2
    texts = [fitted(each.caption, most, Role.SMALL.size) for each in satellites]
    widths = [int(width(text, Role.SMALL.size)) + 2 for text in texts]
    x = box.x + (box.width - sum(widths) - (SMALL_ICON + 4) * len(texts) - gap * (len(texts) - 1)) // 2
    found = []
    for satellite, text, wide in zip(satellites, texts, widths, strict=True):
        line = Line(
            Box(x + SMALL_ICON + 4, y + 1, wide, Role.SMALL.height),
            text,
            Role.SMALL,
            full=clean(satellite.full),
        )
        found.append(Small(satellite.icon, Box(x, y, SMALL_ICON, SMALL_ICON), line))
        x += SMALL_ICON + 4 + wide + gap
    return tuple(found)

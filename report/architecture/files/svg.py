"""A drawing as SVG: for a browser alone, or inside of a page whose colours it takes."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Anchor
from report.architecture.files.escaping import escaped
from report.architecture.model import Boundary
from report.architecture.text import clean, is_measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from report.architecture.drawing import Box, Drawing, DrawnArrow, DrawnGroup, DrawnTile, Line, Small

ICONS: Final = Path(__file__).parent / "icons"
GROUP_ICONS: Final = {
    Boundary.ACCOUNT: "group-account",
    Boundary.REGION: "group-region",
    Boundary.VPC: "group-vpc",
    Boundary.SUBNETS: "group-subnets",
    Boundary.PUBLIC_SUBNETS: "group-public-subnets",
}
DARK_ICONS: Final = {"users", "outside"}
"""Icons that are drawn in ink, for light paper."""
FONT: Final = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
)
LIGHT: Final = {
    "ink": "#16202b",
    "paper": "#ffffff",
    "muted": "#52606d",
    "surface": "#f5f7f9",
    "line": "#d5dce3",
    "accent": "#7a3e9d",
    "good": "#1a7f4b",
    "notice": "#8a5a00",
    "bad": "#b3261e",
    "unknown": "#5c6873",
    "series-4": "#2f6fb5",
}
DARK: Final = {
    "ink": "#e8edf2",
    "paper": "#11161c",
    "muted": "#a3b1bf",
    "surface": "#1a222b",
    "line": "#33404d",
    "accent": "#c79be6",
    "good": "#5cc98f",
    "notice": "#e0b04c",
    "bad": "#ff8a80",
    "unknown": "#9aa7b4",
    "series-4": "#86b7ee",
}
MARK_COLOURS: Final = {
    "fault": "bad",
    "unknown": "unknown",
    "added": "good",
    "changed": "series-4",
    "replaced": "notice",
    "removed": "bad",
}
_STYLE: Final = """\
.diagram{font-family:%(font)s;max-width:100%%;height:auto}
.diagram text{fill:%(ink)s;direction:ltr;unicode-bidi:isolate}
.diagram .d-note,.diagram .d-detail,.diagram .d-small,.diagram .d-heading{fill:%(muted)s}
.diagram .d-label{fill:%(ink)s}
.diagram .d-tile{fill:%(paper)s;stroke:%(line)s}
.diagram .d-plate{fill:#fff}
.diagram .d-group{fill:none;stroke-width:1.25}
.diagram .d-account{fill:%(surface)s;stroke:#e7157b}
.diagram .d-region{stroke:#00a4a6;stroke-dasharray:5 3}
.diagram .d-vpc{stroke:#8c4fff}
.diagram .d-subnets{stroke:#00a4a6;fill:#00a4a6;fill-opacity:.07}
.diagram .d-public-subnets{stroke:#7aa116;fill:#7aa116;fill-opacity:.09}
.diagram .d-security-group{stroke:#dd344c;stroke-dasharray:5 3}
.diagram .d-shelf{stroke:%(line)s}
.diagram .d-arrow{fill:none;stroke:%(ink)s;stroke-width:1.5}
.diagram .d-head{fill:%(ink)s}
.diagram .d-aside{stroke:%(muted)s;stroke-dasharray:5 4}
.diagram .d-aside-head{fill:%(muted)s}
.diagram .d-lacking{stroke:%(notice)s;stroke-dasharray:7 4;stroke-width:2}
.diagram .d-lacking-head,.diagram text.d-lacking-label{fill:%(notice)s}
.diagram text.d-lacking-label{stroke:none;font-weight:700}
"""
_MARK_STYLE: Final = """\
.diagram .d-%(mark)s-group{stroke:%(colour)s;stroke-width:2.5}
.diagram .d-%(mark)s-tile{stroke:%(colour)s;stroke-width:2.5}
.diagram .d-%(mark)s-arrow{stroke:%(colour)s;stroke-dasharray:7 4;stroke-width:2.5}
.diagram .d-%(mark)s-head,.diagram .d-%(mark)s-badge,.diagram text.d-%(mark)s-label{fill:%(colour)s}
.diagram text.d-%(mark)s-label{font-weight:700}
.diagram text.d-%(mark)s-word{fill:%(paper)s}
"""


def to_svg(drawing: Drawing, *, standalone: bool = True, prefix: str = "diagram") -> str:
    """The drawing as an SVG element, the same text for the same drawing.

    Args:
        drawing: What `draw` returns.
        standalone: Whether it brings its colours, light and dark, and stands in a file; else it is for a
            page, whose colours it takes where that has them.
        prefix: Ids within begin with it; two in one page need two.

    """
    return "\n".join(_Writer(drawing, prefix, standalone=standalone).lines()) + "\n"


@cache
def icon(name: str) -> str:
    """An icon as a data URI; the file in it is unmodified."""
    content = (ICONS / f"{name}.svg").read_bytes()
    return f"data:image/svg+xml;base64,{base64.b64encode(content).decode('ascii')}"


def style(*, standalone: bool) -> str:
    """The style sheet; one for a page has no colours of its own but as a last resort.

    Its classes begin with `d-`, so that a page's own classes don't reach into the picture.
    """
    colours = {name: f"var(--{name},{value})" for name, value in LIGHT.items()}
    rules = _STYLE % {"font": FONT, **colours}
    for mark, colour in MARK_COLOURS.items():
        rules += _MARK_STYLE % {"mark": mark, "colour": colours[colour], "paper": colours["paper"]}
    if not standalone:
        return rules
    light = ";".join(f"--{name}:{value}" for name, value in LIGHT.items())
    dark = ";".join(f"--{name}:{value}" for name, value in DARK.items())
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{rules}"
    )


class _Writer:
    def __init__(self, drawing: Drawing, prefix: str, *, standalone: bool) -> None:
        self._drawing, self._prefix, self._standalone = drawing, prefix, standalone

    def lines(self) -> Iterator[str]:
        drawing, prefix = self._drawing, self._prefix
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" '
            f'viewBox="0 0 {drawing.width} {drawing.height}" width="{drawing.width}" '
            f'height="{drawing.height}" aria-labelledby="{prefix}-title {prefix}-desc">'
        )
        yield f'<title id="{prefix}-title">{escaped(f"Architecture of {drawing.name}")}</title>'
        yield f'<desc id="{prefix}-desc">{escaped(drawing.description)}</desc>'
        yield f"<style>\n{style(standalone=self._standalone)}</style>"
        yield from self._icons()
        if self._standalone:
            yield f'<rect width="{drawing.width}" height="{drawing.height}" fill="var(--paper)"/>'
        for group in drawing.groups:
            yield from self._group(group)
        for arrow in drawing.arrows:
            yield from self._arrow(arrow)
        for tile in drawing.tiles:
            yield from self._tile(tile)
        for line in drawing.lines:
            yield _text(line)
        for small in drawing.legend:
            yield from self._legend(small)
        yield "</svg>"

    def _icons(self) -> Iterator[str]:
        """Each icon once; what is drawn refers to it."""
        tiles = self._drawing.tiles
        used = {tile.tile.icon for tile in tiles} | {small.icon for tile in tiles for small in tile.smalls}
        used |= {GROUP_ICONS[each.group.boundary] for each in self._drawing.groups if each.icon}
        yield "<defs>"
        for name in sorted(used):
            yield (f'<image id="{self._prefix}-{name}" width="48" height="48" href="{icon(name)}"/>')
        yield "</defs>"

    def _use(self, name: str, box: Box) -> str:
        scale = f"{box.width / 48:.4g}"
        plate = ""
        if name in DARK_ICONS:
            plate = (
                f'<rect class="d-plate" x="{box.x - 4}" y="{box.y - 4}" width="{box.width + 8}" '
                f'height="{box.height + 8}" rx="8"/>'
            )
        place = f'transform="translate({box.x} {box.y}) scale({scale})"'
        return f'{plate}<use href="#{self._prefix}-{name}" {place}/>'

    def _group(self, drawn: DrawnGroup) -> Iterator[str]:
        kind = f"d-{drawn.group.boundary.value.replace(' ', '-')}"
        yield f"<g>{_told(drawn.caption.full)}"
        radius = 6 if drawn.group.boundary is Boundary.SHELF else 0
        mark = drawn.caption.mark
        kind += f" d-{mark.value}-group" if mark else ""
        yield f'<rect class="d-group {kind}" {_place(drawn.box)} rx="{radius}"/>'
        if drawn.icon:
            yield self._use(GROUP_ICONS[drawn.group.boundary], drawn.icon)
        yield f"{_text(drawn.caption, f' d-{mark.value}-label' if mark else '', told=False)}</g>"

    def _tile(self, drawn: DrawnTile) -> Iterator[str]:
        mark = f" d-{drawn.mark.value}-tile" if drawn.mark else ""
        yield f"<g>{_told(drawn.tile.full)}"
        yield f'<rect class="d-tile{mark}" {_place(drawn.box)} rx="8"/>'
        yield self._use(drawn.tile.icon, drawn.icon)
        yield from (_text(line) for line in drawn.lines)
        for small in drawn.smalls:
            icon_and_word = f"{self._use(small.icon, small.box)}{_text(small.line, told=False)}"
            yield f"<g>{_told(small.line.full)}{icon_and_word}</g>"
        if drawn.badge and drawn.badge.mark:
            name = drawn.badge.mark.value
            yield f'<rect class="d-{name}-badge" {_place(drawn.badge.box)} rx="4"/>'
            yield _text(drawn.badge, f" d-{name}-word")
        yield "</g>"

    def _arrow(self, drawn: DrawnArrow) -> Iterator[str]:
        kind, head = "", "d-head"
        if drawn.mark:
            kind, head = f" d-{drawn.mark.value}-arrow", f"d-{drawn.mark.value}-head"
        elif not drawn.arrow.is_permitted:
            kind, head = " d-lacking", "d-lacking-head"
        elif drawn.arrow.is_aside:
            kind, head = " d-aside", "d-aside-head"
        points = [*drawn.points[:-1], _before_head(drawn)]
        path = "M" + "L".join(f"{x} {y}" for x, y in points)
        yield f"<g>{_told(f'{drawn.arrow.label}: {drawn.arrow.full}'.removeprefix(': '))}"
        yield f'<path class="d-arrow{kind}" d="{path}"/>'
        yield f'<path class="{head}" d="{_head(drawn)}"/>'
        if drawn.label:
            colour = f" d-{drawn.mark.value}-label" if drawn.mark else ""
            colour = colour or ("" if drawn.arrow.is_permitted else " d-lacking-label")
            yield _text(drawn.label, colour, told=False)
        yield "</g>"

    def _legend(self, small: Small) -> Iterator[str]:
        box = small.box
        yield (
            f'<rect class="d-{small.icon}-badge" x="{box.x}" y="{box.y}" width="{box.width}" '
            f'height="{box.height}" rx="4"/>'
        )
        yield _text(small.line)


def _before_head(drawn: DrawnArrow) -> tuple[int, int]:
    """Where the line ends, so that its point stays sharp."""
    (x0, y0), (x1, y1) = drawn.points[-2:]
    return x1 - _sign(x1 - x0) * 7, y1 - _sign(y1 - y0) * 7


def _head(drawn: DrawnArrow) -> str:
    (x0, y0), (x1, y1) = drawn.points[-2:]
    dx, dy = _sign(x1 - x0), _sign(y1 - y0)
    corners = [
        (x1, y1),
        (x1 - 10 * dx + 5 * dy, y1 - 10 * dy + 5 * dx),
        (x1 - 10 * dx - 5 * dy, y1 - 10 * dy - 5 * dx),
    ]
    return "M" + "L".join(f"{x} {y}" for x, y in corners) + "Z"


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _text(line: Line, kind: str = "", *, told: bool = True) -> str:
    """A text, cut at the edges of its room where its letters are not in the table of widths."""
    box = line.box
    if line.text and not is_measured(line.text):
        within = replace(line, box=replace(box, x=0, y=0))
        return f"<svg {_place(box)}>{_written(within, kind, told=told)}</svg>"
    return _written(line, kind, told=told)


def _written(line: Line, kind: str, *, told: bool) -> str:
    box, role = line.box, line.role
    x = {Anchor.START: box.x, Anchor.MIDDLE: box.x + box.width / 2, Anchor.END: box.right}[line.anchor]
    baseline = box.y + box.height / 2 + role.size * 0.35
    weight = ' font-weight="600"' if role.is_bold else ""
    anchor = "" if line.anchor is Anchor.START else f' text-anchor="{line.anchor.value}"'
    title = _told(line.full) if told and line.full else ""
    return (
        f'<text class="d-{role.value}{kind}" x="{x:g}" y="{baseline:.5g}" font-size="{role.size}"'
        f"{weight}{anchor}>{title}{escaped(line.text)}</text>"
    )


def _told(text: str) -> str:
    return f"<title>{escaped(clean(text))}</title>" if text else ""


def _place(box: Box) -> str:
    return f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'


__all__ = ["icon", "style", "to_svg"]

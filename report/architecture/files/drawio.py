"""A drawing as a file of draw.io, with its shapes for AWS; what is in a group moves with it.

The shapes are named, not contained: `mxgraph.aws4.*` are stencils that every draw.io has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Anchor, Role
from report.architecture.files.escaping import escaped, quoted
from report.architecture.files.svg import LIGHT, MARK_COLOURS
from report.architecture.model import Boundary
from report.architecture.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from report.architecture.drawing import (
        Box,
        Drawing,
        DrawnArrow,
        DrawnGroup,
        DrawnTile,
        Line,
        Point,
        Small,
    )

_NETWORK, _COMPUTE, _DATA, _SECURITY = "#8C4FFF", "#ED7100", "#C925D1", "#DD344C"
_MANAGEMENT, _STORAGE, _INK = "#E7157B", "#7AA116", "#232F3D"
SERVICES: Final = {
    "api-gateway": ("api_gateway", _NETWORK),
    "backup": ("backup", _STORAGE),
    "budgets": ("budgets", _STORAGE),
    "certificate-manager": ("certificate_manager_3", _SECURITY),
    "cloudformation": ("cloudformation", _MANAGEMENT),
    "cloudfront": ("cloudfront", _NETWORK),
    "cloudwatch": ("cloudwatch_2", _MANAGEMENT),
    "dynamodb": ("dynamodb", _DATA),
    "ec2": ("ec2", _COMPUTE),
    "ecs": ("ecs", _COMPUTE),
    "elastic-load-balancing": ("elastic_load_balancing", _NETWORK),
    "elasticache": ("elasticache", _DATA),
    "eventbridge": ("eventbridge", _MANAGEMENT),
    "identity-and-access-management": ("identity_and_access_management", _SECURITY),
    "key-management-service": ("key_management_service", _SECURITY),
    "lambda": ("lambda", _COMPUTE),
    "rds": ("rds", _DATA),
    "route-53": ("route_53", _NETWORK),
    "s3": ("s3", _STORAGE),
    "secrets-manager": ("secrets_manager", _SECURITY),
    "sns": ("sns", _MANAGEMENT),
    "sqs": ("sqs", _MANAGEMENT),
    "step-functions": ("step_functions", _MANAGEMENT),
    "systems-manager": ("systems_manager", _MANAGEMENT),
    "waf": ("waf", _SECURITY),
}
"""Shapes of services, by icon: the name of the stencil and its colour."""
RESOURCES: Final = {
    "endpoints": ("endpoints", _NETWORK),
    "flow-logs": ("flow_logs", _NETWORK),
    "group-vpc": ("vpc", _NETWORK),
    "internet-gateway": ("internet_gateway", _NETWORK),
    "logs": ("logs", _MANAGEMENT),
    "nat-gateway": ("nat_gateway", _NETWORK),
    "outside": ("internet_alt1", _INK),
    "role": ("role", _SECURITY),
    "users": ("users", _INK),
}
_CONTAINER = (
    "container=1;pointerEvents=0;collapsible=0;recursiveResize=0;html=0;verticalAlign=top;align=left;"
)
_TEXT = "text;html=0;strokeColor=none;fillColor=none;verticalAlign=middle;overflow=hidden;spacing=0;"
_GROUP = "shape=mxgraph.aws4.group;"
GROUPS: Final = {
    Boundary.ACCOUNT: f"{_GROUP}grIcon=mxgraph.aws4.group_account;strokeColor=#CD2264;fillColor=none;",
    Boundary.REGION: f"{_GROUP}grIcon=mxgraph.aws4.group_region;strokeColor=#00A4A6;fillColor=none;dashed=1;",
    Boundary.VPC: f"{_GROUP}grIcon=mxgraph.aws4.group_vpc;strokeColor=#8C4FFF;fillColor=none;",
    Boundary.SUBNETS: (
        f"{_GROUP}grIcon=mxgraph.aws4.group_security_group;grStroke=0;strokeColor=#00A4A6;fillColor=#E6F6F7;"
    ),
    Boundary.PUBLIC_SUBNETS: (
        f"{_GROUP}grIcon=mxgraph.aws4.group_security_group;grStroke=0;strokeColor=#7AA116;fillColor=#F2F6E8;"
    ),
    Boundary.SECURITY_GROUP: "rounded=0;strokeColor=#DD344C;fillColor=none;dashed=1;",
    Boundary.SHELF: f"rounded=1;absoluteArcSize=1;arcSize=12;strokeColor={LIGHT['line']};fillColor=none;",
}


def to_drawio(drawing: Drawing) -> str:
    """The drawing as XML that draw.io opens, the same text for the same drawing."""
    return "\n".join(_Writer(drawing).lines()) + "\n"


class _Writer:
    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._groups = {each.group.id: each for each in drawing.groups}
        self._ids: dict[str, str] = {}
        for prefix, names in (
            ("group", self._groups),
            ("tile", [each.tile.id for each in drawing.tiles]),
        ):
            self._ids |= {f"{prefix} {name}": f"{prefix}-{number}" for number, name in enumerate(names, 1)}

    def lines(self) -> Iterator[str]:
        drawing = self._drawing
        yield '<mxfile host="app.diagrams.net" type="device">'
        yield f'<diagram id="architecture" name={quoted(drawing.name[:60] or "architecture")}>'
        yield (
            f'<mxGraphModel grid="0" gridSize="10" guides="1" tooltips="1" connect="1" arrows="1" fold="1" '
            f'page="1" pageScale="1" pageWidth="{drawing.width}" pageHeight="{drawing.height}" math="0">'
        )
        yield '<root><mxCell id="0"/><mxCell id="1" parent="0"/>'
        for group in drawing.groups:
            yield from self._group(group)
        for tile in drawing.tiles:
            yield from self._tile(tile)
        for number, arrow in enumerate(drawing.arrows, 1):
            yield from self._arrow(number, arrow)
        for number, line in enumerate(drawing.lines, 1):
            yield _cell(f"text-{number}", line.text, _line_style(line), line.box)
        for number, small in enumerate(drawing.legend, 1):
            yield from _legend(number, small)
        yield "</root></mxGraphModel></diagram></mxfile>"

    def _origin(self, group: str) -> tuple[str, Point]:
        """Id of the cell of a group, and where its corner is; the picture's for what is in none."""
        if group not in self._groups:
            return "1", (0, 0)
        box = self._groups[group].box
        return self._ids[f"group {group}"], (box.x, box.y)

    def _group(self, drawn: DrawnGroup) -> Iterator[str]:
        parent, origin = self._origin(drawn.group.parent)
        role = drawn.caption.role
        left = drawn.caption.box.x - drawn.box.x
        top = drawn.caption.box.y - drawn.box.y
        bold = 1 if role.is_bold else 0
        colour = LIGHT["ink"] if role.is_bold else LIGHT["muted"]
        style = (
            f"{GROUPS[drawn.group.boundary]}{_CONTAINER}fontSize={role.size};fontStyle={bold};"
            f"fontColor={colour};spacing=0;spacingLeft={left};spacingTop={top};"
        )
        name = self._ids[f"group {drawn.group.id}"]
        yield _cell(name, drawn.caption.text, style, drawn.box, parent, origin, drawn.group.full)

    def _tile(self, drawn: DrawnTile) -> Iterator[str]:
        """A frame with its icon and texts in it, so that all of it moves as one."""
        group = drawn.tile.group
        if drawn.tile.lane.is_below:
            group = next(
                (
                    each.group.id
                    for each in self._drawing.groups
                    if each.group.boundary is Boundary.SHELF and each.box.holds(drawn.box)
                ),
                group,
            )
        parent, origin = self._origin(group)
        name = self._ids[f"tile {drawn.tile.id}"]
        colour = LIGHT[MARK_COLOURS[drawn.mark.value]] if drawn.mark else LIGHT["line"]
        frame = (
            f"rounded=1;absoluteArcSize=1;arcSize=16;fillColor=#FFFFFF;strokeColor={colour};"
            f"strokeWidth={2.5 if drawn.mark else 1};{_CONTAINER}".replace("pointerEvents=0;", "")
        )
        yield _cell(name, "", frame, drawn.box, parent, origin, drawn.tile.full)
        corner = (drawn.box.x, drawn.box.y)
        yield _cell(f"{name}-icon", "", _icon_style(drawn.tile.icon), drawn.icon, name, corner)
        for number, line in enumerate(drawn.lines, 1):
            yield _cell(f"{name}-text-{number}", line.text, _line_style(line), line.box, name, corner)
        for number, small in enumerate(drawn.smalls, 1):
            yield _cell(
                f"{name}-small-{number}",
                "",
                _icon_style(small.icon),
                small.box,
                name,
                corner,
                small.line.full,
            )
            style = _line_style(small.line)
            yield _cell(f"{name}-small-text-{number}", small.line.text, style, small.line.box, name, corner)
        if drawn.badge:
            yield _cell(
                f"{name}-badge", drawn.badge.text, _badge_style(drawn.badge), drawn.badge.box, name, corner
            )

    def _arrow(self, number: int, drawn: DrawnArrow) -> Iterator[str]:
        boxes = {each.tile.id: each.box for each in self._drawing.tiles}
        source, target = drawn.arrow.source, drawn.arrow.target
        exit_x, exit_y = _share(drawn.points[0], boxes[source])
        entry_x, entry_y = _share(drawn.points[-1], boxes[target])
        style = (
            "edgeStyle=orthogonalEdgeStyle;rounded=0;html=0;endArrow=block;endFill=1;endSize=6;jettySize=auto;"
            f"exitX={exit_x};exitY={exit_y};exitDx=0;exitDy=0;exitPerimeter=0;"
            f"entryX={entry_x};entryY={entry_y};entryDx=0;entryDy=0;entryPerimeter=0;"
            f"{_arrow_colours(drawn)}"
        )
        label = drawn.label.text if drawn.label else ""
        yield (
            f'<mxCell id="arrow-{number}" value={quoted(label)} style={quoted(style)} edge="1" parent="1" '
            f'source="{self._ids[f"tile {source}"]}" target="{self._ids[f"tile {target}"]}">'
        )
        yield f'<mxGeometry x="{_label_at(drawn)[0]}" relative="1" as="geometry">'
        corners = "".join(f'<mxPoint x="{x}" y="{y}"/>' for x, y in drawn.points[1:-1])
        if corners:
            yield f'<Array as="points">{corners}</Array>'
        _, x, y = _label_at(drawn)
        yield f'<mxPoint x="{x}" y="{y}" as="offset"/></mxGeometry></mxCell>'


def _cell(
    name: str,
    value: str,
    style: str,
    box: Box,
    parent: str = "1",
    origin: Point = (0, 0),
    told: str = "",
) -> str:
    """A cell whose place is counted from the corner of its parent; what is told shows under a pointer."""
    geometry = (
        f'<mxGeometry x="{box.x - origin[0]}" y="{box.y - origin[1]}" width="{box.width}" '
        f'height="{box.height}" as="geometry"/>'
    )
    if not told:
        return (
            f'<mxCell id="{name}" value={quoted(value)} style={quoted(style)} vertex="1" '
            f'parent="{parent}">{geometry}</mxCell>'
        )
    return (
        f'<UserObject id="{name}" label={quoted(value)} tooltip={quoted(escaped(clean(told)))}>'
        f'<mxCell style={quoted(style)} vertex="1" parent="{parent}">{geometry}</mxCell></UserObject>'
    )


def _icon_style(icon: str) -> str:
    if icon in SERVICES:
        name, colour = SERVICES[icon]
        shape = f"shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.{name};strokeColor=#ffffff;"
    else:
        name, colour = RESOURCES[icon]
        shape = f"shape=mxgraph.aws4.{name};strokeColor=none;"
    return f"{shape}fillColor={colour};html=0;aspect=fixed;points=[];"


def _line_style(line: Line) -> str:
    align = {Anchor.START: "left", Anchor.MIDDLE: "center", Anchor.END: "right"}[line.anchor]
    muted = line.role in (Role.DETAIL, Role.SMALL, Role.NOTE, Role.HEADING)
    colour = LIGHT["muted" if muted else "ink"]
    bold = 1 if line.role.is_bold else 0
    return f"{_TEXT}align={align};fontSize={line.role.size};fontStyle={bold};fontColor={colour};"


def _badge_style(line: Line) -> str:
    colour = LIGHT[MARK_COLOURS[line.mark.value]] if line.mark else LIGHT["muted"]
    return (
        f"rounded=1;html=0;fillColor={colour};strokeColor=none;"
        f"fontColor=#FFFFFF;fontStyle=1;fontSize={line.role.size};"
    )


def _arrow_colours(drawn: DrawnArrow) -> str:
    colour, wide = LIGHT["ink"], 1.5
    if drawn.mark:
        colour, wide = LIGHT[MARK_COLOURS[drawn.mark.value]], 2.5
    elif not drawn.arrow.is_permitted:
        colour, wide = LIGHT["notice"], 2
    elif drawn.arrow.is_aside:
        colour = LIGHT["muted"]
    dashed = "dashed=1;" if drawn.is_dashed else ""
    bold = "fontStyle=1;" if drawn.label and drawn.label.role.is_bold else ""
    ink = colour if drawn.mark or not drawn.arrow.is_permitted else LIGHT["ink"]
    return (
        f"strokeColor={colour};strokeWidth={wide:g};{dashed}fontSize={Role.LABEL.size};{bold}fontColor={ink};"
    )


def _share(point: Point, box: Box) -> tuple[str, str]:
    """Where on a tile's edge a point is, as shares of its width and height."""
    return f"{(point[0] - box.x) / box.width:.5g}", f"{(point[1] - box.y) / box.height:.5g}"


def _label_at(drawn: DrawnArrow) -> tuple[str, int, int]:
    """Where a label is: at the start of the way (-1), and so far from there."""
    if drawn.label is None:
        return "-1", 0, 0
    x, y = drawn.label.box.middle
    return "-1", x - drawn.points[0][0], y - drawn.points[0][1]


def _legend(number: int, small: Small) -> Iterator[str]:
    colour = LIGHT[MARK_COLOURS[small.icon]]
    yield _cell(f"legend-{number}", "", f"rounded=1;html=0;fillColor={colour};strokeColor=none;", small.box)
    yield _cell(f"legend-text-{number}", small.line.text, _line_style(small.line), small.line.box)

"""The files: what a browser and draw.io read, from one geometry, and nothing of it from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml  # noqa: ICN001  (of our own making)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.architecture import architecture_of, draw, to_drawio, to_svg
from report.architecture.files.drawio import GROUPS, RESOURCES, SERVICES
from report.architecture.files.svg import DARK, GROUP_ICONS, ICONS, LIGHT, MARK_COLOURS
from report.architecture.folding.table import UNKNOWN_ICON, table
from report.architecture.marks import Mark, Marked, Marks
from report.architecture.text import STRANGE
from tests.report.architecture.drawings import drawing
from tests.report.architecture.strategies import HOSTILE, deployment, renamed
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

SVG = "{http://www.w3.org/2000/svg}"
PICTURE = Path(__file__).parents[3] / "docs" / "images" / "production.svg"
MARKED = Marks(
    {"service.ApiFunction": Marked(Mark.FAULT, "fault LAM-014", "switched off")},
    {},
    {("service.HttpApi", "service.ApiFunction"): Marked(Mark.FAULT, "API-001 no permission", "told")},
    "the doctor says: faulty",
)


def test_the_picture_in_the_readme_is_current() -> None:
    """`miyabi diagram production` writes it anew; it belongs to docs/images/production.svg."""
    assert PICTURE.read_text(encoding="utf-8") == to_svg(drawing("production"))


# SVG.


def test_an_svg_says_what_it_shows() -> None:
    root = Xml.fromstring(to_svg(drawing("production")))  # noqa: S314  (of our own making)
    texts = {
        each.get("id"): each.text or "" for each in root.iter() if each.tag in {f"{SVG}title", f"{SVG}desc"}
    }
    named = (root.get("aria-labelledby") or "").split()

    assert root.get("role") == "img"
    assert texts[named[0]] == "Architecture of production"
    assert "HTTP API to API function (InvokeFunction)" in texts[named[1]]


def test_an_svg_asks_for_nothing_and_runs_nothing() -> None:
    text = to_svg(drawing("production", MARKED))
    links = re.findall(r'(?:href|src)="([^"]{5})', text)

    assert {link for link in links if not link.startswith("#")} == {"data:"}
    assert re.findall(r"url\(|@import|<script|<foreignObject|\son[a-z]+=", text) == []


def test_two_svgs_in_a_page_share_no_id() -> None:
    one = set(re.findall(r'\bid="([^"]+)"', to_svg(drawing("staging"), standalone=False, prefix="one")))
    other = set(re.findall(r'\bid="([^"]+)"', to_svg(drawing("staging"), standalone=False, prefix="other")))

    assert one
    assert not one & other


def test_an_svg_in_a_page_brings_no_theme_and_takes_the_pages_colours() -> None:
    inline = to_svg(drawing("reported"), standalone=False)

    assert "prefers-color-scheme" not in inline
    assert "var(--ink,#16202b)" in inline
    assert "prefers-color-scheme:dark" in to_svg(drawing("reported"))


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio, as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_can_be_read_in_both_themes(theme: Mapping[str, str]) -> None:
    texts = {"ink", "muted", *MARK_COLOURS.values()}
    grounds = ("paper", "surface")
    least = min(contrast(theme[text], theme[ground]) for text in texts for ground in grounds)

    assert least >= 4.5


def test_marks_stand_with_a_word_and_a_legend() -> None:
    text = to_svg(drawing("production", MARKED))

    assert ">fault LAM-014<" in text
    assert ">API-001 no permission<" in text
    assert text.count(">fault<") == 1
    assert ">the doctor says: faulty<" in text


@given(renamed(), st.sampled_from(HOSTILE))
@settings(max_examples=examples(5, soak=2000))
def test_hostile_names_stay_text(resources: dict[str, Any], name: str) -> None:
    found = draw(architecture_of(deployment(resources, name)))
    svg, drawio = to_svg(found), to_drawio(found)
    tags = {each.tag for each in Xml.fromstring(svg).iter()}  # noqa: S314  (of our own making)
    cells = {each.tag for each in Xml.fromstring(drawio).iter()}  # noqa: S314  (of our own making)

    assert tags <= {f"{SVG}{tag}" for tag in SVG_TAGS}
    assert cells <= DRAWIO_TAGS
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", svg + drawio.replace("\n", ""))


SVG_TAGS = {"svg", "title", "desc", "style", "defs", "image", "use", "rect", "g", "text", "path"}
DRAWIO_TAGS = {
    *("mxfile", "diagram", "mxGraphModel", "root", "mxCell", "mxGeometry", "mxPoint", "Array", "UserObject"),
}


def test_a_long_name_is_cut_and_told_in_full() -> None:
    name = "Orders" * 30
    text = to_svg(draw(architecture_of(deployment({name: {"Type": "AWS::Lambda::Function"}}))))

    assert "…</text>" in text
    assert re.search("<title>[^<]*" + "orders" * 1, text, re.IGNORECASE)
    assert STRANGE not in text


# draw.io.


def cells_of(text: str) -> dict[str, Any]:
    """Cells by id, with those that carry a tooltip."""
    found: dict[str, Any] = {}
    for each in Xml.fromstring(text).iter():  # noqa: S314  (of our own making)
        if each.tag == "mxCell" and each.get("id"):
            found[each.attrib["id"]] = each
        elif each.tag == "UserObject":
            found[each.attrib["id"]] = each[0]
    return found


def test_drawio_has_every_cell_within_one_that_is_there() -> None:
    cells = cells_of(to_drawio(drawing("production", MARKED)))
    named = {cell.get(end) for cell in cells.values() for end in ("parent", "source", "target")} - {None}

    assert named <= cells.keys()
    assert (
        len(cells) == to_drawio(drawing("production", MARKED)).count(' id="') - 1
    )  # the diagram has one too


def absolute(cells: dict[str, Any], name: str) -> tuple[int, int]:
    """Where a cell is in the picture."""
    x = y = 0
    while name not in {"0", "1"}:
        geometry = cells[name].find("mxGeometry")
        x, y = x + int(geometry.get("x", 0)), y + int(geometry.get("y", 0))
        name = cells[name].get("parent")
    return x, y


def test_both_files_have_one_geometry() -> None:
    found = drawing("production")
    cells = cells_of(to_drawio(found))
    svg = to_svg(found)

    for number, tile in enumerate(found.tiles, 1):
        box = tile.box
        assert absolute(cells, f"tile-{number}") == (box.x, box.y)
        assert f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="8"' in svg
    for number, arrow in enumerate(found.arrows, 1):
        points = cells[f"arrow-{number}"].findall("mxGeometry/Array/mxPoint")
        assert [(int(each.get("x")), int(each.get("y"))) for each in points] == list(arrow.points[1:-1])


def test_drawio_leaves_no_way_to_its_own_router() -> None:
    """Ends are fixed on the edges of tiles, and every corner is given."""
    found = drawing("production")
    cells = cells_of(to_drawio(found))

    for number, arrow in enumerate(found.arrows, 1):
        style = cells[f"arrow-{number}"].get("style")
        ends = re.findall(r"(?:exit|entry)[XY]=([0-9.]+);", style)
        assert len(ends) == 4
        assert all(0 <= float(end) <= 1 for end in ends)
        assert all(one[0] == other[0] or one[1] == other[1] for one, other in pairwise(arrow.points))


def test_every_icon_has_a_shape_in_drawio() -> None:
    icons = {kind.icon for kind in table().by_id.values()} | {
        "role",
        "logs",
        "users",
        "outside",
        UNKNOWN_ICON,
    }

    assert icons - {*SERVICES, *RESOURCES} == set()
    assert set(GROUPS) >= set(GROUP_ICONS)
    shapes = set(re.findall(r"mxgraph\.aws4\.\w+", to_drawio(drawing("production"))))
    assert {"mxgraph.aws4.api_gateway", "mxgraph.aws4.lambda", "mxgraph.aws4.group_vpc"} <= shapes
    assert not shapes & {"mxgraph.aws4.x_ray", "mxgraph.aws4.iam", "mxgraph.aws4.group_vpc2"}


# Icons.


def test_every_icon_is_there_and_used() -> None:
    used = {kind.icon for kind in table().by_id.values()} | set(GROUP_ICONS.values())
    used |= {"role", "logs", "users", "outside", UNKNOWN_ICON}

    assert {path.stem for path in ICONS.glob("*.svg")} == used


def test_the_icons_are_as_amazon_made_them_and_say_so() -> None:
    """CC BY-ND 2.0 allows no change; whoever takes newer ones writes their digest here."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(ICONS.glob("*.svg")))).hexdigest()
    attribution = (ICONS / "ATTRIBUTION.txt").read_text(encoding="utf-8")

    assert digest == "174a212b65a25e0e823a0d02034394268685f631cbe4c8caabc878bba591fbd0"
    assert "CC BY-ND" in attribution
    assert "CC BY-ND 2.0" in to_svg(drawing("production"))


def test_letters_whose_width_is_not_known_are_cut_at_the_edges_of_their_room() -> None:
    """A nested SVG shows nothing of what is outside of it; letters that were measured need none."""
    names = ("Measured", "データベース")
    found = draw(architecture_of(deployment({name: {"Type": "AWS::S3::Bucket"} for name in names})))
    root = Xml.fromstring(to_svg(found))  # noqa: S314  (of our own making)
    rooms = {
        tuple(each.get(side) for side in ("x", "y", "width", "height")) for each in root.iter(f"{SVG}svg")
    }
    boxes = {tile.lines[0].text: tile.lines[0].box for tile in found.tiles}
    box = boxes["データベース"]

    assert set(boxes) == set(names)
    assert rooms - {(None, None, str(found.width), str(found.height))} == {
        (str(box.x), str(box.y), str(box.width), str(box.height))
    }


def test_an_icon_in_the_svg_is_its_file() -> None:
    encoded = base64.b64encode((ICONS / "lambda.svg").read_bytes()).decode("ascii")

    assert f'href="data:image/svg+xml;base64,{encoded}"' in to_svg(drawing("production"))

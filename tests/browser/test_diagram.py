"""The picture: a browser shows it and says what it is, in the page and as a file; draw.io's is XML."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.browser.browsing import THEMES
from tests.browser.contrast import faint
from tests.browser.making import TARGETS
from tests.browser.measuring import outgrown, overlaps

if TYPE_CHECKING:
    from tests.browser.browsing import Reader, Theme
    from tests.browser.making import Made, Press

WRITTEN = """() => [...document.querySelectorAll("svg.diagram text")].map(each => {
    const {fontSize, fontWeight, fontStyle, fill, opacity, textAnchor} = getComputedStyle(each);
    return [each.textContent, fontSize, fontWeight, fontStyle, fill, opacity, textAnchor];
})"""
"""Every text of a drawing, and how it is written."""
DRAWN = [name for name in TARGETS if name != "cost"]
"""The page of the cost alone has no diagram."""


@pytest.mark.parametrize("made", DRAWN, indirect=True)
def test_the_picture_in_a_page_has_a_name(made: Made, reader: Reader) -> None:
    with reader.opens(made.page) as visit:
        assert 1 == visit.page.get_by_role("img", name=re.compile("^Architecture of .")).count()


@pytest.mark.parametrize("made", DRAWN, indirect=True)
def test_the_picture_looks_the_same_in_a_page_and_as_a_file(made: Made, reader: Reader) -> None:
    """The style of the page says nothing of the drawing's own text."""
    with reader.opens(made.svg) as visit:
        alone = visit.page.evaluate(WRITTEN)
    with reader.opens(made.page) as visit:
        assert alone == visit.page.evaluate(WRITTEN)
    assert 5 < len(alone)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("made", DRAWN, indirect=True)
def test_the_picture_opens_as_a_file(made: Made, reader: Reader, theme: Theme) -> None:
    with replace(reader, theme=theme).opens(made.svg) as visit:
        assert [made.svg.as_uri()] == visit.events.requests
        assert [] == visit.events.complaints
        assert "svg" == visit.page.evaluate("document.documentElement.localName")
        assert visit.page.evaluate("document.querySelector('svg > title').textContent")
        assert 0 == visit.page.locator("parsererror").count()
        assert [] == faint(visit.page)
        assert [] == outgrown(visit.page)
        assert [] == overlaps(visit.page)


@pytest.mark.parametrize("made", DRAWN, indirect=True)
def test_the_file_for_drawio_is_well_formed(made: Made) -> None:
    root = ET.fromstring(made.drawio.read_bytes())  # noqa: S314 - written by ourselves

    assert "mxfile" == root.tag
    assert len(list(root.iter("mxCell"))) > 2


def test_text_that_outgrows_its_tile_would_be_noticed(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("production").svg) as visit:
        visit.page.evaluate("document.querySelector('text.d-detail').textContent += ', and much, much more'")

        assert 1 == len(outgrown(visit.page))

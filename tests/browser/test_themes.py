"""A page has a light and a dark face, and its drawings go with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.browser.browsing import THEMES
from tests.browser.contrast import faint
from tests.browser.making import TARGETS
from tests.browser.report_page import ReportPage

if TYPE_CHECKING:
    from tests.browser.browsing import Reader, Theme
    from tests.browser.making import Made, Press

COLOURS = """() => {
    const style = getComputedStyle(document.body);
    return [style.backgroundColor, style.color];
}"""


def test_paper_and_ink_are_others_in_the_dark(press: Press, reader: Reader) -> None:
    page = press.make("production").page
    colours = []
    for theme in THEMES:
        with replace(reader, theme=theme).opens(page) as visit:
            colours.append(visit.page.evaluate(COLOURS))

    assert [["rgb(255, 255, 255)", "rgb(22, 32, 43)"], ["rgb(17, 22, 28)", "rgb(232, 237, 242)"]] == colours


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_drawings_can_be_read(made: Made, reader: Reader, theme: Theme) -> None:
    with replace(reader, theme=theme).opens(made.page) as visit:
        ReportPage(visit.page).open_everything()

        assert [] == faint(visit.page)


def test_a_faint_text_would_be_noticed(press: Press, reader: Reader) -> None:
    shape = '<rect width="90" height="30" fill="#888"/>'
    faintly, well = '<text y="20" fill="#555">Faint</text>', '<text y="20" fill="#000">Well</text>'
    with reader.opens(press.make("cost").page) as visit:
        for text in (faintly, well):
            drawing = f'<svg width="90" height="30">{shape}{text}</svg>'
            visit.page.evaluate("more => document.body.insertAdjacentHTML('beforeend', more)", drawing)

        assert ["Faint: rgb(85, 85, 85) on rgb(136, 136, 136), 2.10"] == faint(visit.page)

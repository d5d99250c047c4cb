"""A page on paper: what it says and no controls, all of it, in black on white and not wider than a sheet."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import COLOURS, violations
from tests.browser.contrast import faint
from tests.browser.making import TARGETS
from tests.browser.measuring import cut_off, overlaps, run_out
from tests.browser.report_page import ReportPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.browsing import Reader
    from tests.browser.making import Made, Press

SHEET = (688, 1000)
"""What an A4 sheet leaves between margins of 14 mm, in CSS pixels."""
MOST = 40
"""Sheets of the longest report, with the bill line by line and each resource."""
LOST = 1.25
"""How much longer a page may get by what isn't broken over two sheets."""
CONTROLS = "nav, button, input, select, textarea, a.skip"
UNSEEN = """() => [...document.querySelectorAll("details")].filter(each => each.checkVisibility())
    .flatMap(each => [...each.children]).filter(each => !each.getBoundingClientRect().height)
    .map(each => each.outerHTML.slice(0, 100))"""
"""What is within a fold and takes no room, where the fold itself is shown."""


@contextmanager
def printed(made: Made, reader: Reader) -> Iterator[Page]:
    """A page as it goes to the printer."""
    with replace(reader, size=SHEET, theme="dark").opens(made.page) as visit:
        visit.page.emulate_media(media="print")
        yield visit.page


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_paper_has_no_controls(made: Made, reader: Reader) -> None:
    with printed(made, reader) as page:
        seen = [each for each in page.locator(CONTROLS).all() if each.is_visible()]

        assert [] == [each.evaluate("here => here.outerHTML.slice(0, 100)") for each in seen]


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_what_is_folded_is_printed(made: Made, reader: Reader) -> None:
    with printed(made, reader) as page:
        assert [] == page.evaluate(UNSEEN)


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_paper_is_white_and_can_be_read_whatever_the_theme(made: Made, reader: Reader) -> None:
    with printed(made, reader) as page:
        assert "rgb(255, 255, 255)" == page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert [] == violations(page, *COLOURS)
        assert [] == faint(page)


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_nothing_is_wider_than_a_sheet(made: Made, reader: Reader) -> None:
    with printed(made, reader) as page:
        assert SHEET[0] == ReportPage(page).width()
        assert [] == cut_off(page)
        assert [] == run_out(page)
        assert [] == overlaps(page)


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_a_printer_gets_no_more_sheets_than_it_needs(made: Made, reader: Reader) -> None:
    with printed(made, reader) as page:
        height: int = page.evaluate("document.documentElement.scrollHeight")
        document: bytes = page.pdf(format="A4", prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b", document))

    assert 1 <= sheets <= min(MOST, LOST * height / SHEET[1] + 1)


def test_what_is_amiss_on_paper_would_be_noticed(press: Press, reader: Reader) -> None:
    with printed(press.make("cost"), reader) as page:
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend',"
            ' \'<button>Dead</button><p style="color: #bbb; width: 900px">Pale and wide</p>'
            '<details><summary>Folded</summary><p style="display: none">Lost</p></details>\')'
        )

        assert page.get_by_role("button", name="Dead").is_visible()
        assert any("Pale" in line for line in violations(page, *COLOURS))
        assert SHEET[0] < ReportPage(page).width()
        assert any("Lost" in html for html in page.evaluate(UNSEEN))

"""A page fits: nothing scrolls it sideways, and no text is cut off, covered or out of its box."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.browser.browsing import DESKTOP, PHONE, TABLET
from tests.browser.making import TARGETS
from tests.browser.measuring import cut_off, overlaps, run_out
from tests.browser.report_page import ReportPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.browsing import Reader
    from tests.browser.making import Made, Press

SIZES = pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desk", "tablet", "phone"])


@SIZES
@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_a_page_fits_its_window(made: Made, reader: Reader, size: tuple[int, int]) -> None:
    with replace(reader, size=size).opens(made.page) as visit:
        report = ReportPage(visit.page)
        report.open_everything()

        assert size[0] == report.width()
        assert [] == cut_off(visit.page)
        assert [] == run_out(visit.page)
        assert [] == overlaps(visit.page)


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("<p style='width:40px;overflow:hidden;white-space:nowrap'>Longer than its box</p>", cut_off),
        ("<p style='width:40px;white-space:nowrap'>Longer than its box</p>", run_out),
        ("<p>Longer than</p><p style='position:relative;top:-2em;margin:0'>its box</p>", overlaps),
    ],
    ids=["cut off", "run out", "overlap"],
)
def test_text_out_of_place_would_be_noticed(
    fault: str, noticed: Callable[[Page], list[str]], press: Press, reader: Reader
) -> None:
    with reader.opens(press.make("cost").page) as visit:
        visit.page.evaluate(
            "more => document.querySelector('main').insertAdjacentHTML('beforeend', more)", fault
        )

        assert [found for found in noticed(visit.page) if "its box" in found or "Longer than" in found]


def test_a_page_that_is_too_wide_would_be_noticed(press: Press, reader: Reader) -> None:
    with replace(reader, size=PHONE).opens(press.make("cost").page) as visit:
        visit.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend',"
            " '<p style=\"width: 600px\">Wide</p>')"
        )

        assert ReportPage(visit.page).width() > PHONE[0]

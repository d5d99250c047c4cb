"""A page whose scripts don't run can be read whole, and has nothing on it that would do nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.browser.billing import total
from tests.browser.cost_page import TIERS, CostPage
from tests.browser.making import TARGETS
from tests.browser.report_page import ReportPage

if TYPE_CHECKING:
    from tests.browser.browsing import Reader
    from tests.browser.making import Made, Press

DEAD = "button, select, textarea, input:not([type=radio])"
"""Controls that do nothing without a script; a radio button is read by the style."""
READABLE = """() => [...document.querySelectorAll("h1, h2, h3, h4, p, li, dt, dd, th, td, caption, summary")]
    .filter(each => !each.closest("form") && each.checkVisibility({visibilityProperty: true}))
    .map(each => each.innerText.trim()).filter(Boolean)"""


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_nothing_is_missing_and_nothing_is_dead(made: Made, reader: Reader) -> None:
    with reader.opens(made.page) as visit:
        ReportPage(visit.page).open_everything()
        whole = visit.page.evaluate(READABLE)
    with replace(reader, scripts=False).opens(made.page) as visit:
        ReportPage(visit.page).open_everything()

        assert whole == visit.page.evaluate(READABLE)
        assert 0 == visit.page.locator(DEAD).locator("visible=true").count()


def test_what_is_folded_opens(press: Press, reader: Reader) -> None:
    with replace(reader, scripts=False).opens(press.make("production").page) as visit:
        for each in visit.page.locator("summary:visible").all():
            each.press("Enter")

        assert 0 == visit.page.locator("details:not([open]) > summary:visible").count()


def test_the_free_tier_can_be_chosen(press: Press, reader: Reader) -> None:
    with replace(reader, scripts=False).opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        for mode in TIERS:
            page.tier(mode).check()
            assert total("production", mode) == page.total()


def test_a_dead_control_would_be_noticed(press: Press, reader: Reader) -> None:
    with replace(reader, scripts=False).opens(press.make("cost").page) as visit:
        visit.page.evaluate("document.querySelector('form.what-if').hidden = false")

        assert 0 < visit.page.locator(DEAD).locator("visible=true").count()

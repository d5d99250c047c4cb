"""A page without a mouse: Tab reaches everything in order and shows where it is, and keys do as clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.making import TARGETS
from tests.browser.report_page import ReportPage

if TYPE_CHECKING:
    from tests.browser.browsing import Reader
    from tests.browser.making import Made, Press


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_the_first_tab_leads_past_everything_to_the_report(made: Made, reader: Reader) -> None:
    with reader.opens(made.page) as visit:
        report = ReportPage(visit.page)
        visit.page.keyboard.press("Tab")
        skip = report.focused()
        visit.page.keyboard.press("Enter")

        assert skip is not None
        assert 'class="skip"' in skip["html"]
        assert skip["shown"]
        assert "main" == visit.page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_tab_reaches_everything_in_order_and_shows_where_it_is(made: Made, reader: Reader) -> None:
    with reader.opens(made.page) as visit:
        report = ReportPage(visit.page)
        report.open_everything()
        reached = list(report.tabbed())

        assert [] == [each["html"] for each in reached if not (each["outlined"] and each["shown"])]
        places = [each["place"] for each in reached]
        assert sorted(places) == places
        assert [] == sorted(set(report.focusable()) - {each["html"] for each in reached})


def test_an_element_that_tab_misses_or_does_not_show_would_be_noticed(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        report = ReportPage(visit.page)
        visit.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend',"
            ' \'<a href="#a" style="outline: none">Unseen</a><button tabindex="-1">Missed</button>\')'
        )
        reached = list(report.tabbed())

        assert any("Unseen" in each["html"] and not each["outlined"] for each in reached)
        assert any("Missed" in html for html in set(report.focusable()) - {each["html"] for each in reached})
        visit.page.evaluate(
            "document.body.insertAdjacentHTML('afterbegin',"
            " '<p style=\"position: fixed; inset: 0; z-index: 9\">Over all</p>')"
        )
        assert not any(each["shown"] for each in report.tabbed())

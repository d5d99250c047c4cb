"""The what-if adds up as `miyabi cost` does, to the cent, and by keyboard as well as by mouse."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cost.money import plain
from tests.browser.billing import assumptions, total
from tests.browser.cost_page import TIERS, CostPage
from tests.browser.making import OURS
from tests.sampling import examples

if TYPE_CHECKING:
    from cost.what_if import Assumption
    from tests.browser.browsing import Reader
    from tests.browser.making import Press

REQUESTS = "requests_per_month"


def figures_of(assumption: Assumption, now: Decimal) -> st.SearchStrategy[Decimal]:
    """A figure that somebody may try: an end of the range, a multiple of what is now, or any at all."""
    low, high = assumption.range.low, assumption.range.high
    ends = st.sampled_from([low, high, now])
    multiples = st.decimals("0.01", 100, places=2).map(lambda times: min(times * now, high))
    return ends | multiples | st.decimals(low, high, places=3)


@st.composite
def moves(draw: st.DrawFn, name: str) -> dict[str, Decimal]:
    """Figures for some assumptions of an environment; the others stay."""
    found = assumptions(name)
    names = draw(st.sets(st.sampled_from([each.name for each in found.offered])))
    return {
        each.name: draw(figures_of(each, found.now[each.name]))
        for each in found.offered
        if each.name in names
    }


@pytest.mark.parametrize("name", OURS)
def test_it_comes_to_what_cost_says(name: str, press: Press, reader: Reader) -> None:
    now = {each: plain(figure) for each, figure in assumptions(name).now.items()}
    with reader.opens(press.make(name).page) as visit:
        page = CostPage(visit.page)

        @settings(max_examples=examples(few=20, soak=500))
        @given(figures=moves(name), mode=st.sampled_from(sorted(TIERS)))
        @example(figures={}, mode="none")
        @example(figures={REQUESTS: Decimal(0)}, mode="always")
        @example(figures={REQUESTS: Decimal(10) ** 11}, mode="legacy-12-month")
        def agrees(figures: dict[str, Decimal], mode: str) -> None:
            page.choose(mode)
            written = {each: plain(figure) for each, figure in figures.items()}

            assert total(name, mode, figures) == page.assume(now | written)

        agrees()
        assert [] == visit.events.complaints


def test_every_assumption_that_is_offered_changes_the_bill(press: Press, reader: Reader) -> None:
    """None is on the page for show, and none of those that `cost` offers is left out."""
    found = assumptions("production")
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        for each in found.offered:
            outcome = page.assume({each.name: plain(each.range.high)})

            assert total("production", "always", {each.name: each.range.high}) == outcome
            assert outcome != page.total()
            assert page.total() == page.assume({each.name: plain(found.now[each.name])})


def test_keys_alone_move_an_assumption_and_set_it_back(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page, keys = CostPage(visit.page), visit.page.keyboard
        now = page.figure_now(REQUESTS)

        page.figure(REQUESTS).focus()
        keys.press("Control+a")
        keys.type("250000000")
        assert total("production", "always", {REQUESTS: Decimal(250_000_000)}) == page.outcome()
        assert "more than now" in page.difference()

        page.slider(REQUESTS).focus()
        keys.press("Home")
        assert ("0", total("production", "always", {REQUESTS: Decimal(0)})) == (
            page.figure_now(REQUESTS),
            page.outcome(),
        )

        page.back().focus()
        keys.press("Enter")
        assert (now, page.total()) == (page.figure_now(REQUESTS), page.outcome())
        assert "as it is now" == page.difference()


def test_a_slider_and_its_figure_say_the_same(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page, keys = CostPage(visit.page), visit.page.keyboard
        page.slider(REQUESTS).focus()
        for key in ("ArrowRight", "PageUp", "PageUp", "PageDown", "ArrowLeft", "PageUp", "End"):
            keys.press(key)
            figure = Decimal(page.figure_now(REQUESTS))

            assert total("production", "always", {REQUESTS: figure}) == page.outcome()
            assert f"{figure:,f}" in (page.slider(REQUESTS).get_attribute("aria-valuetext") or "")


@pytest.mark.parametrize("figure", ["", "-1", "1e12"])
def test_a_figure_that_cant_be_is_said_and_changes_nothing(figure: str, press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        before = page.outcome()
        page.figure(REQUESTS).fill(figure)

        assert "true" == page.figure(REQUESTS).get_attribute("aria-invalid")
        assert "from 0 to 100,000,000,000 is needed" in page.difference()
        assert before == page.outcome()
        page.back().click()
        assert "false" == page.figure(REQUESTS).get_attribute("aria-invalid")


def test_the_outcome_is_spoken_once_the_reader_pauses(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        page.assume({REQUESTS: "123456789"})
        spoken: Any = page.what_if.get_by_role("status")
        spoken.filter(has_text=f"${page.outcome()} a month").wait_for(state="attached", timeout=5000)


def test_an_outcome_that_is_off_by_a_cent_would_be_noticed(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        visit.page.evaluate("document.querySelector('[data-part=total]').append('1')")

        assert total("production", "always") != page.outcome()

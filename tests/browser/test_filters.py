"""The lines of a bill can be chosen, by mouse and by keyboard, and what is shown adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from cost import FreeTier
from tests.browser.billing import bill, total
from tests.browser.cost_page import CLASSES, TIERS, CostPage

if TYPE_CHECKING:
    from tests.browser.browsing import Reader
    from tests.browser.making import Press


def sum_of(page: CostPage) -> Decimal:
    """The amount that the filters say."""
    return Decimal(page.found().partition("$")[2].removesuffix(" a month").replace(",", ""))


@pytest.mark.parametrize("mode", sorted(TIERS))
def test_the_free_tier_can_be_chosen_everywhere_at_once(mode: str, press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        page.tier(mode).check()
        others = [f".{name}" for each, name in CLASSES.items() if each != mode]

        assert total("production", mode) == page.total() == page.outcome()
        assert 0 == visit.page.locator(f".in:is({', '.join(others)}):not(.{CLASSES[mode]}):visible").count()
        assert 10 < visit.page.locator(f".in.{CLASSES[mode]}:visible").count()


def test_lines_of_a_stack_or_of_a_service_are_shown_alone(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        every = page.lines()
        for label, place in (("Stack", 0), ("Service", 1)):
            for wanted in sorted({line[place] for line in every}):
                page.filter(label).select_option(wanted)
                expected = [line for line in every if line[place] == wanted]

                assert expected == page.lines()
                assert page.found().startswith(f"{len(expected)} of {len(every)} lines, $")
            page.filter(label).select_option("all")
        assert every == page.lines()
        assert "" == page.found()


def test_what_is_shown_adds_up_to_the_service(press: Press, reader: Reader) -> None:
    """Cents are added as they are written, each rounded: half a cent a line may be between."""
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        page.tier("none").check()
        lines = bill("production").lines
        shown = page.lines()
        for service in sorted({line[1] for line in shown}):
            page.filter("Service").select_option(service)
            expected = sum(line.amount(FreeTier.NONE) for line in lines if line.price.service == service)

            assert abs(expected - sum_of(page)) <= Decimal("0.005") * len(page.lines()), service


def test_keys_alone_find_lines_and_show_all_again(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page, keys = CostPage(visit.page), visit.page.keyboard
        every = page.lines()
        page.filter("Find").focus()
        keys.type("Database stor")
        found = page.lines()
        keys.press("Escape")
        after_escape = page.lines()
        keys.type("nothing is called so")
        nothing, said = page.lines(), page.found()
        page.all_lines().focus()
        keys.press("Enter")
        visit.page.locator(".bill-lines tfoot").wait_for()

        assert 0 < len(found) < len(every)
        assert all("database" in f"{line}".lower() and "stor" in f"{line}".lower() for line in found)
        assert every == after_escape == page.lines()
        assert ([], f"0 of {len(every)} lines, $0.00 a month") == (nothing, said)


def test_what_is_typed_in_is_text(press: Press, reader: Reader) -> None:
    with reader.opens(press.make("cost").page) as visit:
        page = CostPage(visit.page)
        page.filter("Find").fill("<img src=x onerror=alert(1)> .* \\ [")

        assert [] == page.lines()
        assert [] == visit.events.complaints
        assert [] == visit.events.dialogs

"""Nobody is kept out of a page: every rule of axe, in both themes, at a desk and on a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import COLOURS, violations
from tests.browser.browsing import DESKTOP, PHONE
from tests.browser.making import TARGETS
from tests.browser.report_page import ReportPage

if TYPE_CHECKING:
    from tests.browser.browsing import Reader, Size
    from tests.browser.making import Made, Press

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])


@SIZES
@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_axe_finds_nothing(made: Made, reader: Reader, size: Size) -> None:
    """With everything open, where every rule sees every element."""
    with replace(reader, size=size).opens(made.page) as visit:
        ReportPage(visit.page).open_everything()

        assert [] == violations(visit.page)


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_axe_finds_nothing_in_the_dark(made: Made, reader: Reader) -> None:
    with replace(reader, theme="dark").opens(made.page) as visit:
        ReportPage(visit.page).open_everything()

        assert [] == violations(visit.page, *COLOURS)


@pytest.mark.parametrize("made", ["staging", "cost"], indirect=True)
def test_axe_finds_nothing_as_a_page_opens(made: Made, reader: Reader) -> None:
    with reader.opens(made.page) as visit:
        assert [] == violations(visit.page)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<label>No<b></b></label><input type='text'>", "label"),
        ("<p style='color:#999;background:#fff'>Pale</p>", "color-contrast"),
        ("<table><tr><th></th></tr></table>", "empty-table-header"),
        ("<p>Outside of every landmark</p>", "region"),
        ("<ul><p>No item</p></ul>", "list"),
        ("<nav></nav><nav></nav>", "landmark-unique"),
    ],
)
def test_a_violation_would_be_noticed(fault: str, rule: str, press: Press, reader: Reader) -> None:
    with reader.opens(press.make("foreign").page) as visit:
        visit.page.evaluate("more => document.body.insertAdjacentHTML('beforeend', more)", fault)

        assert any(found.startswith(f"{rule}:") for found in violations(visit.page, rule))

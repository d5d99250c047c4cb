"""A page is one file: it asks for nothing, complains of nothing and shows nothing unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.making import TARGETS
from tests.browser.templates import DIRECTIONS, NAMES, shown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.browsing import Reader
    from tests.browser.making import Made, Press

LIVING = "img, iframe, object, embed, link:not([rel=icon]), audio, video, base, form[action], script[src]"
"""Elements that fetch something, or that could."""
LARGEST = 300_000
"""Bytes of a page with all that it needs."""
FOREIGN_LINKS = """() => [...document.querySelectorAll("a, area, use, image")]
    .flatMap(each => [...each.attributes]).filter(each => /href$/.test(each.name))
    .map(each => each.value).filter(value => !/^(#|https:\\/\\/|data:image\\/)/.test(value))"""


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_a_page_asks_for_nothing_and_complains_of_nothing(made: Made, reader: Reader) -> None:
    with reader.opens(made.page) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        visit.page.mouse.wheel(0, 100_000)

        assert [made.page.as_uri()] == visit.events.requests
        assert [] == visit.events.complaints
        assert [] == visit.events.dialogs
        assert 0 == visit.page.evaluate("localStorage.length + sessionStorage.length")
        assert 0 == visit.page.locator(LIVING).count()
        assert [] == visit.page.evaluate(FOREIGN_LINKS)


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_a_page_is_small_enough_to_be_sent(made: Made) -> None:
    assert made.page.stat().st_size <= LARGEST


def test_hostile_names_are_text(press: Press, reader: Reader) -> None:
    """Every name can be read; none has become an element or an attribute, or turns what is beside it."""
    made = press.make("hostile")
    with reader.opens(made.page) as visit:
        text = visit.page.evaluate("document.body.textContent")

        assert [] == [name for name in NAMES if shown(name) not in text]
        assert None is DIRECTIONS.search(made.page.read_text(encoding="utf-8"))
        assert 0 == visit.page.locator("[onload], [onerror], [onmouseover], b").count()


BROKEN = {
    "image": '<img src="https://example.org/pixel.gif" alt="">',
    "script": "<script>fetch('https://example.org/')</script>",
    "style": "<style>body { background: url(https://example.org/paper.png) }</style>",
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_a_request_would_be_noticed(fault: str, press: Press, reader: Reader, tmp_path: Path) -> None:
    """The page's own policy refuses it, and says so; without the policy the request is seen."""
    with reader.opens(changed(press, tmp_path, fault)) as visit:
        assert any("Content Security Policy" in line for line in visit.events.complaints)
    with reader.opens(changed(press, tmp_path, fault, policy=False)) as visit:
        if len(visit.events.requests) < 2:
            visit.page.wait_for_event("request")
        assert 2 == len(visit.events.requests)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("<script>console.warn('of this')</script>", "warning: of this"),
        ("<script>throw new Error('of that')</script>", "uncaught: of that"),
    ],
)
def test_a_complaint_would_be_noticed(
    fault: str, complaint: str, press: Press, reader: Reader, tmp_path: Path
) -> None:
    with reader.opens(changed(press, tmp_path, fault)) as visit:
        assert [complaint] == visit.events.complaints


def test_a_dialog_would_be_noticed(press: Press, reader: Reader, tmp_path: Path) -> None:
    with reader.opens(changed(press, tmp_path, "<script>alert('here')</script>")) as visit:
        assert ["here"] == visit.events.dialogs


def changed(press: Press, folder: Path, more: str, *, policy: bool = True) -> Path:
    """The page of production with something more at its end, with or without its policy."""
    text = press.make("production").page.read_text(encoding="utf-8")
    if not policy:
        text = text.replace("Content-Security-Policy", "X-None", 1)
    path = folder / "index.html"
    path.write_text(text.replace("</body>", f"{more}</body>", 1), encoding="utf-8")
    return path

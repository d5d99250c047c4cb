"""The report as somebody meets it: what can be seen, focused, filtered and tried, found by role and name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

LONGEST: Final = 1000
"""How often Tab is pressed at most."""
FOCUSABLE = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(each => !each.disabled && each.checkVisibility({visibilityProperty: true}))
    // of a group of radio buttons Tab reaches one
    .filter(each => each.type !== "radio" || each.checked)
    .map(each => each.outerHTML.slice(0, 200))"""
FOCUSED = """() => {
    const here = document.activeElement;
    if (here === document.body) return null;
    const style = getComputedStyle(here), box = here.getBoundingClientRect();
    // What lies on top, in the middle of what is within the window: the element, or a part or parent of it.
    const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
    const [right, bottom] = [Math.min(innerWidth, box.right), Math.min(innerHeight, box.bottom)];
    const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return {
        html: here.outerHTML.slice(0, 200),
        place: [...document.querySelectorAll("*")].indexOf(here),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        shown: right > left && bottom > top && above !== null
            && (here.contains(above) || above.contains(here)),
    };
}"""
"""The element that has the focus, whether an outline tells so, and whether it is in the window, uncovered."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report that is open."""

    page: Page

    def focusable(self) -> list[str]:
        """The beginnings of all that Tab should reach, in the order of the document."""
        found: list[str] = self.page.evaluate(FOCUSABLE)
        return found

    def focused(self) -> dict[str, Any] | None:
        """What has the focus: `html`, `place` in the document, `outlined`, `shown`; None if nothing has."""
        found: dict[str, Any] | None = self.page.evaluate(FOCUSED)
        return found

    def tabbed(self) -> Iterator[dict[str, Any]]:
        """What has the focus after each Tab, from the top of the page until Tab leaves it."""
        self.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        first: dict[str, Any] | None = None
        for _ in range(LONGEST):
            self.page.keyboard.press("Tab")
            here = self.focused()
            # Without a frame of a window around it, a page may be followed by its own beginning.
            if here is None or (first is not None and here["place"] == first["place"]):
                return
            first = first or here
            yield here
        raise AssertionError(f"Tab was pressed {LONGEST} times and is still in the page")

    def open_everything(self) -> None:
        """Open every part that is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    def width(self) -> int:
        """How wide the document is, in CSS pixels; one that is wider than its window scrolls sideways."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth")
        return found

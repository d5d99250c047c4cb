"""The cost page as somebody uses it: the choice of free tier, the filters of its lines, and the what-if."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Locator, Page

TIERS: Final = {"none": "List price", "always": "Always free", "legacy-12-month": "First 12 months"}
"""The modes of `miyabi cost`, and what a reader chooses them by."""
CLASSES: Final = {"none": "list", "always": "free", "legacy-12-month": "year"}
"""What marks the amounts of each mode, beside the class `in`."""
ASSUME: Final = """(form, figures) => {
    for (const [name, figure] of Object.entries(figures)) {
        const field = form.querySelector(`#what-if-${name}`);
        if (field.value === figure) continue;
        field.value = figure;
        field.dispatchEvent(new Event("input", {bubbles: true}));
    }
    return form.querySelector('[data-part="total"]').innerText;
}"""
"""Puts figures into the fields as typing does, but in one step for all, and reads the bill."""
CHOOSE: Final = """radio => {
    if (radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", {bubbles: true}));
}"""
"""Chooses as a click does, without waiting for a frame to be drawn."""


@dataclass(frozen=True, slots=True)
class CostPage:
    """A cost page that is open."""

    page: Page

    # The free tier

    def tier(self, mode: str) -> Locator:
        """The radio button of a mode."""
        return self.page.get_by_role("radio", name=TIERS[mode])

    def choose(self, mode: str) -> None:
        """Choose a mode, as often as is needed."""
        self.page.locator(f'[name="tier"][value="{mode}"]').evaluate(CHOOSE)

    def total(self) -> str:
        """The bill as it stands at the top, such as `82.12`."""
        return _amount(self.page.locator(".bill-total .figure-large").inner_text())

    # The lines

    def filter(self, label: str) -> Locator:
        """A field that chooses among the lines: `Stack`, `Service` or `Find`."""
        role: Literal["searchbox", "combobox"] = "searchbox" if label == "Find" else "combobox"
        return self._filters.get_by_role(role, name=label)

    def lines(self) -> list[tuple[str, str, str, str]]:
        """The lines that are shown: stack, service, resource, component."""
        rows = self.page.locator("table.bill-lines tbody tr[data-service]:visible")
        found: list[list[str]] = rows.evaluate_all(
            "rows => rows.map(row => [row.parentElement.dataset.stack, row.dataset.service,"
            " row.cells[0].textContent, row.cells[1].textContent])"
        )
        return [(stack, service, name, component) for stack, service, name, component in found]

    def found(self) -> str:
        """What is said of the lines that are shown."""
        return str(self._filters.get_by_role("status").inner_text())

    def all_lines(self) -> Locator:
        """The button that ends all filters."""
        return self._filters.get_by_role("button", name="All lines")

    @property
    def _filters(self) -> Locator:
        return self.page.locator("form.bill-filters")

    # What if

    @property
    def what_if(self) -> Locator:
        """The form."""
        return self.page.locator("form.what-if")

    def figure(self, name: str) -> Locator:
        """The field of an assumption, by its name in `[traffic]`."""
        return self.what_if.locator(f"#what-if-{name}")

    def slider(self, name: str) -> Locator:
        """Its slider."""
        return self.what_if.locator(f'[data-figure="{name}"] [type="range"]')

    def assume(self, figures: Mapping[str, str]) -> str:
        """The outcome with these figures in their fields."""
        return _amount(self.what_if.evaluate(ASSUME, dict(figures)))

    def figure_now(self, name: str) -> str:
        """A figure as it stands in its field, without what parts its thousands."""
        return str(self.figure(name).input_value()).replace(",", "")

    def outcome(self) -> str:
        """The bill with the assumptions that stand there, such as `1,082.12`."""
        return _amount(self._part("total"))

    def difference(self) -> str:
        """The sentence beside it."""
        return self._part("difference")

    def back(self) -> Locator:
        """The button that sets all assumptions back."""
        return self.what_if.get_by_role("button", name="Back to now")

    def _part(self, name: str) -> str:
        return str(self.what_if.locator(f'[data-part="{name}"]').inner_text())


def _amount(text: str) -> str:
    return text.removeprefix("$").removesuffix(" a month")

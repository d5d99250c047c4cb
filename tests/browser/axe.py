"""Asks axe what in a page keeps somebody out: every rule, those of WCAG and those of good practice."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tests.browser.tools import AXE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

COLOURS: Final = ("color-contrast", "link-in-text-block")
"""The rules of WCAG AA that hang on the theme, and on paper instead of a screen."""
ASK: Final = """async ({source, rules}) => {
    if (!window.axe) new Function("module", source)();
    const asked = rules.length ? {runOnly: rules} : {};
    const found = await window.axe.run(document, {resultTypes: ["violations"], ...asked});
    return found.violations;
}"""


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """A line for each element that breaks a rule, or one of the rules that are named.

    What axe can't decide by itself is not among them.
    """
    found: list[dict[str, Any]] = page.evaluate(ASK, {"source": _source(), "rules": list(rules)})
    return list(_lines(found))


def _lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for rule in found:
        for node in rule["nodes"]:
            reason = " ".join(node["failureSummary"].split("\n")[1:]).strip()
            yield f"{rule['id']}: {node['html'][:160]} at {node['target']}: {reason}"

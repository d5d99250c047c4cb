"""The colours of a page: text can be read on either surface, in light, dark and print."""

from __future__ import annotations

import re

import pytest

from report.page.rendering import STYLES

TEXT, MARK = 4.5, 3.0
"""Contrasts that WCAG 2.2 asks for, of text (1.4.3) and of what is no text (1.4.11)."""
OF_TEXT = ("ink", "muted", "accent", "good", "notice", "bad", "unknown")
OF_MARKS = tuple(f"series-{number}" for number in range(1, 7))
CSS = "".join(path.read_text(encoding="utf-8") for path in STYLES)
THEMES = {
    name: dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))
    for name, block in zip(
        ("light", "dark", "print"), re.findall(r":root \{(.*?)\}", CSS, re.DOTALL), strict=True
    )
}


def luminance(colour: str) -> float:
    """Relative luminance of WCAG."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Between two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_marks_stand_out_from_both_surfaces(theme: str) -> None:
    colours = THEMES[theme]
    surfaces = (colours["paper"], colours["surface"])
    weak = [
        name
        for names, wanted in ((OF_TEXT, TEXT), (OF_MARKS, MARK))
        for name in names
        if min(contrast(colours[name], surface) for surface in surfaces) < wanted
    ]

    assert [] == weak


def test_every_theme_has_the_same_names() -> None:
    assert THEMES["light"].keys() == THEMES["dark"].keys() == THEMES["print"].keys()


def test_a_style_names_no_address() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS

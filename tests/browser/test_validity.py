"""Every page is valid HTML, by html-validate; which of its rules don't hold here stands in validate.mjs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.making import TARGETS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.making import Made, Press
    from tests.browser.validating import Validator


@pytest.mark.parametrize("made", TARGETS, indirect=True)
def test_a_page_is_valid(made: Made, validator: Validator) -> None:
    assert [] == validator.faults(made.page)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<p id='main'>Twice</p>", "no-dup-id"),
        ("<p><div>In a paragraph</div></p>", "close-order"),
        ("<a href='#nowhere'></a>", "wcag/h30"),
        ("<h5>A level left out</h5>", "heading-level"),
        ("<label for='nothing'>Of nothing</label>", "no-missing-references"),
        ("<input type='text'>", "input-missing-label"),
        ("<button>Sends a form</button>", "no-implicit-button-type"),
    ],
)
def test_a_fault_would_be_noticed(
    fault: str, rule: str, press: Press, validator: Validator, tmp_path: Path
) -> None:
    text = press.make("foreign").page.read_text(encoding="utf-8")
    path = tmp_path / "index.html"
    path.write_text(text.replace("</main>", f"{fault}</main>", 1), encoding="utf-8")

    assert any(rule in found for found in validator.faults(path))

"""A text is measured so that it fits, and cleaned so that it does no harm."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.architecture.text import ELLIPSIS, STRANGE, clean, fitted, is_measured, width, words
from tests.report.architecture.strategies import HOSTILE
from tests.sampling import examples


@given(st.text(max_size=60) | st.sampled_from(HOSTILE), st.integers(20, 300), st.booleans())
@settings(max_examples=examples(40, soak=5000))
def test_what_is_fitted_fits(text: str, room: int, bold: bool) -> None:  # noqa: FBT001  (drawn)
    shown = fitted(text, room, 12, bold=bold)

    assert width(shown, 12, bold=bold) <= room
    assert shown == clean(text) or shown.endswith(ELLIPSIS)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_is_left_that_xml_forbids_or_that_turns_the_writing(text: str) -> None:
    assert [each for each in clean(text) if unicodedata.category(each)[0] == "C"] == []
    assert "\n" not in clean(text)


def test_what_is_taken_out_leaves_a_mark() -> None:
    assert clean("a\u202eb") == f"a{STRANGE}b"


def test_a_letter_keeps_two_accents() -> None:
    assert clean("e" + "\u0301" * 9 + "!") == "e\u0301\u0301!"


def test_widths_are_those_of_the_widest_face() -> None:
    """DejaVu Sans at 100: `W` is 98.9 wide and bold 110.3, `i` 27.8 and 34.3 (its own metrics)."""
    assert 98.9 <= width("W", 100) <= 100
    assert 110.3 <= width("W", 100, bold=True) < 113
    assert 27.8 <= width("i", 100) < 29
    assert 34.3 <= width("i", 100, bold=True) < 37


def test_letters_of_other_writings_are_taken_for_wide() -> None:
    assert not is_measured("データ")
    assert width("デ", 100) >= 100


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ApiFunction", "API function"),
        ("HTTPListener2", "HTTP listener 2"),
        ("myBucket", "My bucket"),
        ("DatabaseSubnetGroup", "Database subnet group"),
        ("DevAlbSg", "Dev ALB SG"),
        ("Größe", "Größe"),
        ("<b>x", "<b>x"),
        ("", ""),
    ],
)
def test_a_logical_id_is_read_as_words(name: str, expected: str) -> None:
    assert words(name).replace(" ", "").lower() == expected.replace(" ", "").lower()
    assert not name.isalnum() or words(name) == expected

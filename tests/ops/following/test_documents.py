"""No command of the followed documents is overlooked, and one that prints something else is noticed."""

from __future__ import annotations

import pytest

from tests.ops.following.documents import CONSOLE, NAMED, SHELL, Command, Document, not_shown, statements

FOLLOWED = ("deploying", "adopting", "recovery")


@pytest.mark.parametrize("name", FOLLOWED)
def test_every_block_is_one_to_be_typed(name: str) -> None:
    assert {SHELL, CONSOLE} == set(Document.read(name).languages)


def test_what_is_only_named_is_named_somewhere() -> None:
    within = {command for name in FOLLOWED for command in Document.read(name).within}

    assert set() == set(NAMED) - within


def test_a_script_is_cut_where_a_shell_sees_an_end() -> None:
    script = "a=1\n\nb() {\n  echo b |\n    cat\n}\nc --long \\\n  'word\nword' |\n  d\n"

    assert ["a=1", "b() {\n  echo b |\n    cat\n}", "c --long \\\n  'word\nword' |\n  d"] == [
        *statements(script)
    ]


@pytest.mark.parametrize(
    ("printed", "lacking"),
    [
        ("   1 s  made  sg-1  of it\nwell\n", []),
        ("   1 s  made  sg-1  of it\n", ["well"]),
        ("   1 s  made  sg-  of it\nwell\n", ["0 s made sg-0aa of it"]),
        ("   1 s  made  sg-1  of\nwell\n", ["0 s made sg-0aa of it"]),
        ("   1 s  made  sg-1  of it\nwell done\n", ["well"]),
    ],
)
def test_a_line_is_shown_where_no_more_than_examples_differ(printed: str, lacking: list[str]) -> None:
    command = Command("it", ("0 s made sg-0aa of it", "well"))

    assert lacking == not_shown(command, printed, {r"\d+ s\b": r"\d+ s", r"sg-0aa": r"sg-[0-9a-f]+"})

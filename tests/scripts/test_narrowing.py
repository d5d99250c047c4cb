"""Leaving out the commands that are not named changes nothing of what the named one says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scripts.miyabi import app
from scripts.narrowing import narrowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer


def commands(group: typer.Typer, *before: str) -> Iterator[list[str]]:
    """The words of every command and every group."""
    for command in group.registered_commands:
        assert command.callback is not None
        yield [*before, command.name or command.callback.__name__]
    for inner in group.registered_groups:
        assert inner.name is not None
        assert inner.typer_instance is not None
        yield [*before, inner.name]
        yield from commands(inner.typer_instance, *before, inner.name)


def said(group: typer.Typer, words: list[str]) -> tuple[int, str]:
    """Exit status and output."""
    result = CliRunner().invoke(group, words, prog_name="miyabi")
    return result.exit_code, result.output


@pytest.mark.parametrize("words", [*commands(app)], ids=" ".join)
def test_a_command_says_the_same_alone(words: list[str]) -> None:
    assert said(app, [*words, "--help"]) == said(narrowed(app, words), [*words, "--help"])
    assert said(app, [*words, "--no-such-option"]) == said(narrowed(app, words), [*words, "--no-such-option"])


@pytest.mark.parametrize(
    "words",
    [[], ["--help"], ["sinth"], ["migrate"], ["migrate", "upp"], ["cost", "prices", "refrish"]],
    ids=" ".join,
)
def test_words_that_name_no_command_are_told_of_all(words: list[str]) -> None:
    assert said(app, words) == said(narrowed(app, words), words)


def test_only_the_named_command_is_left() -> None:
    assert [["migrate"], ["migrate", "up"]] == [*commands(narrowed(app, ["migrate", "up", "--strict"]))]

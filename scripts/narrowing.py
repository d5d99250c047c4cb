"""Leaves of the program's commands only the one that is named.

Typer reads the signatures of all before it runs one, which takes a tenth of a start.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer
    from typer.models import CommandInfo


def narrowed(group: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """The group with only the command that the words begin with; the group itself where they name none."""
    word, rest = (words[0], words[1:]) if words else ("", ())
    narrow = copy(group)
    for inner in group.registered_groups:
        if inner.name == word and inner.typer_instance:
            chosen = copy(inner)
            chosen.typer_instance = narrowed(inner.typer_instance, rest)
            narrow.registered_groups, narrow.registered_commands = [chosen], []
            return narrow
    for command in group.registered_commands:
        if _name(command) == word:
            narrow.registered_groups, narrow.registered_commands = [], [command]
            return narrow
    return group


def _name(command: CommandInfo) -> str | None:
    return command.name or (command.callback.__name__ if command.callback else None)

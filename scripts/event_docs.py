"""The generated part of docs/migrator-function.md: what can be asked of the function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.migrator.actions import ACTIONS

if TYPE_CHECKING:
    from runtime.migrator.context import Action

JSON_TYPES: Final = {bool: "true or false", int: "whole number", float: "number", str: "text", list: "list"}


def actions_table() -> str:
    """Every action with its options and their types."""
    rows = (f"| `{name}` | {action.purpose} | {_options(action)} |" for name, action in ACTIONS.items())
    return "\n".join(["| action | what it does | options |", "|---|---|---|", *rows])


def _options(action: Action) -> str:
    return "<br>".join(f"`{name}`: {JSON_TYPES[kind]}" for name, kind in action.options.items())

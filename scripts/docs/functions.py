"""What the functions are asked, and what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract import ROUTES, VARIABLES
from runtime.migrator.actions import ACTIONS
from scripts.docs.tables import table

if TYPE_CHECKING:
    from runtime.migrator.context import Action

JSON_TYPES: Final = {bool: "true or false", int: "whole number", float: "number", str: "text", list: "list"}


def routes_table() -> str:
    """The contract's routes."""
    return table(
        "route | function | token | permission",
        (
            (
                f"`{route.key}`",
                route.function,
                "yes" if route.token else "public",
                f"`{route.permission}`" if route.permission else "",
            )
            for route in ROUTES
        ),
    )


def variables_table() -> str:
    """The contract's environment variables."""
    return table(
        "variable | required by | optional for | secret | what it is",
        (
            (
                f"`{v.name}`",
                ", ".join(sorted(v.required_by)),
                ", ".join(sorted(v.optional_for)),
                "yes" if v.secret else "",
                v.why,
            )
            for v in VARIABLES
        ),
    )


def actions_table() -> str:
    """Every action of the migrator with its options and their types."""
    rows = ((f"`{name}`", action.purpose, _options(action)) for name, action in ACTIONS.items())
    return table("action | what it does | options", rows)


def _options(action: Action) -> str:
    return "<br>".join(f"`{name}`: {JSON_TYPES[kind]}" for name, kind in action.options.items())

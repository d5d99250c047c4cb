"""Whether the change of a property makes another resource, as its type's registry schema has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cfn.leaves import Leaf
    from cfn.schema import Schema

ALWAYS: Final = "Always"
CONDITIONALLY: Final = "Conditionally"
NEVER: Final = "Never"


def recreation(schema: Schema, leaf: Leaf, *, moved: bool = False) -> str:
    """Whether a differing part of the properties recreates the resource: Always, Conditionally or Never.

    Args:
        schema: Of the resource's type.
        leaf: The part; its first step is the property's name.
        moved: The value is written as before and stands for another.

    """
    for names, word in (
        (schema.create_only, ALWAYS),
        (schema.conditionally_create_only, CONDITIONALLY),
    ):
        for name in names:
            path = name.split("/")
            if leaf.touches(path) and (moved or _differs(leaf, path[len(leaf.steps) :])):
                return word
    return NEVER


def _differs(leaf: Leaf, rest: Sequence[str]) -> bool:
    """Whether what a path leads to within the part is another; the part itself is where no path is left."""
    return bool(_at(leaf.before, rest) != _at(leaf.after, rest))


def _at(value: Any, path: Sequence[str]) -> Any:
    """What stands at a path within a value; lists are looked at as a whole."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else value
    return value

"""Where two values differ, down to the smallest part that does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ADD, MODIFY, REMOVE = "Add", "Modify", "Remove"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that is there on one side only, or differs and has no parts of its own."""

    steps: tuple[str, ...]
    kind: str
    before: Any
    after: Any

    def touches(self, path: Sequence[str]) -> bool:
        """Whether it lies within the part that a schema's path names, or that within it.

        A list is looked at as a whole, so the path ends where one begins.
        """
        for own, asked in zip(self.steps, path, strict=False):
            if asked == "*" or own.isdigit():
                return True
            if own != asked:
                return False
        return True


def leaves(before: Any, after: Any, steps: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """All parts in which two values differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _at(before.get(key), after.get(key), (*steps, key))
    elif isinstance(before, list) and isinstance(after, list):
        for position in range(max(len(before), len(after))):
            old, new = (side[position] if position < len(side) else None for side in (before, after))
            yield from _at(old, new, (*steps, str(position)))
    elif before != after:
        yield Leaf(steps, MODIFY, before, after)


def _at(before: Any, after: Any, steps: tuple[str, ...]) -> Iterator[Leaf]:
    if before is None and after is not None:
        yield Leaf(steps, ADD, None, after)
    elif after is None and before is not None:
        yield Leaf(steps, REMOVE, before, None)
    else:
        yield from leaves(before, after, steps)

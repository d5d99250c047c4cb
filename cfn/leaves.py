"""Where two values differ, down to the smallest part that does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

ADD, MODIFY, REMOVE = "Add", "Modify", "Remove"

Steps: TypeAlias = tuple[str, ...]
Pair: TypeAlias = tuple[int | None, int | None]
"""Places of one item in two lists; None where it is not there."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that is there on one side only, or differs and has no parts of its own.

    An item's step is its place in the list as it was, or as it is where it was not there.
    """

    steps: Steps
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


def by_place(_: Steps, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Pair]:
    """Pair the items of two lists that stand at the same place."""
    for place in range(max(len(before), len(after))):
        yield (place if place < len(before) else None), (place if place < len(after) else None)


def leaves(
    before: Any,
    after: Any,
    steps: Steps = (),
    pairs: Callable[[Steps, list[Any], list[Any]], Iterable[Pair]] = by_place,
) -> Iterator[Leaf]:
    """All parts in which two values differ; `pairs` says which items of two lists are the same one."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _at(before.get(key), after.get(key), (*steps, key), pairs)
    elif isinstance(before, list) and isinstance(after, list):
        for old, new in pairs(steps, before, after):
            step = str(new if old is None else old)
            was = None if old is None else before[old]
            yield from _at(was, None if new is None else after[new], (*steps, step), pairs)
    elif before != after:
        yield Leaf(steps, MODIFY, before, after)


def pointer(steps: Iterable[str]) -> str:
    """Steps as a JSON pointer (RFC 6901), such as `/Properties/Tags/0/Value`."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def _at(
    before: Any,
    after: Any,
    steps: Steps,
    pairs: Callable[[Steps, list[Any], list[Any]], Iterable[Pair]],
) -> Iterator[Leaf]:
    if before is None and after is not None:
        yield Leaf(steps, ADD, None, after)
    elif after is None and before is not None:
        yield Leaf(steps, REMOVE, before, None)
    else:
        yield from leaves(before, after, steps, pairs)

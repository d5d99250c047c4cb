"""Which items of two lists are the same one, so that an item put in front does not change all behind it."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.leaves import Pair

NAMES: Final = ("Key", "Name", "Id", "Sid", "PolicyName", "RuleName", "AttributeName", "ParameterKey")
"""Keys by which an item of a list is known, the first that is there."""


def in_order(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Pair]:
    """Pair the items of lists whose order counts; the pairs stand in the same order on both sides."""
    old, new = ([_text(item) for item in side] for side in (before, after))
    for word, low, high, start, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal" or high - low == stop - start:
            yield from zip(range(low, high), range(start, stop), strict=True)
        else:
            yield from _by_name(before, after, range(low, high), range(start, stop), ordered=True)


def in_any_order(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Pair]:
    """Pair the items of lists whose order means nothing: equal ones, those of one name, the last two left."""
    left = dict.fromkeys(range(len(after)))
    alone = []
    for place, item in enumerate(before):
        same = next((other for other in left if after[other] == item), None)
        if same is None:
            alone.append(place)
        else:
            del left[same]
            yield place, same
    if len(alone) == len(left) == 1:
        yield alone[0], next(iter(left))
    else:
        yield from _by_name(before, after, alone, list(left), ordered=False)


def _by_name(
    before: Sequence[Any],
    after: Sequence[Any],
    old: Sequence[int],
    new: Sequence[int],
    *,
    ordered: bool,
) -> Iterator[Pair]:
    left = list(new)
    for place in old:
        name = _name(before[place])
        same = next((other for other in left if name and _name(after[other]) == name), None)
        yield place, same
        if same is not None:
            # where order counts, no later item may be paired with one in front of this
            passed = left[: left.index(same)] if ordered else []
            yield from ((None, other) for other in passed)
            left = [other for other in left if other != same and other not in passed]
    yield from ((None, other) for other in left)


def _name(item: Any) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return None
    return next(((key, str(item[key])) for key in NAMES if isinstance(item.get(key), str)), None)


def _text(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=repr)

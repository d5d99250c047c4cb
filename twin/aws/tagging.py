"""Tags in the two shapes that services take them in, and what changes between two sets of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def as_pairs(tags: Any, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags, of either shape, as a list of pairs, sorted by name."""
    return [{key: name, value: text} for name, text in sorted(as_map(tags).items())]


def as_map(tags: Any) -> dict[str, str]:
    """Tags, of either shape and with keys of either case, as a map; None is an empty one."""
    if isinstance(tags, list):
        return {_of(pair, "Key"): _of(pair, "Value") for pair in tags}
    return dict(tags or {})


def changes(previous: Any, desired: Any) -> tuple[dict[str, str], list[str]]:
    """Which tags to set, and the names of those to take away."""
    before, after = as_map(previous), as_map(desired)
    added = {name: text for name, text in after.items() if before.get(name) != text}
    return added, sorted(before.keys() - after.keys())


def retag(
    previous: Any,
    desired: Any,
    add: Callable[[dict[str, str]], object],
    remove: Callable[[list[str]], object],
) -> None:
    """Call `add` with the tags to set, `remove` with the names to take away, if there are any."""
    added, removed = changes(previous, desired)
    if removed:
        remove(removed)
    if added:
        add(added)


def _of(pair: Mapping[str, str], name: str) -> str:
    return pair[name] if name in pair else pair[name.lower()] if name.lower() in pair else pair[f"Tag{name}"]


def without(tags: Iterable[Mapping[str, str]], beginning: str = "aws:") -> list[dict[str, str]]:
    """Pairs whose names don't begin so: AWS's own are none of the template's."""
    return [dict(pair) for pair in tags if not _of(pair, "Key").startswith(beginning)]

"""Whether two resolved values surely differ, although parts of them are known to AWS alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.values import Reference, Text, Unknown, unsettled_parts

if TYPE_CHECKING:
    from collections.abc import Callable


def doubt(before: Any, after: Any, is_new: Callable[[Reference], bool]) -> str:
    """Why a value may turn out to be the old one; empty where it surely becomes another.

    Args:
        before: The value as it was, None where there was none.
        after: The value as it will be, None where there will be none.
        is_new: Whether a reference is to stand for something that nothing stood for before.

    """
    if before is None or after is None:
        return _unknown(before if after is None else after)
    old, new = list(unsettled_parts(before)), list(unsettled_parts(after))
    if not (old or new) or any(isinstance(part, Reference) and is_new(part) for part in new):
        return ""
    if isinstance(before, Reference) and isinstance(after, Reference) and _are_two(before, after):
        return ""
    if isinstance(before, Text) and isinstance(after, Text) and old == new:
        return ""
    if _begin_or_end_otherwise(before, after):
        return ""
    return next(map(_said, [*(part for part in new if part not in old), *old, *new]))


def is_identity(attribute: str | None) -> bool:
    """Whether an attribute names one resource alone: its Ref, an ARN or an id."""
    return attribute is None or attribute.rpartition(".")[2].lower().endswith(("arn", "id"))


def _are_two(one: Reference, other: Reference) -> bool:
    """Whether two references that differ name two resources."""
    return one.attribute == other.attribute and is_identity(one.attribute)


def _begin_or_end_otherwise(before: Any, after: Any) -> bool:
    """Whether two texts differ in what is known of their beginnings, or of their ends."""
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    heads, tails = ([_literal(text, place) for text in (before, after)] for place in (0, -1))
    return not (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) or not (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )


def _literal(text: str, place: int) -> str:
    """What is known of a text at its beginning (0) or its end (-1)."""
    part = text.parts[place] if isinstance(text, Text) else text
    return part if isinstance(part, str) else ""


def _unknown(value: Any) -> str:
    """Why it is not known whether there is a value at all."""
    return value.reason if isinstance(value, Unknown) else ""


def _said(part: Reference | Unknown) -> str:
    return part.reason if isinstance(part, Unknown) else f"what {part} stands for is known in AWS only"

"""What is marked in a picture: faults of a diagnosis, changes of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mark(StrEnum):
    """How something is marked; each has a colour of its own, and always stands with a word."""

    FAULT = "fault"
    UNKNOWN = "unknown"
    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark with its word, and all that is known of it for who rests a pointer on it."""

    mark: Mark
    word: str
    full: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked: tiles and groups by id, arrows by the ids of their ends.

    Attributes:
        title: Where the marks are from.
        notes: Sentences about the whole, or about what has no place in the picture.
    """

    tiles: Mapping[str, Marked] = field(default_factory=dict)
    groups: Mapping[str, Marked] = field(default_factory=dict)
    arrows: Mapping[tuple[str, str], Marked] = field(default_factory=dict)
    title: str = ""
    notes: tuple[str, ...] = ()

    @property
    def used(self) -> list[Mark]:
        """Which marks there are."""
        found = {each.mark for each in (*self.tiles.values(), *self.groups.values(), *self.arrows.values())}
        return [mark for mark in Mark if mark in found]


NO_MARKS: Final = Marks()

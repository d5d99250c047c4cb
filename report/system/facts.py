"""A fact as a report tells it: a name with its values, each of them known or with what tells it.

What can't be known is a `Value` without text: `source` says which command tells it. It is never left out,
and never taken for well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ops.status.part import Standing

WORDS: Final = {
    Standing.WELL: "well",
    Standing.NOTICE: "to know",
    Standing.UNASKED: "not known",
    Standing.WRONG: "wrong",
}
"""What a badge says where nothing says it better."""


@dataclass(frozen=True, slots=True)
class State:
    """How something is: a standing, the word for it, and a sentence where there is more to say."""

    standing: Standing
    word: str
    sentence: str = ""

    @classmethod
    def unknown(cls, sentence: str = "") -> State:
        """Nobody was asked."""
        return cls(Standing.UNASKED, WORDS[Standing.UNASKED], sentence)


@dataclass(frozen=True, slots=True)
class Value:
    """A value, or what tells it.

    Attributes:
        text: As it is shown; empty where it is not known.
        is_code: Whether it is an id, a name or an address that somebody copies.
        link: An address that it leads to.
        source: Of what is not known: the command that tells it, or a sentence where none does.

    """

    text: str
    is_code: bool = False
    link: str = ""
    source: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return not self.source


@dataclass(frozen=True, slots=True)
class Fact:
    """A name, and one value or several."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A file, a link or a command, with what it is for."""

    name: str
    value: Value
    note: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """Something that is deployed: what the document has a heading for."""

    anchor: str
    group: str
    kind: str
    name: str
    state: State
    facts: tuple[Fact, ...]
    resources: tuple[str, ...] = ()
    """Resources of the templates that it consists of, such as `service.ApiFunction`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One resource of the templates; `id` is what AWS calls it, where that is known."""

    stack: str
    logical_id: str
    type: str
    id: str = ""

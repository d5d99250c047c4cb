"""What a template's value can be besides plain JSON: a reference, an unknown, or text that holds either."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from cfn.errors import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Reference:
    """What only a living resource knows: its Ref (no attribute), or one of its attributes."""

    template_name: str
    logical_id: str
    attribute: str | None = None

    def __str__(self) -> str:
        """The placeholder that stands for it in text, such as `${Database.Endpoint.Address}`."""
        return f"${{{self.logical_id}.{self.attribute}}}" if self.attribute else f"${{{self.logical_id}}}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """What can't be known without AWS or without a parameter's value, and why; never a guess.

    Two unknowns are equal when their reasons are: the name is only what text shows.
    """

    reason: str
    name: str = field(default="Unknown", compare=False)

    def __str__(self) -> str:
        """The placeholder that stands for it in text, such as `${ArtifactBucket}`."""
        return f"${{{self.name}}}"


Part: TypeAlias = str | Reference | Unknown

MOST_CHARACTERS = 2**20
"""As long as the longest template: functions within functions could double a text without end."""

_WHOLE = re.compile(r"[0-9]{1,9}")


class Text(str):
    """Text with references or unknowns in it: a `str` with placeholders, which remembers its parts."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def __new__(cls, parts: Sequence[Part]) -> Self:
        """Join the parts, each reference as its placeholder."""
        text = super().__new__(cls, "".join(map(str, parts)))
        text.parts = tuple(parts)
        return text

    def __reduce__(self) -> tuple[type[Text], tuple[tuple[Part, ...]]]:
        """Copies and pickles keep the parts."""
        return Text, (self.parts,)


def compose(values: Iterable[Any]) -> Part:
    """One text from values in a row; exactly one reference or unknown stays what it is.

    Raises Misfit for a list or a mapping, as CloudFormation refuses it in text, and for endless text.
    """
    parts: list[Part] = []
    literal: list[str] = []
    length = 0
    for value in values:
        for part in parts_of(value):
            if isinstance(part, str):
                literal.append(part)
                length = _longer(length, part)
            else:
                _close(literal, parts)
                parts.append(part)
    _close(literal, parts)
    if len(parts) > 1:
        return Text(parts)
    return parts[0] if parts else ""


def _longer(length: int, part: str) -> int:
    if length + len(part) > MOST_CHARACTERS:
        raise Misfit(
            found=f"the text comes to more than {MOST_CHARACTERS} characters",
            remedy="write less: no template may be so long",
        )
    return length + len(part)


def _close(literal: list[str], parts: list[Part]) -> None:
    if literal:
        parts.append("".join(literal))
        literal.clear()


def parts_of(value: Any) -> tuple[Part, ...]:
    """Literals, references and unknowns that a value consists of as text."""
    match value:
        case Text():
            return value.parts
        case str():
            return (value,) if value else ()
        case Reference() | Unknown():
            return (value,)
        case bool():
            return ("true" if value else "false",)
        case int() | float():
            return (str(value),)
    raise misplaced(value, "text", "join its items, or select one")


def split(text: Any, delimiter: str) -> list[Part]:
    """Pieces of a text between delimiters, which are not empty; references stay whole."""
    rows: list[list[Part]] = [[]]
    for part in parts_of(text):
        if isinstance(part, str):
            first, *others = part.split(delimiter)
            rows[-1].append(first)
            rows += [[piece] for piece in others]
        else:
            rows[-1].append(part)
    return [compose(row) for row in rows]


def derived(source: Reference | Unknown, what: str) -> Unknown:
    """What can't be worked out from something that is itself not known."""
    if isinstance(source, Unknown):
        return Unknown(f"{what} of {source}: {source.reason}", source.name)
    return Unknown(
        f"{what} of {source} is known to the living {source.template_name} only", str(source)[2:-1]
    )


def unsettled(value: Any, what: str) -> Unknown | None:
    """What `what` comes to where it hangs on a value that is not known; None where the value is known."""
    if isinstance(value, Text):
        open_ends = dict.fromkeys(str(part) for part in value.parts if not isinstance(part, str))
        return Unknown(f"{what} hangs on what {', '.join(open_ends)} stands for")
    return derived(value, what) if isinstance(value, Reference | Unknown) else None


def unsettled_parts(value: Any) -> Iterator[Reference | Unknown]:
    """What in a resolved value is still not known."""
    if isinstance(value, Reference | Unknown):
        yield value
    elif isinstance(value, Text):
        yield from (part for part in value.parts if not isinstance(part, str))
    elif isinstance(value, dict):
        for item in value.values():
            yield from unsettled_parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from unsettled_parts(item)


def whole(value: Any) -> int | None:
    """A number from 0, written as one or as text; None for anything else."""
    return int(value) if isinstance(value, str | int) and _WHOLE.fullmatch(str(value)) else None


def many(value: Any) -> tuple[Any, ...]:
    """One value or a list of them as a tuple; CloudFormation and IAM take either in many places."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def misplaced(value: Any, needed: str, remedy: str) -> Misfit:
    """The mistake of a value that is not of the kind needed."""
    return Misfit(found=f"a {kind_of(value)} stands where {needed} is needed", remedy=remedy)


def kind_of(value: Any) -> str:
    """What to call a value in a sentence."""
    if isinstance(value, list):
        return f"list of {len(value)}"
    return {dict: "mapping", str: "text", bool: "boolean", type(None): "null"}.get(type(value), "number")

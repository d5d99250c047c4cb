"""Texts with wildcards and policy variables, as actions, resources and conditions are written.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.policies.request import Request

WITH_VARIABLES: Final = "2012-10-17"
"""The version of policies that knows variables; in the one before they are ordinary text."""
_SPECIAL: Final = re.compile(r"\$\{([^{}]*)\}|[*?:]")
_DEFAULT: Final = re.compile(r"\s*([^,]*?)\s*,\s*'(.*)'\s*", re.DOTALL)
_CHARACTERS: Final = ("*", "?", "$")
"""What stands for itself when it is written like a variable: `${*}`."""
_PARTS: Final = 6
"""Parts of an ARN; the last keeps its colons."""


class Unresolved(Exception):
    """A variable stands for a key that the request has not, or has several values of."""


class _Variable(NamedTuple):
    key: str
    default: str | None

    def resolve(self, request: Request) -> str:
        value = request.single(self.key.lower())
        if value is None:
            value = self.default
        if value is None:
            raise Unresolved(self.key)
        return re.escape(value)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text that is compared with one of a request; a wildcard in a variable's value is no wildcard."""

    text: str
    pieces: tuple[str | _Variable, ...]
    """Regular expressions, and variables between them."""
    flags: re.RegexFlag = re.DOTALL

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the request that it needs, as they are written."""
        return tuple(piece.key for piece in self.pieces if isinstance(piece, _Variable))

    def matches(self, value: str, request: Request) -> bool:
        """Whether the value is what the pattern says; raises Unresolved."""
        expression = "".join(
            piece if isinstance(piece, str) else piece.resolve(request) for piece in self.pieces
        )
        return _compiled(expression, self.flags).fullmatch(value) is not None


def plain(text: str, *, version: str = "", wildcards: bool = True, case: bool = True) -> Pattern:
    """A text in which `*` stands for any characters and `?` for any one."""
    pieces = tuple(_pieces(text, _ANYWHERE if wildcards else _NOWHERE, variables=version == WITH_VARIABLES))
    return Pattern(text, pieces, re.DOTALL if case else re.DOTALL | re.IGNORECASE)


def arn(text: str, *, version: str = "") -> Pattern:
    """As ArnLike and ArnEquals compare: each of the six parts by itself, the last with its colons.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    return Pattern(text, tuple(_pieces(text, _IN_ITS_PART, variables=version == WITH_VARIABLES)))


def resource(text: str, *, version: str = "") -> Pattern:
    """As the Resource element is compared: a `*` that ends a part may run on past its colon.

    What an incomplete ARN lacks may be anything.
    """
    pieces = tuple(_pieces(text, _RUNNING_ON, variables=version == WITH_VARIABLES))
    if text.startswith("arn:") and _colons(text) < _PARTS - 1:
        pieces += ("(?::.*)?",)
    return Pattern(text, pieces)


class _Wildcards(NamedTuple):
    """What wildcards may stand for: not for a colon within the first `held` parts of an ARN."""

    held: int
    runs_on: bool = False
    known: bool = True


_ANYWHERE: Final = _Wildcards(0)
_NOWHERE: Final = _Wildcards(0, known=False)
_IN_ITS_PART: Final = _Wildcards(_PARTS - 1)
_RUNNING_ON: Final = _Wildcards(_PARTS - 1, runs_on=True)


def _colons(text: str) -> int:
    """Colons that stand outside variables."""
    return sum(found[0] == ":" for found in _SPECIAL.finditer(text))


def _pieces(text: str, wildcards: _Wildcards, *, variables: bool) -> Iterator[str | _Variable]:
    position = colons = 0
    for found in _SPECIAL.finditer(text):
        yield re.escape(text[position : found.start()])
        position = found.end()
        colons += found[0] == ":"
        ends_part = position == len(text) or text[position] == ":"
        if found[0] in ("*", "?") and wildcards.known:
            held = colons < wildcards.held and not (wildcards.runs_on and ends_part and found[0] == "*")
            yield ("[^:]" if held else ".") + ("*" if found[0] == "*" else "")
        elif variables and found[0].startswith("$"):
            yield _variable(found[1])
        else:
            yield re.escape(found[0])
    yield re.escape(text[position:])


def _variable(inner: str) -> str | _Variable:
    if inner in _CHARACTERS:
        return re.escape(inner)
    with_default = _DEFAULT.fullmatch(inner)
    if with_default:
        return _Variable(with_default[1], with_default[2])
    return _Variable(inner.strip(), None)


@lru_cache(maxsize=4096)
def _compiled(expression: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(expression, flags)

"""Works out formulas of parameter groups, such as `LEAST({DBInstanceClassMemory/9531392},5000)`.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TOKEN: Final = re.compile(r"\s*(\d+|[A-Za-z_]\w*|[{}()+\-*/,])")
_FUNCTIONS: Final[Mapping[str, Callable[..., int]]] = {
    "GREATEST": max,
    "LEAST": min,
    "SUM": lambda *terms: sum(terms),
}

_CLOSED_BY: Final = {"{": "}", "(": ")"}


class FormulaUnknown(ValueError):
    """Not a formula, or one with a variable that nobody knows."""


def is_formula(value: str) -> bool:
    """Whether a parameter's value has to be worked out."""
    return "{" in value or value.partition("(")[0].strip().upper() in _FUNCTIONS


def work_out(formula: str, variables: Mapping[str, int]) -> int:
    """The value of a formula; a quotient loses what is behind the point, as the page says.

    >>> work_out("LEAST({DBInstanceClassMemory/9531392},5000)", {"DBInstanceClassMemory": 858_993_459})
    90
    """
    reader = _Reader(list(_tokens(formula)), variables)
    value = reader.sum()
    reader.end()
    return value


def _tokens(formula: str) -> Iterator[str]:
    at = 0
    while at < len(formula.rstrip()):
        if not (found := _TOKEN.match(formula, at)):
            raise FormulaUnknown(f"{formula!r} is no formula at character {at + 1}")
        yield found[1]
        at = found.end()


class _Reader:
    """Reads tokens from left to right; products bind before sums."""

    def __init__(self, tokens: list[str], variables: Mapping[str, int]) -> None:
        self._tokens, self._variables = [*tokens, ""], variables

    def sum(self) -> int:
        value = self._product()
        while self._tokens[0] in ("+", "-"):
            value += self._product() if self._take() == "+" else -self._product()
        return value

    def end(self) -> None:
        if self._tokens[0]:
            raise FormulaUnknown(f"{self._tokens[0]!r} stands where a formula should end")

    def _product(self) -> int:
        value = self._term()
        while self._tokens[0] in ("*", "/"):
            if self._take() == "*":
                value *= self._term()
            else:
                divisor = self._term()
                if not divisor:
                    raise FormulaUnknown("a formula divides by 0")
                value //= divisor
        return value

    def _term(self) -> int:
        found = self._take()
        if found.isdecimal():
            return int(found)
        if found in _CLOSED_BY:
            value = self.sum()
            self._expect(_CLOSED_BY[found])
            return value
        if found.upper() in _FUNCTIONS:
            return self._call(found.upper())
        if found in self._variables:
            return self._variables[found]
        raise FormulaUnknown(f"{found or 'the end'!r} is nothing that a formula is made of")

    def _call(self, name: str) -> int:
        self._expect("(")
        terms = [self.sum()]
        while self._tokens[0] == ",":
            self._take()
            terms.append(self.sum())
        self._expect(")")
        return _FUNCTIONS[name](*terms)

    def _take(self) -> str:
        return self._tokens.pop(0) if len(self._tokens) > 1 else ""

    def _expect(self, wanted: str) -> None:
        if (found := self._take()) != wanted:
            raise FormulaUnknown(f"{found or 'the end'!r} stands where {wanted!r} should")

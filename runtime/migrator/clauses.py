"""Writes a statement in one canonical form, so that a rule about statements can be one expression.

Keywords and plain names are in capitals. What is quoted, a name or a string, is in small letters with
everything else in it spelt as `%<hex>;`, so no keyword is ever found there; a dollar-quoted body is `$$`.
One space stands between two tokens. ALTER TABLE becomes a clause for each of its actions, its table kept
apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from runtime.migrator import scanner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.migrator.scanner import Statement, Token

NAME: Final = r'(?:"[^"]*"|[^\s"\'(),;.]+)(?: \. (?:"[^"]*"|[^\s"\'(),;.]+))*'
"""One name in canonical form, with or without its schema."""
_KEPT: Final = 64
"""Characters of a string that are kept: options are short, and the text of an INSERT is not."""
_SPELT: Final = re.compile(r"[^a-z0-9_$]")
_READ: Final = re.compile(r"%([0-9a-f]+);")
_FOLDED: Final = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
_ALTER_TABLE: Final = re.compile(
    rf"ALTER (?:FOREIGN )?TABLE (?:IF EXISTS )?(?:ONLY )?(?P<table>{NAME})(?: \*)? (?P<actions>.*)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement, or one action of ALTER TABLE as if it were alone."""

    text: str
    offset: int
    """Where it begins in the file, in characters."""
    table: str = ""
    """The table of an ALTER TABLE, canonical."""

    @property
    def outline(self) -> str:
        """The text without what stands in parentheses."""
        return _outline(self.text)


def clauses(statement: Statement) -> Iterator[Clause]:
    """What a statement does, in canonical form. Raises `scanner.Unterminated`."""
    tokens = [token for token in scanner.tokens(statement.text) if token.kind != "comment"]
    words = [_canonical(token) for token in tokens]
    text = " ".join(words)
    altered = _ALTER_TABLE.fullmatch(text)
    if not altered:
        yield Clause(text, statement.start)
        return
    first = len(altered[0][: altered.start("actions")].split())
    for begin, end in _between_commas(words, first):
        if begin == end:  # the server will refuse it
            continue
        action = " ".join(words[begin:end])
        yield Clause(f"ALTER TABLE {action}", statement.start + tokens[begin].start, altered["table"])


def plain(name: str) -> str:
    """A canonical name as the catalogue writes it, for people and to compare."""
    parts = (part[1:-1] if part.startswith('"') else part.translate(_FOLDED) for part in name.split(" . "))
    return ".".join(_READ.sub(lambda spelt: chr(int(spelt[1], 16)), part) for part in parts)


def _canonical(token: Token) -> str:
    match token.kind:
        case "word":
            return scanner.upper(token.text)
        case "quoted":
            return f'"{_spell(token.text[token.text.index(chr(34)) + 1 : -1])}"'
        case "string":
            return f"'{_spell(token.text[token.text.index(chr(39)) + 1 : -1][:_KEPT])}'"
        case "dollar":
            return "$$"
    return token.text


def _spell(text: str) -> str:
    return _SPELT.sub(lambda character: f"%{ord(character[0]):x};", text)


def _depths(words: Sequence[str]) -> list[int]:
    """How many parentheses stand open behind each word."""
    return list(accumulate((word == "(") - (word == ")") for word in words))


def _between_commas(words: Sequence[str], first: int) -> Iterator[tuple[int, int]]:
    depths = _depths(words)
    commas = [at for at in range(first, len(words)) if words[at] == "," and not depths[at]]
    yield from zip([first, *(comma + 1 for comma in commas)], [*commas, len(words)], strict=True)


def _outline(text: str) -> str:
    words = text.split(" ")
    depths = _depths(words)
    return " ".join(
        word for word, depth in zip(words, depths, strict=True) if depth <= 0 or (word == "(" and depth == 1)
    )

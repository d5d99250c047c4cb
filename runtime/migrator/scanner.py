"""Reads SQL as PostgreSQL's lexer does, to cut it into statements and to tell code from comments.

After the rules of scan.l in PostgreSQL 15 to 18, with `standard_conforming_strings` on. No grammar: a
text that the server refuses is cut somehow, and the server says what is wrong with it. A text is a
`str`; offsets count its characters from 0, as the server's error positions do from 1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from runtime.migrator.errors import FilesError

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS: Final = 12
"""How many words of a statement are kept: `CONCURRENTLY` may be the twelfth, in DETACH PARTITION."""
HEAD: Final = 32
"""Among how many tokens they are looked for: an INSERT of a million rows has but one head."""

_SPACE = r"[ \t\n\r\f\v]"
# Told by what is left out of ASCII: to compile a class that names all of Unicode takes milliseconds.
_LETTER = r"[^\x00-@\[-\^`{-\x7f]"
_WORD = rf"{_LETTER}[^\x00-#%-/:-@\[-\^`{{-\x7f]*+"
_TAG = rf"(?:{_LETTER}[^\x00-/:-@\[-\^`{{-\x7f]*+)?"
_INERT = r"[\x00-\x08\x0e-\x1f!#%&*+,:<=>?@\[\]^`{|}~\x7f]"
"""Neither white space, nor a part of a word or a number, nor what anything longer begins with."""
_DIGITS = r"[0-9](?:_?[0-9])*+"
_NUMBER = (
    r"(?:0[xX](?:_?[0-9A-Fa-f])++|0[oO](?:_?[0-7])++|0[bB](?:_?[01])++"
    rf"|(?:{_DIGITS}(?:\.(?!\.)(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][-+]?{_DIGITS})?)"
)


def _continued(inside: str) -> str:
    """A string of such characters, which goes on after white space that holds a line end."""
    gap = r"(?:[ \t\f\v]++|--[^\n\r]*+)*+[\n\r](?:[ \t\n\r\f\v]++|--[^\n\r]*+[\n\r])*+"
    return rf"'{inside}'(?:{gap}'{inside}')*+"


_PLAIN = _continued(r"(?:[^']++|'')*+")
_ESCAPED = _continued(r"(?:[^'\\]++|\\(?s:.)|'')*+")
_BITS = _continued(r"[^']*+")
_QUOTED = r'"(?:[^"]++|"")*+"'
_ALIKE = rf"""
    |(?P<dollar>\$(?P<tag>{_TAG})\$(?s:.*?)\$(?P=tag)\$)
    |(?P<comment>--[^\n\r]*+|/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/)
    |(?P<open>(?:[eEbBxX]|[uU]&)?'|(?:[uU]&)?"|/\*|\${_TAG}\$)
    |(?P<meta>\\[^\n\r]*+)
"""
"""What both patterns below have; `open` is what the ones before it did not find the end of."""
_TOKEN: Final = re.compile(
    rf"""{_SPACE}*+(?:
    (?P<word>(?![eEbBxX]'|[uU]&['"]){_WORD})
    |(?P<string>[eE]{_ESCAPED}|[bBxX]{_BITS}|(?:[uU]&)?{_PLAIN})
    |(?P<quoted>(?:[uU]&)?{_QUOTED})
    {_ALIKE}
    |(?P<number>{_NUMBER})
    |(?P<symbol>\$[0-9]++|::|\.\.|:=
        |(?:(?!--|/\*)[-+*/<>=]){{0,63}}+[~!@\#^&|`?%](?:(?!--|/\*)[-+*/<>=~!@\#^&|`?%])*+
        |(?:(?!--|/\*)[-+*/<>=]){{0,63}}(?!/\*)[*/<>=]
        |(?s:.))
    |(?P<over>\Z))""",
    re.VERBOSE,
)
_CHUNK: Final = re.compile(
    rf"""{_SPACE}*+(?:
    (?P<run>(?:{_SPACE}*+(?:
        (?![eEbBxX]'){_WORD}|{_INERT}++|{_NUMBER}|\.\.?|-(?!-)|/(?!\*)
        |[eE]{_ESCAPED}|[bBxX]{_BITS}|{_PLAIN}|{_QUOTED}
        ))++)
    |(?P<symbol>[();])
    {_ALIKE}
    |(?P<rest>\$[0-9]++|(?s:.))
    |(?P<over>\Z))""",
    re.VERBOSE,
)
_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_ROUTINE: Final = re.compile(r"CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b")
_NAMES: Final = ("word", "quoted")
_CLOSERS: Final = {"'": ("string", "'"), '"': ("identifier", '"'), "*": ("comment", "*/")}


class Unterminated(FilesError):
    """A string, a quoted identifier or a comment that is never closed; `offset` is where it is opened."""

    def __init__(self, text: str, offset: int, opener: str) -> None:
        self.offset, self.opener = offset, opener
        self.line, self.column = position(text, offset)
        self.what, self.closer = _CLOSERS.get(opener[-1], ("dollar-quoted string", opener))
        super().__init__(
            f"the {self.what} that begins at line {self.line}, column {self.column} is never closed; "
            f"close it with {self.closer}"
        )


class Token(NamedTuple):
    """A piece of SQL and where it begins; a tuple, for there are a quarter of a million to a megabyte."""

    kind: str
    """word, quoted, string, dollar, number, symbol, comment, or meta: a psql command to its line's end."""
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement without the comments around it and its semicolon: `text` is `file[start:end]`."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> tuple[str, ...]:
        """Its first keywords and identifiers, upper-cased unless quoted, at most `WORDS`."""
        return _words(self.text, 0, WORDS)


class Lines:
    """Where the lines of a text begin."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        self._starts = [0, *(end.end() for end in _NEWLINE.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of a character, both from 1; CR LF ends one line, as do CR and LF."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def position(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of a character, both from 1."""
    return Lines(text).position(offset)


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """Every token, comments included; `start` must lie between two of them.

    Raises `Unterminated`.
    """
    return _walk(_TOKEN, text, start)


def chunks(text: str, start: int = 0) -> Iterator[Token]:
    """The same text in fewer pieces: what neither comments, nests nor ends a statement is one `run`.

    Several times as fast as `tokens`. Raises `Unterminated`.
    """
    return _walk(_CHUNK, text, start)


def code(text: str) -> str:
    """The text without comments, with one space between two tokens and each token as it is written.

    Two texts with the same code mean the same to the server. (`-- no-transaction` means something to
    the runner alone.) Raises `Unterminated`.
    """
    return " ".join(token.text for token in tokens(text) if token.kind != "comment")


def split(text: str) -> tuple[Statement, ...]:
    """Cut a text into its statements, leaving out empty ones.

    Raises `Unterminated`.
    """
    return tuple(statements(text))


def statements(text: str) -> Iterator[Statement]:
    """Each statement as it is found.

    Raises `Unterminated` after the last one that ends before the thing that does not.
    """
    behind = 0
    while (first := next(_without_comments(text, behind), None)) is not None:
        find_end = _end_of_routine if _is_routine(text, first) else _end
        end, behind = find_end(text, first.start)
        if end > first.start:
            yield Statement(text[first.start : end], first.start, end)


def upper(word: str) -> str:
    """A word as a keyword is compared: PostgreSQL folds ASCII alone, and a long s is no S."""
    return word.upper() if word.isascii() else word


def _walk(pattern: re.Pattern[str], text: str, start: int) -> Iterator[Token]:
    while True:
        for match in pattern.finditer(text, start):
            kind = match.lastgroup or ""
            if kind == "over":
                return
            begin = match.start(kind)
            if kind == "open":
                start = _end_of_comment(text, begin, match[kind])
                yield Token("comment", text[begin:start], begin)
                break
            yield Token(kind, match[kind], begin)


def _end_of_comment(text: str, begin: int, opener: str) -> int:
    """The end of a comment with comments inside, which no regular expression can count."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, begin) if opener == "/*" else ():
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    quoted = opener[-1] in "'\""
    raise Unterminated(text, begin + len(opener) - 1 if quoted else begin, opener)


def _without_comments(text: str, start: int) -> Iterator[Token]:
    return (token for token in tokens(text, start) if token.kind != "comment")


def _words(text: str, start: int, count: int) -> tuple[str, ...]:
    head = islice(_without_comments(text, start), HEAD)
    found = (
        upper(token.text) if token.kind == "word" else token.text for token in head if token.kind in _NAMES
    )
    return tuple(islice(found, count))


def _is_routine(text: str, first: Token) -> bool:
    return upper(first.text) == "CREATE" and bool(_ROUTINE.match(" ".join(_words(text, first.start, 4))))


def _end(text: str, start: int) -> tuple[int, int]:
    """Where the statement ends, and where the next may begin; a `;` in parentheses is in CREATE RULE."""
    depth, end = 0, start
    for kind, piece, begin in chunks(text, start):
        if kind == "comment":
            continue
        if kind == "symbol":
            if piece == ";" and not depth:
                return end, begin + 1
            depth = _nested(depth, piece)
        end = begin + len(piece)
    return end, len(text)


def _end_of_routine(text: str, start: int) -> tuple[int, int]:
    """The same of CREATE FUNCTION or PROCEDURE, whose body may stand between BEGIN ATOMIC and END.

    That END follows a semicolon, or ATOMIC: any other is a CASE's or somebody's name.
    """
    depth, end, inside, before = 0, start, False, ""
    for kind, piece, begin in tokens(text, start):
        if kind == "comment":
            continue
        if piece == ";" and not depth and not inside:
            return end, begin + 1
        depth = _nested(depth, piece) if kind == "symbol" else depth
        word = upper(piece)
        if not depth and (before, word) == ("BEGIN", "ATOMIC"):
            inside = True
        elif not depth and word == "END" and before in (";", "ATOMIC"):
            inside = False
        before, end = word, begin + len(piece)
    return end, len(text)


def _nested(depth: int, symbol: str) -> int:
    if symbol == "(":
        return depth + 1
    return max(depth - 1, 0) if symbol == ")" else depth

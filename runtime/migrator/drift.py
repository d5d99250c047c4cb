"""Finds out why an applied migration's file no longer has the checksum that the ledger recorded.

The bytes that were applied are looked for among variants of the file (line endings, byte order mark, white
space at the ends) and then among its versions in git and theirs, until one has the recorded hash.
What is found so is proved; what is not found is called unexplained.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.migrator.history import Version, versions_in_git
from runtime.migrator.scanner import Unterminated, code

History = Callable[[Path], Iterable[Version]]

BOM: Final = b"\xef\xbb\xbf"
IGNORED: Final = ("\r", " \t\r\n\ufeff")
"""What sqlx 0.9 may be told to leave out of a checksum (`ignored-chars`): the two sets that are in use."""
LINE_ENDINGS: Final = "line endings"
BYTE_ORDER_MARK: Final = "byte order mark"
TRAILING_SPACE: Final = "trailing white space"
IGNORED_CHARACTERS: Final = "ignored characters"
COMMENTS: Final = "comments"
EARLIER_VERSION: Final = "earlier version"
UNEXPLAINED: Final = "unexplained"
UNCHANGED: Final = "unchanged"

_ENDINGS: Final = (b"", b"\n", b"\n\n", b" ", b" \n", b"\r\n")
_TRAILING: Final = re.compile(rb"[ \t]+$", re.MULTILINE)
_REPAIR: Final = "`miyabi migrate repair` accepts that"
_RESTORE: Final = "restore the file and put the change into a new migration"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a file's checksum is not the recorded one; `str()` tells it in a sentence without the file's name.

    Attributes:
        kinds: What has changed since, in the words of the constants above; one of them or several.
        content: The file's bytes.
        matching: The bytes that were applied, None if they were not found. If characters were ignored, bytes
            that have the recorded checksum without these.
        version: The version in git that they are, if they are not a variant of the file.
        same_sql: Whether both are the same but for comments and white space between tokens (and line endings
            anywhere), so that recording the new checksum hides no change.
    """

    kinds: tuple[str, ...]
    content: bytes
    matching: bytes | None = None
    version: Version | None = None
    same_sql: bool = False

    @property
    def kind(self) -> str:
        """The kinds in one phrase."""
        return " and ".join(self.kinds)

    @property
    def diff(self) -> str:
        """A unified diff from what was applied to the file, empty where no line differs but in how it ends.

        Blanks at the end of a changed line are shown as middle dots.
        """
        if self.matching is None:
            return ""
        name = f"applied ({self.version})" if self.version else "applied"
        lines = difflib.unified_diff(
            _lines(_normal(self.matching)), _lines(_normal(self.content)), name, "the file", n=3
        )
        return "".join(_visible(line) for line in lines)

    def __str__(self) -> str:
        """What was found and what to do, on one line."""
        if self.matching is None:
            return (
                "what was applied is neither a variant of this file nor a version of it that git knows here; "
                "bring back the file that was applied"
            )
        told = ", and ".join(_told(kind, self.matching, self.content) for kind in self.kinds)
        if self.version:
            told = f"applied was {self.version}; since then {told}"
        return f"{told}; {_REPAIR if self.same_sql else _RESTORE}"


def explain(
    content: bytes, recorded: bytes, *, path: Path | None = None, history: History = versions_in_git
) -> Explanation:
    """Look for the bytes that were applied.

    Args:
        content: The file's bytes.
        recorded: The ledger's checksum: SHA-384, 48 bytes.
        path: The file, to look into its history; left out, only its variants are tried.
        history: Yields the file's earlier versions.
    """
    if found := _matching(content, recorded):
        matching, ignored = found
        return _explained(content, matching, ignored=ignored)
    for version in history(path) if path else ():
        if found := _matching(version.content, recorded):
            matching, ignored = found
            return _explained(content, matching, ignored=ignored, version=version)
    return Explanation((UNEXPLAINED,), content)


def variants(content: bytes) -> Iterator[bytes]:
    """The content as it is, and as editors, checkouts and formatters might have had it."""
    plain = content.removeprefix(BOM)
    lines = plain.replace(b"\r\n", b"\n")
    for body, styles in (
        (plain, (b"",)),
        (lines, (b"\n", b"\r\n")),
        (_TRAILING.sub(b"", lines), (b"\n", b"\r\n")),
    ):
        stripped = body.rstrip(b" \t\r\n")
        for text in (body, *(stripped + ending for ending in _ENDINGS)):
            for style in styles:
                styled = text.replace(b"\n", style) if style else text
                yield styled
                yield BOM + styled


def _matching(content: bytes, recorded: bytes) -> tuple[bytes, bool] | None:
    """Bytes with the recorded checksum, and whether it is so only without ignored characters."""
    for variant in variants(content):
        if hashlib.sha384(variant).digest() == recorded:
            return variant, False
    for characters in IGNORED:
        kept = content
        for character in characters:
            kept = kept.replace(character.encode(), b"")
        if hashlib.sha384(kept).digest() == recorded:
            return content, True
    return None


def _explained(
    content: bytes, matching: bytes, *, ignored: bool, version: Version | None = None
) -> Explanation:
    kinds = tuple(_kinds(matching, content)) + (IGNORED_CHARACTERS,) * ignored
    same_sql = _same_code(_normal(matching), _normal(content))
    return Explanation(kinds or (UNCHANGED,), content, matching, version, same_sql)


def _kinds(matching: bytes, content: bytes) -> Iterator[str]:
    """What has changed from the one to the other."""
    if matching.startswith(BOM) != content.startswith(BOM):
        yield BYTE_ORDER_MARK
    if _style(matching) and _style(content) and _style(matching) != _style(content):
        yield LINE_ENDINGS
    was, is_ = _normal(matching), _normal(content)
    if was == is_:
        return
    if _without_ends(was) == _without_ends(is_):
        yield TRAILING_SPACE
    else:
        yield COMMENTS if _same_code(was, is_) else EARLIER_VERSION


def _same_code(was: str, is_: str) -> bool:
    try:
        return was == is_ or code(was) == code(is_)
    except Unterminated:
        return False


def _style(content: bytes) -> str:
    """How its lines end; nothing if it has but one, without an end."""
    windows, all_ = content.count(b"\r\n"), content.count(b"\n")
    if not all_:
        return ""
    return "LF" if not windows else "CRLF" if windows == all_ else "mixed"


def _normal(content: bytes) -> str:
    return content.removeprefix(BOM).replace(b"\r\n", b"\n").decode(errors="surrogateescape")


def _without_ends(text: str) -> list[str]:
    return [line.rstrip(" \t") for line in text.rstrip(" \t\n").split("\n")]


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline="\n"))


def _visible(line: str) -> str:
    text = line.removesuffix("\n")
    if line[0] in "+-" and not line.startswith(("+++", "---")):
        blanks = len(text[1:]) - len(text[1:].rstrip(" \t"))
        text = text[: len(text) - blanks] + "·" * blanks
    return f"{text}\n" if line.endswith("\n") else f"{text}\n\\ No newline at end of file\n"


def _told(kind: str, matching: bytes, content: bytes) -> str:
    """A kind of change as a clause."""
    if kind == LINE_ENDINGS:
        return (
            f"its lines ended in {_style(matching)} and end in {_style(content)} now "
            "(`*.sql text eol=lf` in .gitattributes keeps them)"
        )
    if kind == BYTE_ORDER_MARK:
        return "a byte order mark " + ("was lost" if matching.startswith(BOM) else "was put before it")
    return {
        TRAILING_SPACE: "white space at the end of lines or of the file has changed",
        IGNORED_CHARACTERS: "the checksum is of the text without white space or CR (sqlx's ignored-chars)",
        COMMENTS: "comments or white space have changed",
        EARLIER_VERSION: "its SQL has changed",
        UNCHANGED: "nothing has changed",
    }[kind]

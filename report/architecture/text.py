"""How wide a text is when drawn, and the most of a name that fits and does no harm.

Widths are those of DejaVu Sans, the widest face that a browser falls back to for `system-ui`: where a
text fits in it, it fits in Segoe UI, Helvetica, Arial and Roboto as well.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

ELLIPSIS: Final = "…"
STRANGE: Final = "\N{REPLACEMENT CHARACTER}"
LONGEST: Final = 400
"""Letters of a name that are told in full, where a pointer rests on it."""
MARKS: Final = 2
"""Accents that one letter may carry; more would run over what stands above."""

_PLAIN: Final = {
    28: "'ijlìíîï",
    32: " ,.·IJÌÍÎÏ",
    37: "/:;\\|¦f-",
    42: "()[]t!¡²³¹r",
    51: '"ªº*_`§¨¯°´¸–',  # noqa: RUF001  (letters to measure)
    56: "sz?¿cçL",
    60: "Fkvxyýÿ",
    64: "PÞTYaeo«»Ýàáâãäåèéêëðòóôõöøß$0123456789ESbdghnpqu{}¢£¤¥µ¶ÈÉÊËñùúûüþ",
    70: "KABVXZÀÁÂÃÄÅRCÇ",
    76: "UÙÚÛÜNÑH",
    84: "&DGÐOQÒÓÔÕÖØw#+<=>^~¬±×÷→",  # noqa: RUF001  (letters to measure)
    100: "M%¼½¾mÆWæ@©®…",
}
"""Hundredths of the font size, by letters."""
_BOLD: Final = {
    32: "'",
    36: " ijlìíîï",
    38: "/\\|¦,.IJ·ÌÍÎÏ",
    44: ":;-f²³¹",
    48: "!()[]¡t",
    51: "_`r§¨¯°´¸–",  # noqa: RUF001  (letters to measure)
    54: '"*',
    60: "ªº?z¿csç",
    65: "L¤¶x«»",
    67: "vyýÿk",
    70: "aeàáâãäåèéêëEFToÈÉÊËðòóôõöø$0123456789¢£¥",
    73: "bdghnpqu{}ßñùúûüþSYZÝ",
    78: "CPµÇÞBAKRVXÀÁÂÃÄÅ",
    84: "UÙÚÛÜG#+<=>DHN^~¬±Ð×÷→Ñ",  # noqa: RUF001  (letters to measure)
    88: "OQÒÓÔÕÖØ&",
    94: "w",
    102: "@M©®%…",
    112: "¼½¾mæÆW",
}
_WIDTHS: Final = {
    is_bold: {glyph: width / 100 for width, glyphs in table.items() for glyph in glyphs}
    for is_bold, table in ((False, _PLAIN), (True, _BOLD))
}
_CAPITALS: Final = (
    "ALB API CDN DB DLQ DNS ECS HTTP HTTPS IAM ID IP KMS NAT NLB RDS SG SNS SQS SSM TLS URL VPC WAF"
)
"""Parts of names that are written in capitals."""
_SPELT: Final = {word.lower(): word for word in _CAPITALS.split()}
_WIDE: Final = 1.1
_WIDEST: Final = 1.4
_SPACES: Final = re.compile(r"\s+")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Units that a text of a font size takes at most."""
    table = _WIDTHS[bold]
    return sum(table.get(letter) or _unlisted(letter) for letter in text) * size


def is_measured(text: str) -> bool:
    """Whether the table has every letter, so that no face makes it wider."""
    return all(letter in _WIDTHS[False] for letter in text)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """A text on one line, without what XML forbids or what turns the writing round.

    Control characters, lone surrogates, unassigned letters and those of private use become a mark.
    """
    line = _SPACES.sub(" ", text[: LONGEST * 4]).strip()
    letters: list[str] = []
    marks = 0
    for letter in line:
        category = unicodedata.category(letter)
        marks = marks + 1 if category in ("Mn", "Me", "Mc") else 0
        if category[0] == "C":
            letters.append(STRANGE)
        elif marks <= MARKS:
            letters.append(letter)
    return _shorter("".join(letters), LONGEST)


@lru_cache(maxsize=4096)
def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """As much of a text as fits into so many units, with an ellipsis where something is left out."""
    line = clean(text)
    if width(line, size, bold=bold) <= room:
        return line
    kept = ""
    left = room - width(ELLIPSIS, size, bold=bold)
    for letter in line:
        left -= width(letter, size, bold=bold)
        if left < 0:
            break
        kept += letter
    return kept.rstrip(" ,.:;-·") + ELLIPSIS


def words(name: str) -> str:
    """A logical id as words, such as `API function` for `ApiFunction`; one that is no ASCII as it is."""
    if not name.isascii():
        return name
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^A-Za-z0-9]+", name)
    spelt = (part if part.isupper() else _SPELT.get(part.lower(), part.lower()) for part in parts)
    spaced = _SPACES.sub(" ", " ".join(spelt))
    return spaced[:1].upper() + spaced[1:]


def _shorter(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS


def _unlisted(letter: str) -> float:
    """The width of a letter that the tables do not have; what is wider all the same is cut off."""
    if unicodedata.combining(letter):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(letter) in {"N", "A", "Na", "H"} else _WIDEST

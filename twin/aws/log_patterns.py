"""What a filter pattern of CloudWatch Logs lets through: terms, a regular expression, a condition on JSON.

matches = read_pattern('{ $.level = "ERROR" && $.status >= 500 }')
matches('{"level": "ERROR", "status": 502}')

"Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail", Amazon
CloudWatch Logs User Guide. Columns (`[ip, user, ...]`) are not read here: whoever asks by them is told.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Matches = Callable[[str], bool]
    Judges = Callable[[Any], bool]

WORD: Final = re.compile(r"\w+", re.ASCII)
TERM: Final = re.compile(r'\s*(?P<sign>[?-]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]+))')
REGEX: Final = re.compile(r"%(?P<body>[^%]+)%")
FORBIDDEN: Final = re.compile(r"[^A-Za-z0-9_#=@/;,\-^$?\[\]{}|\\*+.:\s]")
"""What no regular expression of theirs may hold."""
TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) | (?P<joint>&&|\|\|)
        | (?P<selector>\$(?:\.[\w-]+|\[(?:\d+|\*|'[^']+'|"[^"]+")\])+)
        | (?P<operator>!=|<=|>=|=|<|>)
        | (?P<exists>NOT\s+EXISTS|IS\s+NULL|IS\s+TRUE|IS\s+FALSE)
        | %(?P<regex>[^%]+)% | "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<plain>[\w.*:/@-]+)
    )""",
    re.VERBOSE | re.ASCII,
)
STEP: Final = re.compile(r"""\.([\w-]+)|\[(\d+|\*)\]|\[['"]([^'"]+)['"]\]""", re.ASCII)
OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


class PatternRefused(ValueError):
    """No filter pattern is written like that."""


def read_pattern(pattern: str | None) -> Matches:
    """What a pattern lets through; none lets all through. Raises `PatternRefused`, `NotImplementedError`."""
    text = (pattern or "").strip()
    if not text:
        return lambda _: True
    if text.startswith("["):
        raise NotImplementedError("a filter pattern of columns")
    if text.startswith("{"):
        return _of_json(text)
    if whole := REGEX.fullmatch(text):
        expression = _expression(whole["body"])
        return lambda message: expression.search(message) is not None
    return _of_terms(text)


def _of_terms(text: str) -> Matches:
    """All of the plain ones and none of those with a minus; or, of question marks alone, any."""
    terms: dict[str, list[str]] = {"": [], "?": [], "-": []}
    position = 0
    while position < len(text):
        found = TERM.match(text, position)
        if found is None:
            raise PatternRefused(f"Invalid filter pattern: {text}")
        if found["plain"] and not WORD.fullmatch(found["plain"]):
            raise PatternRefused(f"Invalid character(s) in term '{found['plain']}'")
        terms[found["sign"]].append(found["plain"] or _unescaped(found["quoted"]))
        position = found.end()
    wanted, refused = terms[""], terms["-"]
    if not (wanted or refused):
        return lambda message: any(term in message for term in terms["?"])
    return lambda message: (
        all(term in message for term in wanted) and not any(term in message for term in refused)
    )


def _of_json(text: str) -> Matches:
    if not text.endswith("}"):
        raise PatternRefused(f"Invalid filter pattern: {text}")
    reader = _Reader(text[1:-1])
    judges = reader.read()

    def matches(message: str) -> bool:
        try:
            document = json.loads(message)
        except ValueError:
            return False
        return isinstance(document, dict) and judges(document)

    return matches


@dataclass(slots=True)
class _Reader:
    """Reads a condition; `&&` binds more tightly than `||`."""

    text: str
    position: int = 0

    def read(self) -> Judges:
        """The whole condition."""
        judges = self._any()
        if self.text[self.position :].strip():
            raise self._refusal()
        return judges

    def _any(self) -> Judges:
        parts = [self._all()]
        while self._take("joint", "||"):
            parts.append(self._all())
        return lambda document: any(part(document) for part in parts)

    def _all(self) -> Judges:
        parts = [self._one()]
        while self._take("joint", "&&"):
            parts.append(self._one())
        return lambda document: all(part(document) for part in parts)

    def _one(self) -> Judges:
        if self._take("open"):
            judges = self._any()
            self._need("close")
            return judges
        steps = STEP.findall(self._need("selector"))
        if word := self._take("exists"):
            return _standing(steps, " ".join(word.split()))
        compare = OPERATORS[self._need("operator")]
        for kind in ("regex", "quoted", "plain"):
            if (value := self._take(kind)) is not None:
                return _comparison(steps, compare, kind, value)
        raise self._refusal()

    def _take(self, kind: str, text: str | None = None) -> str | None:
        found = TOKEN.match(self.text, self.position)
        if found is None or found[kind] is None or text not in (None, found[kind]):
            return None
        self.position = found.end()
        return found[kind]

    def _need(self, kind: str) -> str:
        if (found := self._take(kind)) is None:
            raise self._refusal()
        return found

    def _refusal(self) -> PatternRefused:
        return PatternRefused(f"Invalid filter pattern: {{{self.text}}}")


def _standing(steps: list[tuple[str, str, str]], word: str) -> Judges:
    """Whether something is there at all, or is one of the three words of JSON."""
    if word == "NOT EXISTS":
        return lambda document: not _values(document, steps)
    wanted = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}[word]
    return lambda document: any(value is wanted for value in _values(document, steps))


def _comparison(
    steps: list[tuple[str, str, str]], compare: Callable[[Any, Any], bool], kind: str, text: str
) -> Judges:
    """A value against a number, a text with `*` for anything, or a regular expression.

    What is not there fits nothing, `!=` no more than `=`.
    """
    number = _number(text) if kind == "plain" else None
    if number is not None:
        return lambda document: any(
            compare(value, number)
            for value in _values(document, steps)
            if isinstance(value, int | float) and not isinstance(value, bool)
        )
    if compare not in (eq, ne):
        raise PatternRefused(f"Invalid filter pattern: {text} is no number")
    if kind == "regex":
        fits = _expression(text).search
    else:
        plain = _unescaped(text) if kind == "quoted" else text
        fits = re.compile(".*".join(map(re.escape, plain.split("*"))), re.DOTALL).fullmatch
    return lambda document: any(
        (fits(value if isinstance(value, str) else json.dumps(value)) is not None) == (compare is eq)
        for value in _values(document, steps)
        if not isinstance(value, dict | list)
    )


def _values(document: Any, steps: list[tuple[str, str, str]]) -> list[Any]:
    """What stands at a selector: nothing, one thing, or with `[*]` several."""
    found = [document]
    for name, index, quoted in steps:
        key = name or quoted
        if key:
            found = [one[key] for one in found if isinstance(one, dict) and key in one]
        elif index == "*":
            found = [each for one in found if isinstance(one, list) for each in one]
        else:
            found = [one[int(index)] for one in found if isinstance(one, list) and int(index) < len(one)]
    return found


def _expression(body: str) -> re.Pattern[str]:
    if FORBIDDEN.search(body):
        raise PatternRefused(f"Invalid regular expression: {body}")
    try:
        return re.compile(body, re.ASCII)
    except re.error:
        raise PatternRefused(f"Invalid regular expression: {body}") from None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)

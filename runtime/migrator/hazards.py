"""Finds what must not be sent to the database, before anything is.

Each pending file is read as the server's lexer would, so a word in a string, a comment or a function's
body is never taken for a statement. A comment `-- migrate: allow <rule> <reason>` anywhere in a file
silences that warning there.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from runtime.migrator import scanner
from runtime.migrator.clauses import NAME, clauses, plain
from runtime.migrator.hazard_rules import (
    FILE_RULES,
    MAY_NEED_NONE,
    NEEDS_NONE,
    RUN_RULES,
    Rule,
    Severity,
    matching,
)
from runtime.migrator.live_rules import LIVE_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.migrator.clauses import Clause
    from runtime.migrator.scanner import Statement, Token

__all__ = ["LARGEST", "RULES", "Hazard", "Rule", "inspect"]

RULES: Final = (*FILE_RULES, *RUN_RULES, *LIVE_RULES)
"""Every rule; each has an id, a severity and a sentence."""
LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file; the server drops the connection at a message of 1 GiB, and holds it several times."""

NAMED: Final = 3
"""How many tables a warning names."""

_BY_ID: Final = {rule.id: rule for rule in RULES}
_BY_HEAD: Final = {
    head: tuple(rule for rule in RULES if head in rule.heads) for rule in RULES for head in rule.heads
}
_READ: Final = {*_BY_HEAD, "CALL", "DO"}
"""First words of the statements that are read at all: not INSERT, which may be as large as it likes."""
_FIRST_WORD: Final = re.compile(r"[A-Za-z]*")
_CREATED: Final = (
    r"CREATE (?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN) )*(?:TABLE|MATERIALIZED VIEW) "
    rf"(?:IF NOT EXISTS )?(?P<name>{NAME})"
)
_MARK: Final = "-- no-transaction"
_MEANT: Final = re.compile(r"-- no-transaction|(?i:--[-\s]*no[-_ ]?transaction[\s.:]*$)")
_NOTE: Final = re.compile(r"--\s*migrate:\s*(?P<words>.*)")


@dataclass(frozen=True, slots=True)
class Hazard:
    """A place in a file where a rule is broken; `line` and `column` count from 1, in characters."""

    rule: str
    severity: Severity
    file: str
    line: int
    column: int
    sentence: str

    def render(self) -> str:
        """`file:line:column: sentence [rule]`."""
        return f"{self.file}:{self.line}:{self.column}: {self.sentence} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class _Finding:
    rule: Rule
    offset: int
    what: tuple[str, ...] = ()
    """The tables, or the statement, or what else it is about."""

    @property
    def sentence(self) -> str:
        more = f" and {len(self.what) - NAMED} more" if len(self.what) > NAMED else ""
        named = ", ".join(self.what[:NAMED])
        return f"{named}{more}: {self.rule.sentence}" if named else self.rule.sentence


def inspect(name: str, text: str, *, no_transaction: bool) -> tuple[Hazard, ...]:
    """Every hazard of a file, in the order of their places; `name` is what they call the file.

    A warning is given once, at its first place, and names the tables. `text` is the whole file, a byte
    order mark included.
    """
    size = len(text) if text.isascii() else len(text.encode())
    if size > LARGEST:
        findings = [_finding("too-large", 0, f"{size:,} bytes of at most {LARGEST:,}")]
    else:
        findings = _findings(text, no_transaction=no_transaction)
    lines = scanner.Lines(text if findings else "")
    return tuple(
        Hazard(
            finding.rule.id, finding.rule.severity, name, *lines.position(finding.offset), finding.sentence
        )
        for finding in findings
    )


def _finding(rule: str, offset: int, *what: str) -> _Finding:
    return _Finding(_BY_ID[rule], offset, what)


def _findings(text: str, *, no_transaction: bool) -> list[_Finding]:
    readable = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text
    notes = _notes(readable)
    findings = [
        *_bytes(text),
        *_misplaced(readable),
        *_of_statements(readable, no_transaction=no_transaction),
        *(_finding("psql-command", note.start) for note in notes if note.kind == "meta"),
    ]
    findings = [*_silenced(findings, [note for note in notes if note.kind == "comment"])]
    return _once(_without_data(sorted(findings, key=lambda finding: finding.offset)))


def _once(findings: Sequence[_Finding]) -> list[_Finding]:
    """The findings, with those of one warning about statements made into one."""
    kept: dict[object, _Finding] = {}
    for finding in findings:
        mergeable = finding.rule.pattern and finding.rule.severity == "warning"
        key = finding.rule.id if mergeable else (finding.rule.id, finding.offset)
        first = kept.get(key, finding)
        kept[key] = replace(first, what=tuple(dict.fromkeys((*first.what, *finding.what))))
    return list(kept.values())


def _without_data(findings: list[_Finding]) -> list[_Finding]:
    """Those up to the first COPY, for what follows it is rows, and no SQL."""
    copies = [finding.offset for finding in findings if finding.rule.id == "copy-with-client"]
    return [finding for finding in findings if not copies or finding.offset <= copies[0]]


def _bytes(text: str) -> Iterator[_Finding]:
    if text.startswith("\ufeff"):
        yield _finding("byte-order-mark", 0)
    if (nul := text.find("\0")) >= 0:
        yield _finding("nul-byte", nul)


def _misplaced(text: str) -> Iterator[_Finding]:
    if text.startswith(_MARK):
        return
    for comment in takewhile(lambda token: token.kind == "comment", _readable(scanner.tokens(text))):
        if _MEANT.match(comment.text):
            yield _finding("misplaced-no-transaction", comment.start)


def _notes(text: str) -> list[Token]:
    """What is said to this program, and to psql; few files say anything to either."""
    if "\\" not in text and "migrate:" not in text:
        return []
    return [token for token in _readable(scanner.chunks(text)) if token.kind in ("comment", "meta")]


def _readable(tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens up to what is never closed, which is a finding of its own."""
    with suppress(scanner.Unterminated):
        yield from tokens


def _of_statements(text: str, *, no_transaction: bool) -> Iterator[_Finding]:
    created = _Tables()
    starts: list[int] = []
    has_reason = False
    try:
        for statement in scanner.statements(text):
            starts.append(statement.start)
            for clause in _clauses(statement):
                has_reason = has_reason or not no_transaction or _has_reason(clause)
                yield from _broken(clause, created, no_transaction=no_transaction)
                created.add(clause)
    except scanner.Unterminated as error:
        yield _finding("unterminated", error.offset, f"the {error.what}, without its {error.closer}")
        return
    if not starts:
        yield _finding("empty-file", 0)
    elif no_transaction and not has_reason:
        yield _finding("needless-no-transaction", 0)
    if no_transaction and len(starts) > 1:
        yield _finding("several-statements", starts[1])


def _has_reason(clause: Clause) -> bool:
    return bool(matching(NEEDS_NONE, clause.text) or matching(MAY_NEED_NONE, clause.text))


def _clauses(statement: Statement) -> Iterator[Clause]:
    return clauses(statement) if _head(statement.text) in _READ else iter(())


def _head(text: str) -> str:
    word = _FIRST_WORD.match(text)
    return word[0].upper() if word else ""


def _broken(clause: Clause, created: _Tables, *, no_transaction: bool) -> Iterator[_Finding]:
    """The rules that a clause breaks."""
    for rule in _BY_HEAD.get(_head(clause.text), ()):
        if (rule.in_transaction and no_transaction) or not (found := rule.match(clause)):
            continue
        names = next(filter(None, found.groupdict().values()), clause.table)
        tables = [plain(name.removeprefix("ONLY ")) for name in names.split(" , ")] if names else []
        if not (rule.live and created.hold(tables)):
            what = [found[0].strip()] if rule.in_transaction or rule.live else []
            yield _finding(rule.id, clause.offset, *(tables or what))


class _Tables:
    """The tables that a file has created so far."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def add(self, clause: Clause) -> None:
        """Remember what a clause creates."""
        if created := matching(_CREATED, clause.text):
            name = plain(created["name"])
            self._names.setdefault(name.rpartition(".")[2], set()).add(name)

    def hold(self, tables: Sequence[str]) -> bool:
        """Whether all of them were created here; a name without its schema may be in any."""
        return bool(tables) and all(self._holds(table) for table in tables)

    def _holds(self, table: str) -> bool:
        last = table.rpartition(".")[2]
        same = self._names.get(last, set())
        return table in same or last in same or bool(same and table == last)


def _silenced(findings: Sequence[_Finding], comments: Sequence[Token]) -> Iterator[_Finding]:
    """The findings without those that a comment allows, and what is wrong with such comments."""
    warnings = {finding.rule.id for finding in findings if finding.rule.severity == "warning"}
    allowed = set()
    for comment in comments:
        if note := _NOTE.match(comment.text):
            rule, complaint = _allowed(note["words"], warnings)
            allowed.add(rule)
            if complaint:
                yield _finding("unclear-allow", comment.start, complaint)
    yield from (finding for finding in findings if finding.rule.id not in allowed)


def _allowed(words: str, broken: set[str]) -> tuple[str, str]:
    """The rule that a comment silences, or what is wrong with it."""
    verb, rule, reason = (*words.split(maxsplit=2), "", "", "")[:3]
    if verb != "allow" or not rule:
        return "", repr(words)
    if rule not in _BY_ID:
        from difflib import get_close_matches

        near = get_close_matches(rule, _BY_ID, n=1)
        return "", f"no rule is called {rule!r}" + (f" (near: {near[0]})" if near else "")
    if _BY_ID[rule].severity == "error":
        return "", f"{rule} is an error, which nothing silences"
    if rule not in broken:
        return "", f"nothing in this file breaks {rule}"
    return (rule, "") if reason else ("", f"{rule} is allowed without a reason")

"""Prints what an inspection found, for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

from ops.package.inspect.check import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.package.inspect.inspecting import Inspection, Result

MOST_LINES: Final = 8
"""Lines of evidence that a person is shown of one check; --json has all."""
LEAST_ROOM: Final = 20
"""Letters of a line beside its indent, on a terminal however narrow."""
TROUBLE: Final = (Outcome.FAILED, Outcome.WARNED, Outcome.UNKNOWN)


def render(found: Inspection, width: int | None) -> str:
    """The whole report: what it is, every check, and what to do.

    Args:
        found: What was found.
        width: Letters in a line of the terminal; None for lines that are whole, however long.
    """
    counted = Counter(result.verdict.outcome for result in found.results)
    lines = [*_head(found, width), "", *_table(found.results, width)]
    for outcome in TROUBLE:
        for result in found.results:
            if result.verdict.outcome is outcome:
                lines += ["", *_trouble(result, width)]
    sums = ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome if counted[outcome])
    return "\n".join([*lines, "", sums])


def _head(found: Inspection, width: int | None) -> Iterator[str]:
    files = "1 file" if found.files == 1 else f"{found.files:,} files"
    sizes = f"{found.zipped:,} bytes zipped, {found.unzipped:,} unzipped"
    yield from _lines(f"{found.path}: {files}, {sizes}", width, "", "  ")
    for word, value in (("runtime", found.target.runtime.name), ("architecture", found.target.architecture)):
        why = found.target.guessed.get(word)
        yield from _lines(value + (f", guessed: {why}" if why else ""), width, f"  {word:<12}  ")
    *handlers, last = found.handlers or ("unknown",)
    for number, handler in enumerate([*handlers, f"{last} ({found.handlers_why})"]):
        yield from _lines(handler, width, f"  {'' if number else 'handler':<12}  ")


def _table(results: tuple[Result, ...], width: int | None) -> Iterator[str]:
    """A line for each check, or as many as what was found takes; trouble, told in full below, has one."""
    first = max(len(result.check.id) for result in results)
    second = max(len(outcome) for outcome in Outcome)
    yield f"  {'check':<{first}}  {'result':<{second}}  found"
    for result in results:
        evidence = _printable(result.verdict.evidence[0])
        others = len(result.verdict.evidence) - 1
        more = f" (and {others:,} more)" if others else ""
        start = f"  {result.check.id:<{first}}  {result.verdict.outcome:<{second}}  "
        if width is not None and result.verdict.outcome in TROUBLE:
            room = max(width - len(start), LEAST_ROOM) - len(more)
            yield start + (evidence if len(evidence) <= room else f"{evidence[: room - 1]}…") + more
        else:
            yield from _lines(evidence + more, width, start)


def _trouble(result: Result, width: int | None) -> Iterator[str]:
    evidence = result.verdict.evidence
    yield from _lines(
        f"{result.verdict.outcome}: {result.check.id}: {result.check.sentence}", width, "", "  "
    )
    for line in evidence[:MOST_LINES]:
        yield from _lines(line, width, "  ", "    ")
    if len(evidence) > MOST_LINES:
        yield f"  and {len(evidence) - MOST_LINES} more, by --json"
    yield from _lines(f"remedy: {result.remedy}", width, "  ", "    ")


def _lines(text: str, width: int | None, start: str, indent: str | None = None) -> list[str]:
    """A text behind its start, in lines of the width; words, which may be paths, stay whole."""
    text = _printable(text)
    if width is None:
        return [start + text]
    behind = " " * len(start) if indent is None else indent
    return textwrap.wrap(
        text,
        max(width, len(behind) + LEAST_ROOM),
        initial_indent=start,
        subsequent_indent=behind,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _printable(text: str) -> str:
    """The text without what could command a terminal or end a line: names in a zip are anybody's."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)

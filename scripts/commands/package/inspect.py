"""`miyabi package inspect`: check a zip, and print what was found."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final

from ops.package.inspect.check import Outcome
from ops.package.inspect.errors import InspectError
from ops.package.inspect.inspecting import inspect
from scripts.commands.migrate.tables import table
from scripts.exit_codes import Exit
from scripts.talk import refuse, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.package.inspect.inspecting import Inspection, Result

MOST_LINES: Final = 8
"""Lines of evidence that a person is shown of one check; --json has all."""
WIDEST: Final = 72
"""Letters of evidence in the table; trouble is told in full below it."""
TROUBLE: Final = (Outcome.FAILED, Outcome.WARNED, Outcome.UNKNOWN)


def run(
    zip_file: Path,
    *,
    runtime: str | None,
    architecture: str | None,
    handler: str | None,
    as_json: bool,
) -> int:
    """Inspect a zip; returns the exit code, 4 where a check failed."""
    try:
        today = date.today()  # noqa: DTZ011  (the operator's own calendar day)
        found = inspect(zip_file, as_of=today, runtime=runtime, architecture=architecture, handler=handler)
    except InspectError as error:
        refuse(error)
    show(json.dumps(found.document(), indent=2) if as_json else _printable(render(found)))
    return Exit.RULE_BROKEN if found.failed else Exit.DONE


def render(found: Inspection) -> str:
    """The whole report for a person: what it is, every check in a line, and what to do."""
    rows = [(result.check.id, result.verdict.outcome.value, _summary(result)) for result in found.results]
    lines = [*_head(found), "", *table(("check", "result", "found"), rows)]
    for outcome in TROUBLE:
        for result in found.results:
            if result.verdict.outcome is outcome:
                lines += ["", *_trouble(result)]
    counted = Counter(result.verdict.outcome for result in found.results)
    return "\n".join(
        [*lines, "", ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome if counted[outcome])]
    )


def _head(found: Inspection) -> Iterator[str]:
    files = "1 file" if found.files == 1 else f"{found.files:,} files"
    yield f"{found.path}: {files}, {found.zipped:,} bytes zipped, {found.unzipped:,} unzipped"
    for word, value in (("runtime", found.target.runtime.name), ("architecture", found.target.architecture)):
        why = found.target.guessed.get(word)
        yield f"  {word:<12}  {value}" + (f", guessed: {why}" if why else "")
    yield f"  {'handler':<12}  {', '.join(found.handlers) or 'unknown'} ({found.handlers_why})"


def _summary(result: Result) -> str:
    evidence = result.verdict.evidence
    more = f" (and {len(evidence) - 1:,} more)" if len(evidence) > 1 else ""
    room = WIDEST - len(more)
    return (evidence[0] if len(evidence[0]) <= room else f"{evidence[0][: room - 1]}…") + more


def _trouble(result: Result) -> Iterator[str]:
    yield f"{result.verdict.outcome}: {result.check.id}: {result.check.sentence}"
    yield from (f"  {line}" for line in result.verdict.evidence[:MOST_LINES])
    if len(result.verdict.evidence) > MOST_LINES:
        yield f"  and {len(result.verdict.evidence) - MOST_LINES} more, by --json"
    yield f"  remedy: {result.remedy}"


def _printable(text: str) -> str:
    """The text without what could command a terminal: names in a zip are anybody's."""
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)

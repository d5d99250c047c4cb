"""Tells what a request has left behind: what the caller, the logs and the figures show, and what mends it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scripts.commands.rehearse.caveats import listed
from scripts.commands.rehearse.lines import telling, troubles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.doctor.diagnosing import Diagnosis
    from scripts.commands.rehearse.table import Table
    from twin.faults.catalogue import Fault
    from twin.faults.observing import Observation

WELL: Final = 200
COUNTS: Final = ("Count", "4xx", "5xx", "Invocations", "Errors", "Throttles")
"""Figures that are counts, in the order of a request's way; how long something took is in its lines."""
WHOSE: Final = {"AWS/ApiGateway": "API", "AWS/Lambda": "function"}
MOST_LINES: Final = 4
"""Log lines that are shown of one request; `--json` has all."""
MOST_TOLD: Final = 220
"""Characters of one of them."""
MOST_ALIKE: Final = 6
"""Faults that are named of those which leave what was seen."""
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Look:
    """What one request has shown, and under which circumstances.

    Attributes:
        name: Of the circumstances, such as a fault's.
        unexpected: What is otherwise than was to be expected, a sentence each.
        given: What was changed before, a sentence each.
        mend: What to do about it.
        foretold: Whether there is an expectation at all.
        alike: Faults that leave what was seen, where nobody knows what is wrong.
        diagnosis: What the doctor says of it, if that is asked.
    """

    name: str
    seen: Observation
    unexpected: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    mend: str | None = None
    foretold: bool = False
    alike: tuple[Fault, ...] = ()
    diagnosis: Diagnosis | None = None

    @property
    def is_well(self) -> bool:
        """Whether the API answered as it does when its database has answered."""
        return self.seen.answer.status == WELL


def tell_look(table: Table, look: Look) -> None:
    """Tell what a request has left behind besides its answer's status."""
    for sentence in look.given:
        table.note("changed", sentence)
    table.note("caller", _caller(look.seen))
    for name, line in zip(("log", *[""] * MOST_LINES * 2), _logs(look.seen), strict=False):
        table.note(name, line)
    table.note("metrics", figures(look.seen))
    for sentence in look.unexpected:
        table.note("not foretold", sentence, is_wrong=True)
    if look.foretold and not look.unexpected:
        table.note("foretold", "all of it")
    if look.mend:
        table.note("mend", look.mend)
    _tell_alike(table, look.alike)


def figures(seen: Observation) -> str:
    """Such as `API Count 1, 5xx 1; function none`."""
    parts = []
    for space, whose in WHOSE.items():
        found = {name: seen.metrics[place, name] for place, name in seen.metrics if place == space}
        told = [f"{name} {found[name]:g}" for name in COUNTS if found.get(name)]
        parts.append(f"{whose} {', '.join(told)}" if told else f"{whose} none")
    return "; ".join(parts)


def _caller(seen: Observation) -> str:
    statuses = [answer.status for answer in seen.answers]
    first = seen.answer
    if len(set(statuses)) > 1:
        counted = [f"{count} answered {status}" for status, count in Counter(statuses).most_common()]
        return f"{len(statuses)} at once: {listed(counted)}"
    body = cut(_TAG.sub(" ", first.body) if first.body.startswith("<") else first.body, MOST_TOLD)
    return f"{first.status} {body or 'without a body'} after {first.seconds:.2f} s"


def _logs(seen: Observation) -> Iterator[str]:
    lines = [cut(line, MOST_TOLD) for line in telling(seen.lines)]
    if not seen.streams:
        yield "no stream: the function has written nothing"
    elif not lines:
        yield "nothing but Lambda's own lines"
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"... and {len(lines) - MOST_LINES} more, which --json has"
    for line in (seen.access_lines or ())[:1]:
        found = [trouble for trouble in troubles(line) if trouble not in seen.answer.body]
        yield from (f"gateway: {cut(trouble, MOST_TOLD)}" for trouble in found)


def _tell_alike(table: Table, faults: Sequence[Fault]) -> None:
    for place, fault in enumerate(faults[:MOST_ALIKE]):
        table.note("" if place else "it may be", f"{fault.id}: {fault.title}")
    if len(faults) > MOST_ALIKE:
        table.note("", f"or {listed([fault.id for fault in faults[MOST_ALIKE:]])}; see --list-faults")
    if len(faults) == 1:
        table.note("mend", faults[0].mend)


def cut(text: str, width: int) -> str:
    """A text in one line of so many characters at most."""
    text = " ".join(text.split())
    return text if len(text) <= width else f"{text[: width - 3]}..."

"""What a rehearsal came to, for people and for programs."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.faults.observing import Observation
    from twin.rehearsing.load import Load
    from twin.rehearsing.timing import Step

NAME_WIDTH: Final = 16
FOUND_WIDTH: Final = 74
WELL: Final = 200
UNCHANGED: Final = "unchanged"
"""What a deployment says of a stack that was as it should be."""
COUNTS: Final = ("Count", "4xx", "5xx", "Invocations", "Errors", "Throttles")
FRAME: Final = ("START", "END", "INIT_START")
"""What Lambda writes around every invocation."""
SUBJECT: Final = re.compile(r"((?:function|distribution|database|rule) )(\S+)(.*)", re.DOTALL)
MOST_LINES: Final = 4
"""Log lines that are shown of one request; `--json` has all."""
MOST_TOLD: Final = 200
"""Characters of one of them."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one request has shown, and under which circumstances."""

    name: str
    seen: Observation
    unexpected: tuple[str, ...] = ()
    """What is otherwise than was to be expected, a sentence each."""

    @property
    def is_well(self) -> bool:
        """Whether the API answered as it does when its database has answered."""
        return self.seen.answer.status == WELL


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done while a client kept asking."""

    name: str
    load: Load


@dataclass(slots=True)
class Told:
    """All that a rehearsal has to tell."""

    environment: str
    steps: list[Step] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    substitutions: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    seconds: float = 0.0
    is_well: bool = False
    """Whether the last look found what it was to find."""


def tell_step(step: Step) -> None:
    """Tell a step as soon as it has ended, unless it found nothing to do."""
    if step.found == UNCHANGED:
        return
    mark = " " if step.succeeded else "!"
    found = _cut(step.found, FOUND_WIDTH)
    talk(f"{mark} {step.name:{NAME_WIDTH}} {found:{FOUND_WIDTH}} {step.seconds:6.2f} s")


def tell_look(look: Look) -> None:
    """Tell what a request has left behind besides its answer."""
    for line in _left_behind(look.seen):
        talk(f"  {'':{NAME_WIDTH}} {line}")
    for sentence in look.unexpected:
        talk(f"! {'':{NAME_WIDTH}} {sentence}")


def show_all(told: Told, *, as_json: bool) -> None:
    """Print what came of the whole."""
    if as_json:
        show(json.dumps(document(told), indent=2, ensure_ascii=False))
        return
    verdict = "is well" if told.is_well else "is not well"
    lines = [f"{told.environment} {verdict}, rehearsed in {told.seconds:.1f} s"]
    lines += [f"meanwhile, {change.name}: {change.load.summary}" for change in told.changes]
    lines += _listed("Stands in for something else here:", _together(told.substitutions))
    lines += _listed("Deployed, and without effect here:", _together(told.unchecked))
    show("\n".join(lines))


def document(told: Told) -> dict[str, Any]:
    """The same as data."""
    return {
        "environment": told.environment,
        "well": told.is_well,
        "seconds": round(told.seconds, 3),
        "steps": [asdict(step) | {"seconds": round(step.seconds, 3)} for step in told.steps],
        "looks": [
            {
                "name": look.name,
                "status": look.seen.answer.status,
                "body": look.seen.answer.body,
                "seconds": round(look.seen.answer.seconds, 3),
                "streams": list(look.seen.streams),
                "lines": list(look.seen.lines),
                "access_lines": None if look.seen.access_lines is None else list(look.seen.access_lines),
                "metrics": {f"{space} {name}": value for (space, name), value in look.seen.metrics.items()},
                "unexpected": list(look.unexpected),
            }
            for look in told.looks
        ],
        "changes": [
            {
                "name": change.name,
                "requests": len(change.load.answers),
                "left_out": change.load.skipped,
                "failed": [
                    {"after_seconds": round(answer.asked, 3), "found": answer.health.found}
                    for answer in change.load.failures
                ],
            }
            for change in told.changes
        ],
        "substitutions": told.substitutions,
        "unchecked": told.unchecked,
    }


def _left_behind(seen: Observation) -> list[str]:
    """Streams, figures and lines, as far as a person reads them."""
    counted = ", ".join(f"{name} {value:g}" for name, value in _counts(seen) if value)
    streams = {0: "no log stream", 1: "1 log stream"}.get(
        len(seen.streams), f"{len(seen.streams)} log streams"
    )
    lines = dict.fromkeys(_cut(line, MOST_TOLD) for line in seen.lines if not line.startswith(FRAME))
    left_out = len(lines) - MOST_LINES
    more = [f"... and {left_out} more lines, which --json has"] if left_out > 0 else []
    access = [f"access log: {_cut(line, MOST_TOLD)}" for line in seen.access_lines or ()]
    return [f"{streams}; {counted or 'nothing was counted'}", *list(lines)[:MOST_LINES], *more, *access[:1]]


def _counts(seen: Observation) -> list[tuple[str, float]]:
    """The figures that are counts; how long something took is in its lines."""
    return [(name, seen.metrics[space, name]) for space, name in sorted(seen.metrics) if name in COUNTS]


def _together(sentences: Sequence[str]) -> list[str]:
    """The same with sentences in one that say the same of several things: `function a runs ...`."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for sentence in sentences:
        found = SUBJECT.match(sentence)
        kind, name, rest = found.groups() if found else ("", "", sentence)
        grouped.setdefault((kind, rest), []).append(name)
    return [f"{kind}{' and '.join(names)}{rest}" if kind else rest for (kind, rest), names in grouped.items()]


def _listed(head: str, sentences: Sequence[str]) -> list[str]:
    return ["", head, *(f"- {sentence}" for sentence in sentences)] if sentences else []


def _cut(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else f"{text[: width - 3]}..."

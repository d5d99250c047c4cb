"""What a rehearsal came to, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from scripts.commands.doctor.telling import document as diagnosed
from scripts.commands.rehearse.caveats import compact
from scripts.commands.rehearse.table import width, wrapped
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.commands.rehearse.story import Look
    from twin.rehearsing.load import Load
    from twin.rehearsing.timing import Step


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done while a client kept asking."""

    name: str
    load: Load


@dataclass(slots=True)
class Told:
    """All that a rehearsal has to tell."""

    environment: str
    """The one that was deployed last."""
    steps: list[Step] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    honoured: list[str] = field(default_factory=list)
    substitutions: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    seconds: float = 0.0
    is_well: bool = False
    """Whether everything was as it is to be: 200 in the end, or each fault as foretold; nobody disturbed."""


def show_all(told: Told, *, as_json: bool) -> None:
    """Print what came of the whole."""
    if as_json:
        show(json.dumps(document(told), indent=2, ensure_ascii=False))
        return
    lists = (
        ("Honoured, as it is read back:", told.honoured),
        ("Stands in for something else:", compact(told.substitutions)),
        (
            "Without effect here (docs/rehearsing.md has what is so in every rehearsal):",
            compact(told.unchecked),
        ),
    )
    lines = [line for head, sentences in lists for line in _listed(head, sentences)]
    ending = wrapped(f"{verdict(told)}; rehearsed in {told.seconds:.1f} s", width())
    show("\n".join([*lines, "", *ending]))


def verdict(told: Told) -> str:
    """Whether all is well, in a sentence: of the environment, of its faults, and of who asked meanwhile."""
    return "; ".join(_verdicts(told))


def document(told: Told) -> dict[str, Any]:
    """The same as data."""
    return {
        "environment": told.environment,
        "well": told.is_well,
        "seconds": round(told.seconds, 3),
        "steps": [asdict(step) | {"seconds": round(step.seconds, 3)} for step in told.steps],
        "looks": [_look(look, told.environment) for look in told.looks],
        "changes": [_change(change) for change in told.changes],
        "honoured": told.honoured,
        "substitutions": told.substitutions,
        "unchecked": told.unchecked,
    }


def _look(look: Look, environment: str) -> dict[str, Any]:
    seen = look.seen
    return {
        "name": look.name,
        "given": list(look.given),
        "status": seen.answer.status,
        "body": seen.answer.body,
        "seconds": round(seen.answer.seconds, 3),
        "streams": list(seen.streams),
        "lines": list(seen.lines),
        "access_lines": None if seen.access_lines is None else list(seen.access_lines),
        "metrics": {f"{space} {name}": value for (space, name), value in seen.metrics.items()},
        "unexpected": list(look.unexpected),
        "mend": look.mend,
        "alike": [fault.id for fault in look.alike],
    } | ({"diagnosis": diagnosed(environment, look.diagnosis)} if look.diagnosis else {})


def _change(change: Change) -> dict[str, Any]:
    return {
        "name": change.name,
        "requests": len(change.load.answers),
        "left_out": change.load.skipped,
        "failed": [
            {"after_seconds": round(answer.asked, 3), "found": answer.health.found}
            for answer in change.load.failures
        ],
    }


def _verdicts(told: Told) -> Iterator[str]:
    plain = [look for look in told.looks if not look.foretold]
    if plain:
        is_well = "well" if plain[-1].is_well else f"not well: it answers {plain[-1].seen.answer.status}"
        yield f"{told.environment} is {is_well}"
    foretold = [look for look in told.looks if look.foretold]
    if otherwise := [look.name for look in foretold if look.unexpected]:
        yield f"otherwise than foretold: {', '.join(otherwise)}"
    elif foretold:
        yield "what was broken showed as foretold"
    if told.changes:
        asked = sum(len(change.load.answers) for change in told.changes)
        failed = sum(len(change.load.failures) for change in told.changes)
        yield f"of {asked} requests meanwhile {failed or 'none'} failed"


def _listed(head: str, sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    lines = ["", *wrapped(head, width())]
    for sentence in sentences:
        first, *others = wrapped(sentence, width() - 2)
        lines += [f"- {first}", *(f"  {each}" for each in others)]
    return lines

"""`miyabi adopt production --phases`: the way from what was adopted, phase by phase; AWS is not asked."""

from __future__ import annotations

import json
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from cost.money import cents, plain
from ops.adopting.phases import GOAL, NoSuchPhase
from ops.adopting.way import steps
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from ops.adopting.way import Step

WIDTH: Final = 100
"""Letters of a line."""


def run(env: str, *, as_json: bool) -> int:
    """Print the phases; returns the exit code."""
    return ended(lambda: _run(env, as_json=as_json), as_json=as_json)


def _run(env: str, *, as_json: bool) -> int:
    if env != GOAL:
        raise NoSuchPhase(env, 1, 0)
    found = steps()
    if as_json:
        show(json.dumps([_document(step) for step in found], indent=2, ensure_ascii=False))
    else:
        show("\n\n".join("\n".join(_lines(step)) for step in found))
    return Exit.DONE


def _document(step: Step) -> dict[str, Any]:
    phase = step.phase
    return {
        "number": phase.number,
        "name": phase.name,
        "stacks": list(phase.stacks),
        "does": phase.does,
        "interrupts": phase.interrupts,
        "back": phase.back,
        "monthly": None if step.monthly is None else plain(step.monthly),
    }


def _lines(step: Step) -> Iterator[str]:
    phase, before, after = step.phase, _priced(step.monthly_before), _priced(step.monthly)
    yield f"phase {phase.number}, {phase.name}: {before} -> {after} a month"
    for name, text in (
        ("does", phase.does),
        ("interrupts", phase.interrupts),
        ("back", phase.back),
        ("by", f"miyabi deploy {GOAL} --phase {phase.number}"),
    ):
        yield fill(text, WIDTH, initial_indent=f"  {name:<12}", subsequent_indent=" " * 14)


def _priced(amount: Decimal | None) -> str:
    return "not priced" if amount is None else f"${cents(amount)}"

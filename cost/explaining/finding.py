"""Which line of an estimate a word means."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from cost.errors import LineUnknown
from cost.estimate import UNTOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cost.estimate import Estimate
    from cost.lines import Line

SHOWN = 5
"""Lines that a refusal names."""


def find_line(estimate: Estimate, text: str) -> Line:
    """The line that a word means; raises LineUnknown.

    Args:
        estimate: Whose lines.
        text: `Database`, `Database/storage` or `database.Database/storage`; the beginning of a component is
            enough, in capital letters or not, and the resource alone where it has one line.

    """
    wanted, _, component = text.partition("/")
    of_resource = [line for line in estimate.lines if wanted in _names(line)] or [
        line for line in estimate.lines if wanted.lower() in map(str.lower, _names(line))
    ]
    if not of_resource:
        raise LineUnknown(text, _absence(estimate, wanted), _nearest(text, estimate.lines))
    exact = [line for line in of_resource if line.component.lower() == component.strip().lower()]
    beginning = component.strip().lower()
    found = exact or [line for line in of_resource if line.component.lower().startswith(beginning)]
    if not found:
        raise LineUnknown(text, "no line", [f"{wanted} has {_listed(of_resource)}"])
    if len(found) > 1:
        raise LineUnknown(text, f"{len(found)} lines", [f"name one of {_listed(found)}"])
    return found[0]


def called(line: Line) -> str:
    """How to write a line in full: `database.Database/storage`."""
    return f"{line.resource}/{line.component}"


def _names(line: Line) -> tuple[str, str]:
    return line.resource.logical_id, str(line.resource)


def _absence(estimate: Estimate, wanted: str) -> str:
    left_out = {resource.logical_id: reason for resource, reason in estimate.not_priced}
    left_out |= {each.resource.logical_id: f"{each.name}: {each.reason}" for each in estimate.unknowns}
    name = wanted.rpartition(".")[2]
    if name in left_out:
        return f"no line, since it is not priced ({left_out[name]})"
    if name in {resource.logical_id for resource in estimate.assumptions.get(UNTOLD, ())}:
        return "no line, since nothing is told of its use (a file for --usage tells it)"
    return "no line"


def _nearest(text: str, lines: Sequence[Line]) -> list[str]:
    """The lines that look most like it, or else the largest ones."""
    written: dict[str, Line] = {}
    for line in lines:
        for name in _names(line):
            written.setdefault(name.lower(), line)
            written.setdefault(f"{name}/{line.component}".lower(), line)
    near = get_close_matches(text.lower(), written, n=SHOWN, cutoff=0.5)
    chosen = [written[name] for name in near] or sorted(lines, key=lambda line: -line.amount())[:SHOWN]
    if not chosen:
        return ["the estimate has no lines at all"]
    return [f"{'near are' if near else 'the largest are'} {_listed(chosen)}"]


def _listed(lines: Sequence[Line]) -> str:
    return ", ".join(dict.fromkeys(called(line) for line in lines))

"""Looks for what was changed by hand, and prints it property by property."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ops.log_lines import escaped
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.drifting import Drift, Resource

SAYS = {"ADD": "not in the template", "REMOVE": "gone"}
"""Differences of which one side says enough."""


def run(env: str, stacks: Sequence[str], *, as_json: bool) -> int:
    """Print what differs; returns the exit code."""
    return ended(lambda: _run(env, stacks, as_json=as_json), as_json=as_json)


def _run(env: str, stacks: Sequence[str], *, as_json: bool) -> int:
    from ops.drifting import look
    from ops.live import Live
    from ops.wanted import Wanted
    from stacks.build import files
    from stacks.loading import load_environment
    from stacks.synthesis import synthesise

    environment = load_environment(env)
    found = look(Live(environment), Wanted.of(files(synthesise(environment))), stacks, talk)
    if as_json:
        document = {"environment": environment.name, "stacks": [one.document() for one in found]}
        show(json.dumps(document, indent=2))
    else:
        show("\n".join(lines(found)))
    if any(one.is_drifted for one in found):
        return Exit.CHANGES
    return Exit.UNDECIDED if any(one.unasked for one in found) else Exit.DONE


def lines(drifts: Sequence[Drift]) -> Iterator[str]:
    """What is printed for people."""
    for drift in drifts:
        count = len(drift.resources) + len(drift.beside)
        told = "no drift" if not count else f"{count} {'thing differs' if count == 1 else 'things differ'}"
        yield f"{drift.stack:<15}{told}"
        for resource in drift.resources:
            yield from _resource(resource)
        for beside in drift.beside:
            yield f"  {escaped(beside.what)}"
            yield f"    expected {escaped(beside.expected)}"
            yield f"    actual   {escaped(beside.actual)}"
            yield f"    {beside.remedy}"
        for reason in drift.unasked:
            yield f"  not looked at: {escaped(reason)}"


def _resource(resource: Resource) -> Iterator[str]:
    gone = " was deleted" if resource.status == "DELETED" else ""
    yield f"  {resource.logical_id} ({resource.type}, {escaped(resource.physical_id)}){gone}"
    for one in resource.properties:
        yield f"    {escaped(one.path)}" + (f": {SAYS[one.kind]}" if one.kind in SAYS else "")
        if one.kind != "ADD":
            yield f"      expected {escaped(one.expected or '')}"
        if one.kind != "REMOVE":
            yield f"      actual   {escaped(one.actual or '')}"

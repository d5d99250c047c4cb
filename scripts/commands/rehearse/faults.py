"""The faults of `miyabi rehearse`: injects some, plays the history of the report."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from scripts.commands.rehearse.story import Look, tell_look
from twin.faults.catalogue import find
from twin.faults.history import play
from twin.faults.injecting import FaultRefused, injected, refuse_missing
from twin.faults.injectors.permission import grant
from twin.faults.observing import observe, unexpected, without_secrets
from twin.faults.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ops.doctor.diagnosing import Diagnosis
    from scripts.commands.rehearse.table import Table
    from twin.rehearsing.rehearsal import Rehearsal

    Doctor = Callable[[], Diagnosis]
    """Says what is wrong at that moment."""


def refuse_unshown(names: Sequence[str]) -> None:
    """Raise FaultUnknown or FaultRefused for a fault that can't be shown, whatever is deployed."""
    for name in names:
        fault, way = find(name)
        if way is None:
            raise FaultRefused(fault.id, str(fault.no_local_meaning))


def permit(rehearsal: Rehearsal) -> None:
    """Give API Gateway the permission to invoke the function, as somebody would by hand."""
    with rehearsal.steps.step("permission") as found:
        found.append(grant(rehearsal.twin, Targets.of(rehearsal.twin.deployed)).did)


def broken(
    rehearsal: Rehearsal,
    names: Sequence[str],
    table: Table,
    left: ExitStack | None = None,
    doctor: Doctor | None = None,
) -> Iterator[Look]:
    """Inject faults one after the other, each into what is well again, and see what it changes.

    Args:
        rehearsal: What is broken.
        names: As --fault takes them.
        table: Where it is told.
        left: Takes the last fault away when it is closed; without it that is undone as the others are.
        doctor: Asked of each fault as well, after its request.

    Raises:
        FaultRefused: One has no meaning for the environment; before any is injected.
    """
    if names:
        table.head("faults, each into what is as it was deployed")
    for name in names:
        refuse_missing(rehearsal.twin, name)
    for place, name in enumerate(names, 1):
        with ExitStack() as undone:
            look = _shown(rehearsal, name, undone)
            tell_look(table, look)
            yield _consulted(look, doctor)
            if left is not None and place == len(names):
                left.push(undone.pop_all())


def _shown(rehearsal: Rehearsal, name: str, undone: ExitStack) -> Look:
    """Inject a fault, which is taken away with the context, and make its request."""
    twin = rehearsal.twin
    targets = Targets.of(twin.deployed)
    with rehearsal.steps.step(name) as found:
        [fault] = undone.enter_context(injected(twin, name))
        seen = observe(twin, targets, fault.way.request, fault.way.expected)
        found.append(fault.fault.title)
    return Look(
        name,
        without_secrets(seen, targets),
        tuple(unexpected(seen, fault.way.expected)),
        given=fault.did or ("nothing: the request is at fault",),
        mend=fault.fault.mend,
        foretold=True,
    )


def _consulted(look: Look, doctor: Doctor | None) -> Look:
    return look if doctor is None else replace(look, diagnosis=doctor())


def play_history(rehearsal: Rehearsal, table: Table, doctor: Doctor | None = None) -> Iterator[Look]:
    """Give the report's five faults at once, and mend one after another; the doctor is asked each time."""
    table.head("the report's five faults, all at once and mended one after another")
    targets = Targets.of(rehearsal.twin.deployed)
    steps = play(rehearsal.twin)
    number = 0
    while True:
        with rehearsal.steps.step(f"mend {number}" if number else "broken") as found:
            step = next(steps, None)
            found.append(step.told if step else "no more to mend; all is as it was deployed again")
        if step is None:
            return
        look = Look(
            step.told,
            without_secrets(step.seen, targets),
            tuple(unexpected(step.seen, step.expected)),
            foretold=True,
        )
        tell_look(table, look)
        number += 1
        yield _consulted(look, doctor)

"""The faults of `miyabi rehearse`: injects some, plays the history of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.commands.rehearse.telling import Look, tell_look
from twin.faults.history import play
from twin.faults.injecting import injected
from twin.faults.injectors.permission import grant
from twin.faults.observing import observe, unexpected, without_secrets
from twin.faults.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twin.rehearsing.rehearsal import Rehearsal


def permit(rehearsal: Rehearsal) -> None:
    """Give API Gateway the permission to invoke the function, as somebody would by hand."""
    with rehearsal.steps.step("permission") as found:
        found.append(grant(rehearsal.twin, Targets.of(rehearsal.twin.deployed)).did)


def broken(rehearsal: Rehearsal, names: Sequence[str]) -> Iterator[Look]:
    """Inject faults one after the other, each into what is well again, and see what it changes.

    Raises FaultRefused for one that has no meaning for the environment.
    """
    twin, steps = rehearsal.twin, rehearsal.steps
    for name in names:
        targets = Targets.of(twin.deployed)
        with steps.step(name) as found, injected(twin, name) as [fault]:
            seen = observe(twin, targets, fault.way.request, fault.way.expected)
            found.append(f"{seen.answer.status}: {fault.fault.title}")
        look = Look(name, without_secrets(seen, targets), tuple(unexpected(seen, fault.way.expected)))
        tell_look(look)
        yield look


def play_history(rehearsal: Rehearsal) -> Iterator[Look]:
    """Give the report's five faults at once, and mend one after another."""
    targets = Targets.of(rehearsal.twin.deployed)
    steps = play(rehearsal.twin)
    while True:
        with rehearsal.steps.step("history") as found:
            step = next(steps, None)
            found.append(f"{step.seen.answer.status}: {step.told}" if step else "all is as before")
        if step is None:
            return
        look = Look(
            step.told, without_secrets(step.seen, targets), tuple(unexpected(step.seen, step.expected))
        )
        tell_look(look)
        yield look

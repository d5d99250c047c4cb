"""Gives a running twin a fault of the catalogue, and takes it away again.

with injected(twin, "API-001", "DB-001:slash") as faults:
    ...
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.errors import TwinError
from twin.faults.catalogue import find
from twin.faults.change import undoing
from twin.faults.injectors import INJECTORS
from twin.faults.injectors.permission import grant, has_permission
from twin.faults.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twin.faults.catalogue import Fault, Way
    from twin.faults.change import Done
    from twin.faults.targets import World


class FaultRefused(TwinError):
    """A fault has no meaning here, or none for what is deployed."""

    def __init__(self, asked: str, why: str) -> None:
        self.asked, self.why = asked, why
        super().__init__(f"fault {asked} can't be shown here: {why}; see others by --list-faults")


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that a twin has.

    Attributes:
        name: As it is asked for, such as `DB-001:slash`.
        did: What was changed, a sentence each.
        undo: Puts back what was changed.
    """

    name: str
    fault: Fault
    way: Way
    did: tuple[str, ...]
    undo: Callable[[], None]


def inject(world: World, asked: str) -> Injected:
    """Give a world a fault, named as `DB-001` or `DB-001:slash`.

    Raises:
        FaultUnknown: The catalogue has no such fault, or no such way.
        FaultRefused: It has no local meaning, or none for what is deployed.
        TargetMissing: What it would be given to is not deployed.
    """
    fault, way = find(asked)
    if way is None:
        raise FaultRefused(fault.id, str(fault.no_local_meaning))
    refuse_missing(world, asked)
    did, undo = [], []
    try:
        for change in way.changes:
            # read back anew: a change may be to what the one before has made
            done = INJECTORS[change.injector](world, Targets.of(world.deployed), **change.arguments)
            did.append(done.did)
            undo.append(done.undo)
    except BaseException:
        undoing(*undo)()
        raise
    return Injected(asked, fault, way, tuple(did), undoing(*undo))


@contextmanager
def injected(world: World, *asked: str, permitted: bool = True) -> Iterator[list[Injected]]:
    """Some faults for a while; taken away the last first.

    Where API Gateway has no permission at all, it is given one before: nothing else would be seen. That is
    left out for a fault among others, of which that may be one.
    """
    undo: list[Callable[[], object]] = []
    given: list[Injected] = []
    try:
        if permitted and (permission := permit_first(world)):
            undo.append(permission.undo)
        for each in asked:
            fault = inject(world, each)
            undo.append(fault.undo)
            given.append(fault)
        yield given
    finally:
        undoing(*undo)()


def permit_first(world: World) -> Done | None:
    """Give API Gateway the permission that the deployed environment lacks; None where it has one."""
    targets = Targets.of(world.deployed)
    return None if has_permission(world, targets) else grant(world, targets)


def refuse_missing(world: World, asked: str) -> None:
    """Raise FaultRefused where what a fault needs is not deployed."""
    _, way = find(asked)
    lacking = missing(Targets.of(world.deployed), way) if way else []
    if lacking:
        raise FaultRefused(asked, f"it needs {' and '.join(lacking)}, which the environment has not")


def missing(targets: Targets, way: Way) -> list[str]:
    """What of a way's needs is not deployed."""
    return [need for need in way.needs if not targets.has(need)]

"""What may be done to a rehearsed environment while a client keeps asking it for health."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ops.adopting.phases import GOAL, MADE, phases
from ops.artifact_bucket import ensure_bucket
from ops.live import Live
from ops.locking import lock
from ops.rotating.flow import Callbacks, plan
from ops.rotating.flow import run as renew
from ops.rotating.seen import Kind
from ops.wanted import Wanted
from runtime.migrator.files import read_migrations
from runtime.migrator.handler import MIGRATIONS
from scripts.commands.rehearse.telling import Change
from scripts.errors import ProgramError
from stacks.build import files
from twin.rehearsing.load import Load
from twin.rehearsing.rehearsal import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.commands.rehearse.table import Table
    from stacks.settings import Environment
    from stacks.synthesis import Synthesis
    from twin.rehearsing.rehearsal import Packages
    from twin.rehearsing.timing import Steps
    from twin.rehearsing.twin import Twin


class OtherSystem(ProgramError):
    """An environment is to be deployed over one of another system, whose stacks it does not change."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(
            f"{after} can't be deployed over {before}: they are two systems, with stacks of other names; "
            "rehearse each by itself"
        )


class NothingLeft(ProgramError):
    """As many migrations are to be kept back as there are, or more."""

    def __init__(self, count: int, there: int) -> None:
        self.count = count
        super().__init__(f"--pending {count} keeps back all of {there} migrations; name fewer than {there}")


class SecretUnknown(ProgramError):
    """A secret is named that is not renewed."""

    def __init__(self, name: str) -> None:
        known = ", ".join(Kind)
        super().__init__(f"there is no secret {name!r} to renew; name one of {known}")


def kind_of(name: str) -> Kind:
    """The secret of a name; raises `SecretUnknown`."""
    try:
        return Kind(name)
    except ValueError:
        raise SecretUnknown(name) from None


@dataclass(slots=True)
class Changing:
    """Changes one environment on its twin, with a client that asks so many times a second.

    Attributes:
        rehearsal: Of the environment that was deployed last.
    """

    rehearsal: Rehearsal
    rate: float
    table: Table

    @contextmanager
    def asking(self, name: str) -> Iterator[Change]:
        """A client that asks the address that was good before the change."""
        address = self.rehearsal.address()
        twin = self.rehearsal.twin
        self.table.head(f"{name}, while a client asks {self.rate:g} times a second")
        with Load(lambda: twin.ask(address or ""), self.rate) as load:
            yield Change(name, load)
        self.table.note("meanwhile", load.summary, is_wrong=bool(load.failures))

    def to(self, synthesis: Synthesis, packages_of: Callable[[Synthesis], Packages]) -> Iterator[Change]:
        """Deploy another environment of the same system over it; by its phases where they lead there."""
        before = self.rehearsal
        for name, each, only in _way(before.live.environment.name, synthesis):
            following = rehearsal_of(each, before.twin, packages_of(each), before.steps)
            with self.asking(name) as change:
                following.deploy(only=only)
            yield change
            last = following
        self.rehearsal = last

    def migrate(self) -> Change:
        """Deploy again, which applies what was kept back."""
        with self.asking("the pending migrations") as change:
            self.rehearsal.deploy()
        return change

    def rotate(self, kind: Kind) -> Change:
        """Renew a secret."""
        live, say = self.rehearsal.live, self.rehearsal.steps.say
        callbacks = Callbacks(say=say, ask=self.rehearsal.twin.ask, pause=lambda _: None)
        with (
            self.asking(f"renewing the {kind} secret") as change,
            self.rehearsal.steps.step(f"rotate {kind}") as found,
            lock(live, ensure_bucket(live, say), f"rotate {kind}", say=say) as held,
        ):
            callbacks = replace(callbacks, require=held.require)
            planned = plan(live, kind, callbacks=callbacks)
            renew(live, planned, callbacks)
            found.append(f"{len(planned.steps)} steps")
        return change


def rehearsal_of(synthesis: Synthesis, twin: Twin, packages: Packages, steps: Steps) -> Rehearsal:
    """An environment on a twin."""
    live = Live(synthesis.environment, twin.aws.client)
    return Rehearsal(twin, live, Wanted.of(files(synthesis)), packages, steps)


def refuse_other_system(before: Environment, after: Environment) -> None:
    """Raise `OtherSystem` where one environment is not deployed over the other."""
    if before.system != after.system:
        raise OtherSystem(before.name, after.name)


def last_but(count: int) -> int:
    """The version of the newest migration but for the last `count`; raises `NothingLeft`."""
    versions = [each.version for each in read_migrations(MIGRATIONS).up]
    if count >= len(versions):
        raise NothingLeft(count, len(versions))
    return versions[-1 - count]


def _way(before: str, goal: Synthesis) -> Iterator[tuple[str, Synthesis, tuple[str, ...]]]:
    """Names, templates and stacks of what is deployed, one after the other."""
    from stacks.synthesis import synthesise

    if (before, goal.environment.name) == (MADE, GOAL):
        for phase in phases():
            yield f"phase {phase.number}, {phase.name}", synthesise(phase.environment), phase.stacks
    else:
        yield f"deploying {goal.environment.name}", goal, ()

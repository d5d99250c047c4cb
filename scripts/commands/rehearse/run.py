"""Rehearses an environment from the command line: deploys it, does to it what is asked for, and tells."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from ops.deploying.smoke import HEALTH
from runtime.migrator.errors import Stopped
from runtime.migrator.signals import terminable
from scripts.commands.deploy.run import checked
from scripts.commands.rehearse.changing import Changing, kind_of, last_but, refuse_other_system, rehearsal_of
from scripts.commands.rehearse.faults import broken, permit, play_history
from scripts.commands.rehearse.packages import native_package, packages_for
from scripts.commands.rehearse.telling import Look, Told, show_all, tell_look, tell_step
from scripts.ending import ended, tell
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import talk
from stacks.loading import load_environment
from twin.errors import TwinError
from twin.faults.catalogue import FaultUnknown, find
from twin.faults.injecting import FaultRefused
from twin.rehearsing.timing import Steps
from twin.rehearsing.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.rotating.seen import Kind
    from scripts.commands.rehearse.telling import Change
    from stacks.synthesis import Synthesis
    from twin.rehearsing.rehearsal import Packages, Rehearsal

ACCOUNT: Final = "123456789012"
"""The account of AWS's own examples, for environments that name none."""


class RuleBroken(ProgramError):
    """The templates break a rule, so nobody would deploy them."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"{environment} breaks a rule, named above; mend it, or waive it in stacks/waivers.toml"
        )


class EnvironmentMissing(ProgramError):
    """No environment is named."""

    def __init__(self) -> None:
        super().__init__("which environment is to be rehearsed? name one, such as staging")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    env: str | None = None
    to: str | None = None
    pending: int = 0
    rotate: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    history: bool = False
    keep: bool = False
    permit: bool = False
    rate: float = 10.0


def run(wish: Wish, *, as_json: bool = False) -> int:
    """Rehearse; returns the exit code."""
    try:
        return ended(lambda: _run(wish, as_json=as_json), as_json=as_json)
    except TwinError as error:
        is_wrong = isinstance(error, FaultUnknown | FaultRefused)
        return tell(error, as_json=as_json, code=Exit.WRONG_INPUT if is_wrong else Exit.NO_ACCESS)


def _run(wish: Wish, *, as_json: bool) -> int:
    if wish.env is None:
        raise EnvironmentMissing
    kinds = [kind_of(name) for name in wish.rotate]
    for name in wish.faults:
        find(name)
    target = last_but(wish.pending) if wish.pending else None
    if wish.to is not None:
        refuse_other_system(load_environment(wish.env), load_environment(wish.to))
    told, steps, began = Told(wish.env), Steps(tell_step), time.monotonic()
    with terminable(), TemporaryDirectory() as name:
        with steps.step("templates") as found:
            synthesis = _synthesis(wish.env)
            found.append(f"{len(synthesis.templates)} stacks, and no rule is broken")
        with steps.step("code") as found:
            native = native_package(synthesis.environment.region)
            packages = _packages(synthesis, Path(name), told)
            found.append(native.described)
        account = synthesis.environment.account or ACCOUNT
        with Twin(account, synthesis.environment.region, native=native) as twin:
            rehearsal = rehearsal_of(synthesis, twin, packages, steps)
            _deploy(rehearsal, target, told, permitted=wish.permit)
            _change(rehearsal, wish, kinds, told, Path(name))
            _break(rehearsal, wish, told)
            told.substitutions += twin.substitutions
            told.unchecked += twin.unchecked
            told.steps, told.seconds = steps.ended, time.monotonic() - began
            show_all(told, as_json=as_json)
            if wish.keep:
                _keep(rehearsal)
    return Exit.DONE if told.is_well else Exit.ROLLED_BACK


def _synthesis(env: str) -> Synthesis:
    """The templates of an environment, which must be fit to be deployed."""
    synthesis = checked(load_environment(env))
    if synthesis is None:
        raise RuleBroken(env)
    return synthesis


def _packages(synthesis: Synthesis, folder: Path, told: Told) -> Packages:
    packages, said = packages_for(synthesis.environment, folder)
    told.substitutions += said
    return packages


def _deploy(rehearsal: Rehearsal, target: int | None, told: Told, *, permitted: bool) -> None:
    """Deploy, and ask twice: at first a new execution environment answers, then one that is there."""
    rehearsal.deploy(target=target)
    if permitted:
        permit(rehearsal)
    for name in ("first request", "second request"):
        _look(rehearsal, name, told)


def _look(rehearsal: Rehearsal, name: str, told: Told) -> None:
    look = Look(name, rehearsal.look(name))
    told.looks.append(look)
    told.is_well = look.is_well
    if not told.is_well:
        tell_look(look)


def _change(rehearsal: Rehearsal, wish: Wish, kinds: Sequence[Kind], told: Told, folder: Path) -> None:
    """Do what is asked for while a client keeps asking, and ask once more afterwards."""
    changing = Changing(rehearsal, wish.rate)
    changes: list[Change] = []
    if wish.pending:
        changes.append(changing.migrate())
    changes += [changing.rotate(kind) for kind in kinds]
    if wish.to is not None:
        changes += changing.to(_synthesis(wish.to), lambda each: _packages(each, folder, told))
    for change in changes:
        talk(f"  meanwhile, {change.name}: {change.load.summary}")
    told.changes += changes
    if changes:
        _look(rehearsal, "afterwards", told)
        told.is_well = told.is_well and not any(change.load.failures for change in changes)


def _break(rehearsal: Rehearsal, wish: Wish, told: Told) -> None:
    """Break it as is asked for, and see what that changes; it is well if all is as foretold."""
    looks = [*broken(rehearsal, wish.faults), *(play_history(rehearsal) if wish.history else ())]
    if looks:
        told.looks += looks
        undisturbed = not any(change.load.failures for change in told.changes)
        told.is_well = undisturbed and not any(look.unexpected for look in looks)


def _keep(rehearsal: Rehearsal) -> None:
    """Tell how to get at what runs, and leave it until Ctrl-C."""
    twin, address = rehearsal.twin, rehearsal.address()
    if address is not None:
        talk(f"\n{address} answers here at\n\n  {twin.local_address(address)}{HEALTH}\n")
    exports = "".join(f"  export {name}={value}\n" for name, value in twin.local.variables.items())
    talk(f"The AWS that it is deployed to; for the AWS CLI, boto3 and miyabi:\n\n{exports}")
    talk("All of it is gone when this ends, by Ctrl-C.")
    with suppress(KeyboardInterrupt, Stopped):
        threading.Event().wait()

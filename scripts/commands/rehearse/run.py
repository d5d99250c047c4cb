"""Rehearses an environment from the command line: deploys it, does to it what is asked for, and tells."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir
from typing import TYPE_CHECKING, Final

from ops.deploying.smoke import HEALTH
from runtime.migrator.errors import Stopped
from scripts.commands.deploy.run import checked
from scripts.commands.rehearse.changing import Changing, kind_of, last_but, refuse_other_system, rehearsal_of
from scripts.commands.rehearse.faults import broken, permit, play_history, refuse_unshown
from scripts.commands.rehearse.honoured import honoured
from scripts.commands.rehearse.interrupting import stoppable
from scripts.commands.rehearse.packages import native_package, packages_for
from scripts.commands.rehearse.refusing import refuse_impossible
from scripts.commands.rehearse.story import Look, tell_look
from scripts.commands.rehearse.table import Table
from scripts.commands.rehearse.telling import Told, show_all
from scripts.ending import ended, tell
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import talk
from stacks.loading import load_environment
from twin.account import Account
from twin.errors import TwinError
from twin.faults.catalogue import FaultUnknown
from twin.faults.expectation import Request
from twin.faults.injecting import FaultRefused
from twin.faults.likeness import alike
from twin.faults.targets import Targets
from twin.keeping import Keep
from twin.rehearsing.timing import Steps
from twin.rehearsing.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.doctor.diagnosing import Diagnosis
    from ops.rotating.seen import Kind
    from scripts.commands.rehearse.faults import Doctor
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


class NoHistory(ProgramError):
    """The history of the report is to be played on an environment that the report is not of."""

    def __init__(self, environment: str) -> None:
        super().__init__(
            f"--history is of a program of its own runtime, and {environment} has none; play it on reported"
        )


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
    broken: bool = False
    permit: bool = False
    diagnose: bool = False
    report: Path | None = None
    rate: float = 10.0


def run(wish: Wish, *, as_json: bool = False) -> int:
    """Rehearse; returns the exit code."""
    try:
        return ended(lambda: _run(wish, as_json=as_json), as_json=as_json)
    except TwinError as error:
        is_wrong = isinstance(error, FaultUnknown | FaultRefused)
        return tell(error, as_json=as_json, code=Exit.WRONG_INPUT if is_wrong else Exit.NO_ACCESS)
    except KeyboardInterrupt:
        talk("interrupted: whatever ran has ended, and nothing of it is left")
        raise


def _run(wish: Wish, *, as_json: bool) -> int:
    if wish.env is None:
        raise EnvironmentMissing
    kinds, target = _refused_early(wish)
    table = Table()
    told, steps, began = Told(wish.env), Steps(table.step), time.monotonic()
    with stoppable() as stopping, Keep(_folder(), Account()) as kept:
        with steps.step("templates") as found:
            synthesis = _synthesis(wish.env)
            following = _synthesis(wish.to) if wish.to is not None else None
            refuse_impossible(synthesis, following, kinds)
            found.append(f"{len(synthesis.templates)} stacks, and no rule is broken")
        with steps.step("code") as found:
            native = native_package(synthesis.environment.region)
            packages = _packages(synthesis, kept.folder, told)
            found.append(native.described)
        account = synthesis.environment.account or ACCOUNT
        with (
            Twin(account, synthesis.environment.region, native=native) as twin,
            ExitStack() as left,
            stopping.until_here(),
        ):
            changing = Changing(rehearsal_of(synthesis, twin, packages, steps), wish.rate, table)
            _deploy(changing.rehearsal, target, told, table, permitted=wish.permit)
            _change(changing, wish, kinds, told, following, kept.folder)
            doctor = _doctor(changing.rehearsal, wish, as_json=as_json)
            _break(changing.rehearsal, wish, told, table, left, doctor)
            told.honoured += honoured(twin.deployed)
            told.substitutions += twin.substitutions
            told.unchecked += twin.unchecked
            told.steps, told.seconds = steps.ended, time.monotonic() - began
            show_all(told, as_json=as_json)
            if wish.keep:
                _keep(changing.rehearsal, wish)
    return Exit.DONE if told.is_well else Exit.ROLLED_BACK


def _folder() -> Path:
    """Of what is made for this rehearsal alone; it goes with the process, even if that is killed."""
    return Path(gettempdir(), f"miyabi-rehearsal-{token_hex(8)}")


def _refused_early(wish: Wish) -> tuple[list[Kind], int | None]:
    """What the wish says of secrets and migrations; raises what can be told before anything begins."""
    kinds = [kind_of(name) for name in wish.rotate]
    refuse_unshown(wish.faults)
    target = last_but(wish.pending) if wish.pending else None
    environment = load_environment(str(wish.env))
    if wish.to is not None:
        refuse_other_system(environment, load_environment(wish.to))
    if wish.history and not environment.api.runtime.startswith("provided"):
        raise NoHistory(environment.name)
    return kinds, target


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


def _deploy(rehearsal: Rehearsal, target: int | None, told: Told, table: Table, *, permitted: bool) -> None:
    """Deploy, and ask twice: what makes a connection, and what finds one."""
    rehearsal.deploy(target=target)
    if permitted:
        permit(rehearsal)
    for name in ("first request", "second request"):
        if not _look(rehearsal, name, told, table):
            break


def _look(rehearsal: Rehearsal, name: str, told: Told, table: Table) -> bool:
    """Ask as a client does, and say what it may be where that is not answered well."""
    seen = rehearsal.look(name)
    targets = Targets.of(rehearsal.twin.deployed)
    asked = Request.model_validate({"through": "edge" if targets.distribution else "api"})
    look = Look(name, seen)
    if not look.is_well:
        look = Look(name, seen, alike=tuple(alike(seen, asked, targets)))
        tell_look(table, look)
    told.looks.append(look)
    told.is_well = look.is_well
    return look.is_well


def _change(
    changing: Changing,
    wish: Wish,
    kinds: Sequence[Kind],
    told: Told,
    following: Synthesis | None,
    folder: Path,
) -> None:
    """Do what is asked for while a client keeps asking, and ask once more afterwards."""
    if wish.pending:
        told.changes.append(changing.migrate())
    told.changes += [changing.rotate(kind) for kind in kinds]
    if following is not None:
        told.changes += changing.to(following, lambda each: _packages(each, folder, told))
        told.environment = str(wish.to)
    if told.changes:
        _look(changing.rehearsal, "afterwards", told, changing.table)
        told.is_well = told.is_well and not any(change.load.failures for change in told.changes)


def _doctor(rehearsal: Rehearsal, wish: Wish, *, as_json: bool) -> Doctor | None:
    """What asks the doctor, if anybody wants to know; a report has it asked, and does not print its page."""
    if not wish.diagnose and wish.report is None:
        return None
    from scripts.commands.rehearse.consulting import consult

    def doctor() -> Diagnosis:
        return consult(rehearsal, as_json=as_json or not wish.diagnose)

    if wish.report is None:
        return doctor
    from scripts.commands.rehearse.reporting import reporting

    return reporting(rehearsal, str(wish.to or wish.env), wish.report, doctor)


def _break(
    rehearsal: Rehearsal, wish: Wish, told: Told, table: Table, left: ExitStack, doctor: Doctor | None
) -> None:
    """Break it as is asked for, and see what that changes; it is well if all is as foretold.

    The doctor is asked of each fault, or of what is deployed if there is none.
    """
    looks = list(broken(rehearsal, wish.faults, table, left if _stays_broken(wish) else None, doctor))
    if wish.history:
        looks += play_history(rehearsal, table, doctor)
    if looks:
        told.looks += looks
        undisturbed = not any(change.load.failures for change in told.changes)
        told.is_well = undisturbed and not any(look.unexpected for look in looks)
    elif doctor is not None:
        told.looks[-1] = replace(told.looks[-1], diagnosis=doctor())


def _stays_broken(wish: Wish) -> bool:
    """Whether the last fault is left in what is kept running; the history mends all of its own."""
    return wish.keep and wish.broken and bool(wish.faults) and not wish.history


def _keep(rehearsal: Rehearsal, wish: Wish) -> None:
    """Tell how to get at what runs, and leave it until Ctrl-C."""
    if _stays_broken(wish):
        talk(f"\nIt is left with the fault {wish.faults[-1]}.")
    twin, address = rehearsal.twin, rehearsal.address()
    if address is not None:
        talk(f"\n{address} answers here at\n\n  {twin.local_address(address)}{HEALTH}\n")
    exports = "".join(f"  export {name}={value}\n" for name, value in twin.local.variables.items())
    talk(f"The AWS that it is deployed to; for the AWS CLI, boto3 and miyabi:\n\n{exports}")
    talk("All of it is gone when this ends, by Ctrl-C.")
    with suppress(KeyboardInterrupt, Stopped):
        threading.Event().wait()

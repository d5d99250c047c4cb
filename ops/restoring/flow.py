"""Does the steps of a restore; stopped anywhere, the same command goes on from what is there."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ops.deploying.smoke import address_of, ask_once, ask_until_well
from ops.errors import Declined, Refused
from ops.migrating import ask_migrator
from ops.restoring import instances, settings
from ops.restoring.errors import ContentRefused, InstanceGone, NotWell, SettingsDiffer
from ops.restoring.plan import Plan, Step
from ops.restoring.shutting import reopen, shut

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.deploying.smoke import Health
    from ops.live import Live

    Document = dict[str, Any]

ROUNDS: Final = 3
"""How often settings are put right before the rest is told as a difference."""
USABLE: Final = frozenset({"applied", "pending"})
"""States of migrations that the functions which are deployed can go on from."""


@dataclass(slots=True)
class Callbacks:
    """Whom a restore tells, asks and waits by."""

    say: Callable[[str], None] = lambda _: None
    step: Callable[[Step], None] = lambda _: None
    require: Callable[[], None] = lambda: None
    """Raises when the system's lock was lost."""
    ask: Callable[[str], Health] = ask_once
    pause: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Result:
    """What came of it: versions of migrations that were applied, and what differs from the old instance."""

    applied: list[int] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    health: Health | None = None


class Restore:
    """One restore, or its undoing."""

    def __init__(self, live: Live, planned: Plan, callbacks: Callbacks | None = None) -> None:
        self.live, self.plan, self.told = live, planned, callbacks or Callbacks()
        self.result = Result()
        self.is_shut = False
        """Whether the API was shut, or found shut, and not opened again."""

    def run(self) -> Result:
        """Do all steps. Raises what keeps it from its end."""
        self.is_shut = Step.REOPEN in self.plan.steps and Step.SHUT not in self.plan.steps
        for step in self.plan.steps:
            self.told.require()
            self.told.step(step)
            self._doing()[step]()
        return self.result

    def _doing(self) -> dict[Step, Callable[[], None]]:
        names = self.plan.names
        return {
            Step.CREATE: self._create,
            Step.ALIGN: self._align,
            Step.CHECK: self._check,
            Step.SHUT: self._shut,
            Step.ASIDE: lambda: self._first_rename(names.serving, names.aside),
            Step.INTO_PLACE: lambda: self._rename(names.new, names.serving),
            Step.EXPORT: self._export,
            Step.OUT: lambda: self._first_rename(names.serving, names.new),
            Step.BACK: lambda: self._rename(names.aside, names.serving),
            Step.PASSWORDS: self._passwords,
            Step.MIGRATE: self._migrate,
            Step.REOPEN: self._reopen,
            Step.ASK: self._ask,
        }

    def _create(self) -> None:
        old, names = self._there(self.plan.names.serving), self.plan.names
        self.live.call(
            "rds:RestoreDBInstanceToPointInTime",
            f"database {names.serving}",
            SourceDBInstanceIdentifier=names.serving,
            TargetDBInstanceIdentifier=names.new,
            RestoreTime=self.plan.at,
            **settings.restore_arguments(old),
        )
        self.told.say(f"RDS makes {names.new}")

    def _align(self) -> None:
        old, new = self._there(self.plan.names.serving), self._wait(self.plan.names.new)
        for _ in range(ROUNDS):
            arguments = settings.modify_arguments(old, new)
            if not arguments:
                return
            self.told.say(f"changing {', '.join(sorted(arguments))} of {self.plan.names.new}")
            new = instances.modify(self.live, self.plan.names.new, arguments, self.told.pause, self.told.say)

    def _check(self) -> None:
        """The new instance is as the old one, is reached, and holds what the functions can work with."""
        name = self.plan.names.new
        new = self._there(name)
        found = list(settings.differences(self._there(self.plan.names.serving), new, logs=False))
        if found:
            raise SettingsDiffer(name, found)
        if self.live.environment.migrator is None:
            self.told.say("there is no migrator here: nobody has connected to the new instance")
            return
        host = new["Endpoint"]["Address"]
        probe = self._ask_migrator({"action": "probe", "host": host})
        if not probe["reached"]:
            raise ContentRefused(name, _unreached(name, probe))
        counts = self._ask_migrator({"action": "status", "host": host})["counts"]
        if wrong := sorted(set(counts) - USABLE):
            raise ContentRefused(
                name,
                f"some of its migrations are {' and '.join(wrong)}; "
                "deploy the package that its data is of, and run the same command again",
            )
        self.told.say(f"{name} is reached; migrations: {_counted(counts)}")

    def _shut(self) -> None:
        self.is_shut = True
        shut(self.live, self.told.pause)

    def _first_rename(self, before: str, after: str) -> None:
        """Rename what serves; where RDS refuses, nothing has changed, and requests are let in again."""
        try:
            self._rename(before, after)
        except (Declined, Refused):
            self._reopen()
            raise

    def _rename(self, before: str, after: str) -> None:
        instances.rename(self.live, before, after, self.told.pause, self.told.say)

    def _export(self) -> None:
        names = self.plan.names
        old, new = self._there(names.aside), self._wait(names.serving)
        if arguments := settings.log_arguments(old, new):
            new = instances.modify(self.live, names.serving, arguments, self.told.pause, self.told.say)
        self.result.differences = list(settings.differences(old, new, logs=True))

    def _passwords(self) -> None:
        """Passwords came back to what they were then; those of the functions are set again."""
        self._ask_migrator({"action": "roles"})

    def _migrate(self) -> None:
        if self._ask_migrator({"action": "plan"})["pending"]:
            document = self._ask_migrator({"action": "up"})
            self.result.applied = [one["version"] for one in document["applied"]]
            self.told.say(f"{len(self.result.applied)} migrations applied")

    def _reopen(self) -> None:
        reopen(self.live, self.told.pause)
        self.is_shut = False

    def _ask(self) -> None:
        address = address_of(self.live)
        if address is None:
            return
        health = ask_until_well(address, ask=self.told.ask, pause=self.told.pause)
        self.result.health = health
        if not health.is_well:
            raise NotWell(self.live.environment.name, health.address, health.found)

    def _ask_migrator(self, event: Document) -> Document:
        return ask_migrator(self.live, event, pause=self.told.pause)

    def _there(self, name: str) -> Document:
        found = instances.find(self.live, name)
        if found is None:
            raise InstanceGone(name)
        return found

    def _wait(self, name: str) -> Document:
        return instances.wait_for(self.live, name, self.told.pause, self.told.say)


def _unreached(name: str, probe: Document) -> str:
    """Why the migrator got no answer of its database."""
    if probe["step"] == "password":
        return (
            f"the master password was renewed since then; give {name} the present one, as docs/recovery.md "
            "shows, and run the same command again"
        )
    return f"the migrator does not reach it ({probe['step']}: {probe['message']})"


def _counted(counts: Document) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))

"""What a restore will do: which instances are there says which steps are left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from ops.restoring.errors import InstanceGone, NothingToUndo, SwitchBegun, Unclear
from ops.restoring.instances import ASIDE, Names, find, put_aside
from ops.restoring.shutting import is_shut
from ops.restoring.times import Window, require_within, stamp, text, window_of
from stacks.values import DATABASE_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ops.live import Live

    Document = dict[str, Any]


class Step(StrEnum):
    """What is done, one after the other."""

    CREATE = "make a new instance of the backups"
    ALIGN = "give it the settings of the old one that RDS does not take along"
    CHECK = "compare all settings, connect to it, read its migrations"
    SHUT = "let no request in: the api function gets no concurrency"
    ASIDE = "rename the old instance"
    INTO_PLACE = "give the new instance its name"
    EXPORT = "export its logs, and compare once more"
    OUT = "rename the restored instance"
    BACK = "give the old instance its name again"
    PASSWORDS = "have the migrator set the passwords of the API's roles"
    MIGRATE = "apply the migrations that it does not have"
    REOPEN = "let requests in again"
    ASK = "ask the API whether it is well"


class Notice(StrEnum):
    """What callers of the API notice of a step."""

    NOTHING = "nothing"
    NO_ANSWER = "errors (5xx)"


TAKES: Final[Mapping[Step, str]] = {
    Step.CREATE: "10 minutes to hours, by the size of the data",
    Step.ALIGN: "minutes; with another zone longer",
    Step.SHUT: "35 s",
    Step.ASIDE: "up to 10 minutes",
    Step.INTO_PLACE: "up to 10 minutes",
    Step.OUT: "up to 10 minutes",
    Step.BACK: "up to 10 minutes",
    Step.EXPORT: "a minute or two",
}
"""By AWS's documentation where it says something ("Renaming a DB instance"); others take seconds."""
FORWARD: Final = (
    Step.CREATE,
    Step.ALIGN,
    Step.CHECK,
    Step.SHUT,
    Step.ASIDE,
    Step.INTO_PLACE,
    Step.PASSWORDS,
    Step.MIGRATE,
    Step.REOPEN,
    Step.ASK,
    Step.EXPORT,
)
UNDO: Final = (Step.SHUT, Step.OUT, Step.BACK, Step.PASSWORDS, Step.MIGRATE, Step.REOPEN, Step.ASK)
OF_MIGRATOR: Final = frozenset({Step.PASSWORDS, Step.MIGRATE})
Present = tuple[bool, bool, bool]
"""Whether there is an instance that serves, a new one, and one put aside."""
FIRST: Final[Mapping[Present, Step]] = {
    (True, False, False): Step.CREATE,
    (True, True, False): Step.ALIGN,
    (False, True, False): Step.ASIDE,
    (False, True, True): Step.INTO_PLACE,
    (False, False, True): Step.INTO_PLACE,
    (True, False, True): Step.PASSWORDS,
}
"""Where a restore begins, or goes on: with one missing, a rename was begun."""
FIRST_OF_UNDO: Final[Mapping[Present, Step]] = {
    (True, False, True): Step.SHUT,
    (False, True, True): Step.BACK,
    (False, True, False): Step.BACK,
    (True, True, False): Step.PASSWORDS,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A restore to `at`, or its undoing; `window` and `old` are None where the switch has begun."""

    names: Names
    at: datetime | None
    steps: tuple[Step, ...]
    window: Window | None
    old: Document | None

    @property
    def is_undo(self) -> bool:
        """Whether it goes back to the instance that was put aside."""
        return self.at is None

    @property
    def is_going_on(self) -> bool:
        """Whether it was begun before."""
        return self.steps[0] not in {Step.CREATE, Step.SHUT}

    def notice(self, step: Step) -> Notice:
        """What callers notice of a step: nothing before the API is shut, and when it is open again."""
        order = UNDO if self.is_undo else FORWARD
        shut = order[order.index(Step.SHUT) : order.index(Step.REOPEN) + 1]
        return Notice.NO_ANSWER if step in shut else Notice.NOTHING


def prepared(planned: Plan) -> Plan:
    """As much of a restore as nobody notices: a new instance that is checked, and not switched to.

    Raises `SwitchBegun` where that is behind.
    """
    steps = tuple(step for step in planned.steps if FORWARD.index(step) < FORWARD.index(Step.SHUT))
    if not steps:
        raise SwitchBegun(planned.names.serving)
    return replace(planned, steps=steps)


def plan(live: Live, at: datetime) -> Plan:
    """What is to be done to bring the database back to a time.

    Raises:
        TimeRefused: RDS can't restore to that time.
        InstanceGone: There is no instance.
        Unclear: There are instances that a restore does not leave behind.

    """
    names = Names.of(live.value(DATABASE_ID), stamp(at))
    serving, new, aside = (find(live, one) for one in (names.serving, names.new, names.aside))
    present = (serving is not None, new is not None, aside is not None)
    if present == (False, False, False):
        raise InstanceGone(names.serving)
    if present not in FIRST:
        raise Unclear(
            (names.serving, names.new, names.aside),
            f"one of the last two is of another restore to {text(at)}: delete or rename what is not needed",
        )
    window = None
    if present == (True, False, False) and serving is not None:
        window = window_of(live, serving)
        require_within(at, window, names.serving)
    steps = _of(live, FORWARD[FORWARD.index(FIRST[present]) :])
    return Plan(names, at, steps, window, serving if not present[2] else aside)


def plan_undo(live: Live) -> Plan:
    """What is to be done to go back to the instance that the last restore has put aside.

    Raises `NothingToUndo`, and `Unclear` where there are several.
    """
    serving = live.value(DATABASE_ID)
    found = put_aside(live, serving)
    if len(found) > 1:
        raise Unclear(found, "rename or delete those that are not to be gone back to")
    names = Names.of(serving, found[0].rpartition(ASIDE)[2]) if found else _names_begun(live, serving)
    present = (
        find(live, names.serving) is not None,
        find(live, names.new) is not None,
        bool(found),
    )
    if present not in FIRST_OF_UNDO:
        raise Unclear([names.aside], "an instance is being renamed: wait some minutes, and try again")
    first = FIRST_OF_UNDO[present]
    if first is Step.PASSWORDS and not is_shut(live):
        raise NothingToUndo(serving)
    return Plan(names, None, _of(live, UNDO[UNDO.index(first) :]), None, None)


def _names_begun(live: Live, serving: str) -> Names:
    """The names of a restore whose old instance is in its place again, or on the way there."""
    listed = live.pages("rds:DescribeDBInstances", "the databases", "DBInstances")
    begun = f"{serving}-restored-"
    found = sorted(
        one["DBInstanceIdentifier"] for one in listed if one["DBInstanceIdentifier"].startswith(begun)
    )
    if not found:
        raise NothingToUndo(serving)
    return Names.of(serving, found[-1].removeprefix(begun))


def _of(live: Live, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step for step in steps if live.environment.migrator or step not in OF_MIGRATOR)

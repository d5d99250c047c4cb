"""The way from what was adopted to what is wanted, in phases in none of which the API loses its database.

A phase is a state of the whole system: the templates that stand after it. `miyabi deploy` brings it about,
given the phase's environment and the stacks that it deploys; a stack that it leaves alone stays as it was.

1. `beside`: all that is new comes beside what is there, and nothing that serves is interrupted. The
   function that was made by hand is outside the VPC, so the database stays open and public.
2. `functions`: what this project's API needs is migrated, and its functions take over, inside the VPC.
   Nobody needs the open port any more, but the way back does.
3. `instance`: the database is hardened in place, still open.
4. `closed`: the port and the public address close. These are the environment's own settings.

Code and VPC of the api function change in one update. The function that was made by hand can't be in the VPC,
where it would wait for GitHub in vain. Ours could run outside, by `api.in_vpc`; but behind an alias its move
is no more than another version, and a phase with it outside would only be longer open. `ops.adopting.way`
tells what stands meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ops.errors import Unready
from stacks.loading import load_environment
from stacks.naming import STACK_ORDER
from stacks.settings import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacks.waivers import Waiver

    Document = dict[str, Any]

MADE: Final = "reported"
GOAL: Final = "production"
"""The environments at both ends of the way: two states of one system."""
OF_THE_FUNCTIONS: Final = frozenset(
    {"connect_timeout_seconds", "connections_kept_free", "statement_timeout_seconds", "tls"}
)
"""Settings of the database section that say how the functions connect, and nothing of the instance."""
FROM_THE_BEGINNING: Final = frozenset({"backup_days", "deletion_protection", "export_logs"})
"""What keeps data and interrupts nothing comes before everything else."""
OPEN: Final = {
    "network": {"database_group_open_to_world": True},
    "database": {"publicly_accessible": True},
}
"""What keeps a function outside the VPC connected."""
OPEN_RULES: Final = {
    "Database": ("MIYABI.NET.1", "RDS.2"),
    "DatabaseSecurityGroup": ("EC2.18", "MIYABI.NET.3"),
}
"""The rules that this breaks, by logical id."""
AS_MADE_RULES: Final = {
    **OPEN_RULES,
    "Database": (
        *OPEN_RULES["Database"],
        "MIYABI.DB.1",
        "MIYABI.DB.2",
        "MIYABI.DB.3",
        "MIYABI.DB.6",
        "MIYABI.DB.9",
        "RDS.5",
        "RDS.6",
        "RDS.10",
        "RDS.17",
        "RDS.38",
    ),
}
"""The rules that an instance breaks that is otherwise as it was made, by logical id."""


class NoSuchPhase(Unready):
    """A phase is asked for that is none."""

    def __init__(self, environment: str, number: int, count: int) -> None:
        self.environment, self.number = environment, number
        found = f"has phases 1 to {count}, and no {number}" if count else "is not led to in phases"
        super().__init__(
            f"environment {environment} {found}; `miyabi adopt {GOAL} --phases` shows them, "
            "and without --phase it is deployed as its settings say"
        )


@dataclass(frozen=True, slots=True)
class Phase:
    """One state on the way.

    `stacks` are those that are deployed to come to it; others are left as they were. `migrates` tells whether
    pending migrations are applied. `does`, `interrupts` and `back` (how to go back) are for the operator.
    """

    number: int
    name: str
    environment: Environment
    stacks: tuple[str, ...]
    migrates: bool
    does: str
    interrupts: str
    back: str
    broken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Rules that it still breaks, by logical id: as the system was made, and waived there."""

    def waivers(self, known: Sequence[Waiver]) -> list[Waiver]:
        """Waivers for the phase's environment: its own, and of the rules still broken those of `reported`."""
        return [*known, *(replace(one, environment=self.environment.name) for one in self._made(known))]

    def _made(self, known: Sequence[Waiver]) -> Iterator[Waiver]:
        for one in known:
            if one.environment == MADE and one.rule in self.broken.get(one.logical_id, ()):
                yield one


def phases() -> tuple[Phase, ...]:
    """The phases from `reported` to `production`, in order; raises StackError."""
    goal, made = load_environment(GOAL), load_environment(MADE)
    opened = _with(goal, OPEN)
    as_made = _with(opened, {"database": _instance(made)})
    return (
        Phase(
            1,
            "beside",
            as_made,
            ("network", "database"),
            migrates=False,
            does="makes the key, the functions' security groups, the API's database passwords and the "
            "migrator, beside what is there; the instance gets deletion protection, longer backups and logs",
            interrupts="nothing: neither the function nor the API is changed, and the instance goes on",
            back="leave it: nothing that serves uses what is new",
            broken=AS_MADE_RULES,
        ),
        Phase(
            2,
            "functions",
            as_made,
            STACK_ORDER,
            migrates=True,
            does="takes a snapshot, migrates, makes the API's database roles; then this project's functions "
            "take over, inside the VPC, and CloudFront, alarms and backups come",
            interrupts="the API for some minutes, in which Lambda changes code, runtime and VPC of the one "
            "function after each other; for a moment only if the API calls a published version before",
            back="point the alias `live` at a version of the former function, published before: a second",
            broken=AS_MADE_RULES,
        ),
        Phase(
            3,
            "instance",
            opened,
            STACK_ORDER,
            migrates=True,
            does="brings the instance to its newest minor version, and adds the standby, monitoring and a "
            "parameter group",
            interrupts="the database for some minutes, while the minor version is installed and restarts; "
            "the API answers 503 meanwhile",
            back="none by a phase, and nothing that serves needs one; the version only by restoring the "
            "database to a time before",
            broken=OPEN_RULES,
        ),
        Phase(
            4,
            "closed",
            goal,
            STACK_ORDER,
            migrates=True,
            does="closes port 5432 to the world and takes the public address away",
            interrupts="nothing of the API; whoever connects to the database from outside is cut off",
            back="`--phase 3` opens both again",
        ),
    )


def phase_of(environment: str, number: int) -> Phase:
    """The phase of that number on the way to an environment; raises `NoSuchPhase`."""
    if environment != GOAL:
        raise NoSuchPhase(environment, number, 0)
    found = {phase.number: phase for phase in phases()}
    if number not in found:
        raise NoSuchPhase(environment, number, len(found))
    return found[number]


def _with(environment: Environment, overrides: Mapping[str, Mapping[str, Any]]) -> Environment:
    """The same environment with other values in some sections, checked anew.

    Variables of the process go before them, as they go before a file.
    """
    values = environment.model_dump()
    for section, changed in overrides.items():
        values[section] |= changed
    return Environment(**values)


def _instance(made: Environment) -> Document:
    """What an environment says of the instance itself, but for what comes first of all."""
    others = OF_THE_FUNCTIONS | FROM_THE_BEGINNING
    return {name: value for name, value in made.database.model_dump().items() if name not in others}

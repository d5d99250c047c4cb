"""The system from phase to phase: what stands before, meanwhile and after, what changes and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.adopting.phases import GOAL, MADE, phases
from ops.errors import NotDeployed, Unready
from ops.planning import Side, StackSettings, plan
from ops.stack import held
from stacks.loading import load_environment
from stacks.manifest import manifest
from stacks.naming import STACK_ORDER
from stacks.synthesis import Synthesis, synthesise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from cost import Traffic
    from ops.adopting.phases import Phase
    from ops.live import Live
    from ops.planning import Plan
    from stacks.settings import Environment

    Document = dict[str, Any]

MOST_NAMED: Final = 3
"""How many missing resources a sentence names."""


class PhaseSkipped(Unready):
    """A phase is asked for, and the one before has not come to its end."""

    def __init__(self, phase: Phase, missing: list[str]) -> None:
        self.phase, self.missing = phase, tuple(missing)
        before = phase.number - 1
        first = (
            f"miyabi deploy {phase.environment.name} --phase {before}" if before else f"miyabi adopt {MADE}"
        )
        others = " and others" if len(missing) > MOST_NAMED else ""
        super().__init__(
            f"phase {phase.number} ({phase.name}) builds on what is not there: "
            f"{', '.join(missing[:MOST_NAMED])}{others}; do `{first}` first"
        )


class PhaseBehind(Unready):
    """A phase is asked for that would take away what a later one has brought."""

    def __init__(self, phase: Phase, brought: list[str]) -> None:
        self.phase, self.brought = phase, tuple(brought)
        others = " and others" if len(brought) > MOST_NAMED else ""
        super().__init__(
            f"phase {phase.number} ({phase.name}) would take away what a later one has brought: "
            f"{', '.join(brought[:MOST_NAMED])}{others}; docs/adopting.md has the way back"
        )


class StillByHand(Unready):
    """All is to be deployed at once, and the function that was made by hand still serves."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"the api function that was made by hand still serves, and deploying {environment} at once would "
            "close the database to it; go in phases, beginning with "
            f"`miyabi deploy {environment} --phase 1` (docs/adopting.md)"
        )


@dataclass(frozen=True, slots=True)
class Step:
    """How a phase comes about: what stands before and after, what changes, what it costs then.

    `monthly` is in USD at list price, for the traffic that is expected in the end; None where it could not
    be priced.
    """

    phase: Phase
    before: Synthesis
    after: Synthesis
    plan: Plan

    @property
    def monthly(self) -> Decimal | None:
        """What a month costs after it."""
        return self.plan.bill.after.total() if self.plan.bill else None

    @property
    def monthly_before(self) -> Decimal | None:
        """What a month cost before it."""
        return self.plan.bill.before.total() if self.plan.bill else None

    def between(self) -> Iterator[tuple[str, Synthesis]]:
        """What stands while it is under way: for each stack in order, what there is when it is brought."""
        templates = dict(self.before.templates)
        for stack in self.phase.stacks:
            yield stack, Synthesis(self.phase.environment, _ordered(templates))
            templates[stack] = self.after.templates[stack]


def steps(*, as_of: date | None = None) -> tuple[Step, ...]:
    """How each phase comes about, in order; raises StackError and CfnError.

    `as_of` is the day for which it is priced; left out, today.
    """
    made, found = synthesise(load_environment(MADE)), []
    before, traffic = made, _traffic(load_environment(GOAL))
    left = Side(MADE, made.deployment, _settings(made), traffic)
    for phase in phases():
        after = standing(phase, before)
        settings = {**left.settings, **_settings(after, phase.stacks)}
        side = Side(f"phase {phase.number}", after.deployment, settings, traffic)
        found.append(Step(phase, before, after, plan(left, side, as_of=as_of)))
        before, left = after, side
    return tuple(found)


def standing(phase: Phase, before: Synthesis) -> Synthesis:
    """What stands after a phase: the stacks that it deploys, and of others what stood before."""
    whole = synthesise(phase.environment).templates
    templates = before.templates | {stack: whole[stack] for stack in phase.stacks}
    return Synthesis(phase.environment, _ordered(templates))


def refuse_skipping(live: Live, phase: Phase) -> None:
    """Refuse a phase that has no place after what is there; reads only. Doing one again is no fault.

    Raises `PhaseSkipped` where something is not there that phases before bring for good, and `PhaseBehind`
    where a later phase has brought what this one has not.
    """
    goal, before = synthesise(load_environment(GOAL)).templates, synthesise(load_environment(MADE))
    for one in phases()[: phase.number - 1]:
        before = standing(one, before)
    after = standing(phase, before)
    missing, brought = [], []
    for stack, body in after.templates.items():
        lasting, there = goal[stack]["Resources"].keys(), _there(live, stack)
        earlier = before.templates.get(stack, {"Resources": {}})["Resources"].keys()
        missing += [f"{stack}.{name}" for name in sorted((earlier & lasting) - there)]
        if stack in phase.stacks:
            brought += [f"{stack}.{name}" for name in sorted((there & lasting) - body["Resources"].keys())]
    if missing:
        raise PhaseSkipped(phase, missing)
    if brought:
        raise PhaseBehind(phase, brought)


def refuse_leaping(live: Live, wanted: Synthesis) -> None:
    """Raise `StillByHand` where all would be deployed while the function made by hand serves; reads only."""
    alias = "ApiAlias"
    there = _there(live, "service")
    if there and alias not in there and alias in wanted.templates["service"]["Resources"]:
        raise StillByHand(wanted.environment.name)


def _there(live: Live, stack: str) -> frozenset[str]:
    """Logical ids of the resources that a stack has; none where it is not there."""
    try:
        found = held(live, live.stack_name(stack))
    except NotDeployed:
        return frozenset()
    return frozenset(name for name, one in found.items() if one.status != "DELETE_COMPLETE")


def _ordered(templates: Mapping[str, Document]) -> dict[str, Document]:
    return {stack: templates[stack] for stack in STACK_ORDER if stack in templates}


def _settings(synthesis: Synthesis, stacks: Collection[str] = STACK_ORDER) -> dict[str, StackSettings]:
    """Tags, policy and protection of some stacks."""
    return {
        one["stack"]: StackSettings(one["tags"], one["stack_policy"], one["termination_protection"])
        for one in manifest(synthesis)["stacks"]
        if one["stack"] in stacks
    }


def _traffic(environment: Environment) -> Traffic:
    from cost import Traffic

    figures = environment.traffic.model_dump().items()
    return Traffic.of({key: value for key, value in figures if value is not None})

"""The overview's figures: how far resources, rules, migrations and the document's steps are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.money import cents
from ops.status.part import Standing
from report.system.facts import WORDS, State
from report.system.model import Measure, Progress
from report.system.states import PROGRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from report.system.components.making import Maker
    from report.system.model import Cost, Invariants, Issues, Migrations, StepGroup


def measures(
    maker: Maker,
    trouble: Issues,
    rules: Invariants | None,
    history: Migrations,
    price: Cost | None,
    groups: tuple[StepGroup, ...],
) -> Iterator[Measure]:
    """How far each thing is, for the overview."""
    yield _resources(maker)
    yield Measure("Doctor", trouble.state.word, trouble.state, "issues")
    if rules is not None:
        yield Measure(
            "Rules kept",
            f"{rules.kept} of {rules.total}",
            rules.state,
            "invariants",
            share=rules.kept / rules.total,
        )
    if history.rows:
        yield _applied(history)
    if maker.told.environment:
        yield _built(groups)
    if price is not None:
        free = f"${cents(price.free)} with what is free for everybody"
        yield Measure("A month at list price", f"${cents(price.total)}", None, "cost", free)


def _resources(maker: Maker) -> Measure:
    """How many there are, and whether their stacks are deployed."""
    part = maker.seen.parts.get("stacks")
    deployed = State.unknown("deployed or not")
    if part is not None:
        deployed = State(part.standing, WORDS[part.standing], part.summary)
    names = [template.name for template in maker.told.deployment.templates]
    return Measure(
        "Resources",
        str(len(maker.of())),
        deployed,
        "components",
        f"in {len(names)} stacks" if len(names) > 1 else f"in {names[0]}",
    )


def _built(groups: tuple[StepGroup, ...]) -> Measure:
    """How many of the document's steps the templates answer."""
    steps = [step.progress for group in groups for step in group.steps]
    left = {one: steps.count(one) for one in (Progress.OPEN, Progress.COMMAND) if one in steps}
    word = ", ".join(f"{number} {one.value}" for one, number in left.items()) or Progress.BUILT.value
    standing = PROGRESS[next(iter(left), Progress.BUILT)]
    built = steps.count(Progress.BUILT)
    share = built / len(steps)
    return Measure(
        "Next steps built", f"{built} of {len(steps)}", State(standing, word), "steps", share=share
    )


def _applied(history: Migrations) -> Measure:
    known = [one for one in history.rows if one.state.standing is not Standing.UNASKED]
    if not known:
        return Measure(
            "Migrations", f"{len(history.rows)} files", history.state, "migrations", _of_the_document(history)
        )
    applied, total = sum(one.state.word == "applied" for one in known), len(history.rows)
    return Measure(
        "Migrations applied",
        f"{applied} of {total}",
        history.state,
        "migrations",
        _of_the_document(history),
        share=applied / total,
    )


def _of_the_document(history: Migrations) -> str:
    return f"{history.reported} of them the document's" if history.reported else ""

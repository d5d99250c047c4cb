"""The phases from `reported` to `production`: each keeps the rules, and in none is the API locked out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cfn.diff import Effect
from cfn.reach import Addresses, Workload, sources
from ops.adopting.phases import GOAL, MADE, NoSuchPhase, phase_of
from ops.adopting.way import (
    Step,
    steps,
)
from ops.planning import Verdict
from stacks.build import files
from stacks.invariants.catalogue import check
from stacks.invariants.rule import System
from stacks.loading import load_environment
from stacks.synthesis import Synthesis, synthesise, with_lint_waivers
from stacks.waivers import judge, load_waivers

if TYPE_CHECKING:
    from collections.abc import Iterator


TODAY = date(2026, 11, 26)
NUMBERS = [1, 2, 3, 4]
PORT = 5432
GOLDEN = Path(__file__).parents[2] / "golden" / GOAL
DOCUMENT = Path(__file__).parents[3] / "docs" / "adopting.md"


@pytest.fixture(scope="module")
def way() -> tuple[Step, ...]:
    """How each phase comes about."""
    return steps(as_of=TODAY)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_phase_breaks_the_rules_that_it_names_and_no_others(number: int) -> None:
    phase = phase_of(GOAL, number)
    synthesis = synthesise(phase.environment)
    known = load_waivers()
    judgement = judge(check(System(phase.environment, synthesis.deployment, TODAY)), known, GOAL, TODAY)
    waived = judge(
        check(System(phase.environment, synthesis.deployment, TODAY)), phase.waivers(known), GOAL, TODAY
    )
    named = {(rule, place) for place, rules in phase.broken.items() for rule in rules}

    assert named == {(one.rule, one.logical_id) for one in judgement.standing}
    assert ((), ()) == (waived.standing, waived.unused)


def test_until_the_functions_come_little_more_is_broken(way: tuple[Step, ...]) -> None:
    """The service stack, which the first phase leaves alone, is judged as a part of `reported`."""
    step, known = way[0], load_waivers()
    as_made = {(one.logical_id, one.rule) for one in known if one.environment == MADE}
    system = System(step.phase.environment, step.after.deployment, TODAY)
    found = judge(check(system), known, GOAL, TODAY).standing
    broken = {(one.logical_id, one.rule) for one in found if one.stack in step.phase.stacks}

    assert {("ApiSecurityGroup", "MIYABI.NET.5"), ("MigratorFunction", "MIYABI.ALARM.5")} == broken - as_made


def test_the_last_phase_is_production_byte_for_byte(way: tuple[Step, ...]) -> None:
    last = way[-1]
    found = files(with_lint_waivers(last.after, load_waivers()))

    assert load_environment(GOAL) == last.phase.environment
    assert {} == last.phase.broken
    for path in GOLDEN.glob("*.json"):
        assert path.read_text(encoding="utf-8") == found[path.name], path.name


def test_nothing_that_holds_data_is_replaced_or_removed(way: tuple[Step, ...]) -> None:
    for step in way:
        assert Verdict.CHANGES == step.plan.verdict, step.phase.name
        assert () == step.plan.risks, step.phase.name


def test_the_first_phase_interrupts_nothing_that_serves(way: tuple[Step, ...]) -> None:
    changed = {one.logical_id: one for one in way[0].plan.resources}

    assert way[0].before.templates["service"] == way[0].after.templates["service"]
    assert {Effect.IN_PLACE, Effect.NOTHING} >= {one.effect for one in changed["Database"].changes}


def test_the_functions_change_in_one_phase_alone(way: tuple[Step, ...]) -> None:
    services = [step.after.templates["service"] for step in way]

    assert services[1] == services[2] == services[3]
    assert services[0] != services[1]


def is_served(system: Synthesis) -> bool:
    """Whether the api function of these templates can reach the database of these templates.

    Outside the VPC it comes from anywhere on the internet, to a public address.
    """
    deployment = system.deployment
    [database] = deployment.resources("AWS::RDS::DBInstance")
    [api] = [one for one in deployment.resources("AWS::Lambda::Function") if one.logical_id == "ApiFunction"]
    found = sources(deployment, database, PORT)
    if deployment.get(api, "VpcConfig") is None:
        return any(isinstance(one, Addresses) and one.public and one.cidr == "0.0.0.0/0" for one in found)
    return api in [one.resource for one in found if isinstance(one, Workload)]


def under_way(step: Step) -> Iterator[tuple[str, Synthesis]]:
    """All that may serve until a phase is there: while the service stack is brought, the function of both."""
    for stack, system in step.between():
        yield f"before {stack}", system
        if stack == "service":
            both = system.templates | {"service": step.after.templates["service"]}
            yield "in service", Synthesis(system.environment, both)
    yield "after", step.after


def test_whatever_serves_reaches_the_database_at_every_moment(way: tuple[Step, ...]) -> None:
    for step in way:
        for moment, system in under_way(step):
            assert is_served(system), f"{step.phase.name}, {moment}"


def test_closing_at_once_would_lock_the_function_out_that_serves(way: tuple[Step, ...]) -> None:
    at_once = Step(way[-1].phase, way[0].before, way[-1].after, way[-1].plan)
    found = {moment: is_served(system) for moment, system in under_way(at_once)}

    assert found["before network"]
    assert not found["before database"]
    assert found["in service"]


def test_a_month_of_each_phase_has_its_price(way: tuple[Step, ...]) -> None:
    prices = [way[0].monthly_before, *(step.monthly for step in way)]

    assert prices[1:-1] == [step.monthly_before for step in way[1:]]
    assert [36, 38, 71, 100, 96] == [round(price) for price in prices if price is not None]


@pytest.mark.parametrize(
    ("environment", "number", "found"),
    [
        (GOAL, 5, "has phases 1 to 4, and no 5"),
        (GOAL, 0, "has phases 1 to 4, and no 0"),
        ("staging", 1, "is not led to in phases"),
    ],
)
def test_a_phase_that_there_is_not_is_refused(environment: str, number: int, found: str) -> None:
    with pytest.raises(NoSuchPhase, match=f"environment {environment} {found}"):
        phase_of(environment, number)


def test_a_variable_of_the_process_goes_before_a_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIYABI_DATABASE__ENGINE_VERSION", "15.19")
    found = phase_of(GOAL, 2).environment.database

    assert ("15.19", False, True) == (found.engine_version, found.multi_az, found.publicly_accessible)


def test_the_document_has_each_phase_with_its_price_and_what_it_interrupts(way: tuple[Step, ...]) -> None:
    rows = [row for row in DOCUMENT.read_text(encoding="utf-8").splitlines() if row.startswith("| Phase")]

    assert len(rows) == len(way)
    for row, step in zip(rows, way, strict=True):
        assert step.monthly is not None
        assert row.startswith(f"| Phase {step.phase.number} [`{step.phase.name}`](#")
        assert f"| ${round(step.monthly)} |" in row

"""Each fault, given to a running twin, shows what is expected, and the doctor names it."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from ops.doctor.checks.endings import SEVERAL
from ops.doctor.diagnosing import State, diagnose
from ops.doctor.fault import faults
from ops.live import Live
from scripts.bench_doctor import PAIRED
from scripts.commands.rehearse.packages import native_package, packages_for
from stacks.loading import load_environment
from tests.sampling import examples
from tests.twin.faults.diagnosing import look_into, names, page, without
from tests.twin.faults.reading_back import read_back
from tests.twin.faults.running import deploy
from twin.faults.catalogue import read_catalogue
from twin.faults.expectation import Expectation, Request
from twin.faults.history import play
from twin.faults.injecting import injected, missing
from twin.faults.observing import observe, unexpected
from twin.faults.targets import Targets
from twin.rehearsing.diagnosing import evidence_of
from twin.rehearsing.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.doctor.diagnosing import Diagnosis

ACCOUNTS = {"production": "693147180521", "reported": "693147180522", "staging": "693147180523"}
"""Of each environment."""
WAYS = [name for fault in read_catalogue().values() for name, _ in fault.names()]
FEW = (
    *(("production", name) for name in ("API-001", "LAM-014", "PKG-008", "LOG-001", "NET-004", "DB-007")),
    ("reported", "PKG-001"),
)
"""One of each layer, shown every time; the soak shows each in every environment where it has a meaning.

Those whose answer is waited for, such as NET-001, are left to the soak.
"""
SHOWN = [FEW, [(each, way) for each in ACCOUNTS for way in WAYS]][examples(0, 1)]
PAIRS = [
    [("production", "API-001", "DB-007"), ("reported", "API-001", "PKG-001")],
    [(each, *pair) for each in ACCOUNTS for pair in combinations(PAIRED, 2)],
][examples(0, 1)]
"""Faults of two layers, in any order."""
OK = 200
HEALTH = Request.model_validate({})
WELL = Expectation.model_validate(
    {
        "status": (200,),
        "body": '"status": ?"ok"',
        "streams": "some",
        "metrics": ("function Invocations > 0", "function Errors = 0", "api 5xx = 0"),
    }
)


class Twins:
    """A running twin of each environment that is asked for, deployed once: each fault is undone."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, ExitStack()
        self._twins: dict[str, Twin] = {}
        self._healthy: dict[str, Diagnosis] = {}

    def __getitem__(self, environment: str) -> Twin:
        """The one of an environment."""
        if environment not in self._twins:
            packages, _ = packages_for(load_environment(environment), self._folder)
            package = packages.package or packages.bootstrap
            assert package is not None
            native = native_package("us-east-1")
            twin = self._open.enter_context(Twin(ACCOUNTS[environment], "us-east-1", native=native))
            deploy(twin.aws, environment, package)
            self._twins[environment] = twin
        return self._twins[environment]

    def healthy(self, environment: str) -> Diagnosis:
        """What the doctor says of an environment that nothing was done to, but for its permission."""
        if environment not in self._healthy:
            with injected(self[environment]):
                self._healthy[environment] = look_into(self[environment], environment)
        return self._healthy[environment]

    def close(self) -> None:
        """End them all."""
        self._open.close()


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    twins = Twins(tmp_path_factory.mktemp("packages"))
    yield twins
    twins.close()


@pytest.mark.parametrize(("environment", "name"), SHOWN)
def test_a_fault_shows_as_its_entry_says_is_diagnosed_and_undone(
    twins: Twins, environment: str, name: str
) -> None:
    twin = twins[environment]
    fault, _, way_name = name.partition(":")
    way = read_catalogue()[fault].way(way_name or None)
    targets, before = Targets.of(twin.deployed), read_back(twin.aws)
    if lacking := missing(targets, way):
        pytest.skip(f"{environment} has no {' and no '.join(lacking)}")
    with injected(twin, name):
        seen = observe(twin, targets, way.request, way.expected)
        diagnosis = look_into(twin, environment) if way.changes else None

    assert [] == unexpected(seen, way.expected)
    assert before == read_back(twin.aws)
    assert diagnosis is None or names(diagnosis, fault, twins.healthy(environment)), page(diagnosis)


@pytest.mark.parametrize("environment", ["production", "reported"])
def test_a_twin_whose_faults_are_undone_is_well_and_said_to_be(twins: Twins, environment: str) -> None:
    twin = twins[environment]
    targets = Targets.of(twin.deployed)
    with injected(twin):
        seen = observe(twin, targets, HEALTH, WELL)

    diagnosis = twins.healthy(environment)
    assert [] == unexpected(seen, WELL)
    assert diagnosis.state is State.HEALTHY, page(diagnosis)


@pytest.mark.parametrize(("environment", "one", "other"), PAIRS)
def test_two_faults_are_named_in_the_order_in_which_they_bite(
    twins: Twins, environment: str, one: str, other: str
) -> None:
    twin = twins[environment]
    targets = Targets.of(twin.deployed)
    first, second = sorted((one, other), key=lambda name: faults()[name].place)
    ways = [read_catalogue()[name].way() for name in (first, second)]
    if lacking := [need for way in ways for need in missing(targets, way)]:
        pytest.skip(f"{environment} has no {' and no '.join(lacking)}")
    with injected(twin, second):
        with injected(twin, first, permitted=False):
            both = look_into(twin, environment)
        then = look_into(twin, environment)

    assert names(both, first, twins.healthy(environment)), page(both)
    assert names(then, second, twins.healthy(environment)), page(then)


def test_whatever_is_denied_the_doctor_ends_tells_it_and_claims_no_health(twins: Twins) -> None:
    twin = twins["production"]
    settings = load_environment("production").model_copy(update={"account": twin.aws.account})
    evidence = evidence_of(twin, Live(settings, twin.aws.client))
    diagnose(evidence)
    asked = sorted(set(evidence.reading.calls) - {"sts:GetCallerIdentity"})
    chosen = asked[:: examples(12, 1)]
    diagnoses = {operation: without(twin, "production", operation) for operation in chosen}

    assert [] == [name for name, each in diagnoses.items() if each.state is State.HEALTHY]
    assert [] == [name for name, each in diagnoses.items() if name not in page(each)]


def test_the_reports_five_faults_are_seen_and_named_one_behind_the_other(twins: Twins) -> None:
    twin = twins["reported"]
    before = read_back(twin.aws)
    steps, causes = [], []
    for step in play(twin):
        # that an application is made anew shows by several requests to environments that were there
        for _ in range(2 * SEVERAL if step.seen.answer.status == OK else 0):
            observe(twin, Targets.of(twin.deployed), HEALTH)
        diagnosis = look_into(twin, "reported")
        steps.append(step)
        causes.append(diagnosis.cause.id if diagnosis.cause else None)

    assert causes == ["API-001", "LAM-015", "PKG-022", "PKG-006", "PKG-018", None]
    assert [500, 500, 500, 500, 200, 200] == [step.seen.answer.status for step in steps]
    assert [[]] * 6 == [unexpected(step.seen, step.expected) for step in steps]
    assert () == steps[0].seen.streams
    assert before == read_back(twin.aws)

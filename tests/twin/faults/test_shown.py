"""Each fault, given to a running twin, shows what is expected: to the caller, in the logs, in the metrics."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from scripts.commands.rehearse.packages import native_package, packages_for
from stacks.loading import load_environment
from tests.sampling import examples
from tests.twin.faults.reading_back import read_back
from tests.twin.faults.running import deploy
from twin.faults.catalogue import read_catalogue
from twin.faults.expectation import Expectation, Request
from twin.faults.history import play
from twin.faults.injecting import injected, missing
from twin.faults.observing import observe, unexpected
from twin.faults.targets import Targets
from twin.rehearsing.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNTS = {"production": "693147180521", "reported": "693147180522", "staging": "693147180523"}
"""Of each environment."""
WAYS = [name for fault in read_catalogue().values() for name, _ in fault.names()]
FEW = (
    *(("production", name) for name in ("API-001", "LAM-014", "PKG-008", "LOG-001", "NET-001", "DB-007")),
    ("reported", "PKG-001"),
)
"""One of each layer, shown every time; the soak shows each in every environment where it has a meaning."""
SHOWN = [FEW, [(each, way) for each in ACCOUNTS for way in WAYS]][examples(0, 1)]
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

    def close(self) -> None:
        """End them all."""
        self._open.close()


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    twins = Twins(tmp_path_factory.mktemp("packages"))
    yield twins
    twins.close()


@pytest.mark.parametrize(("environment", "name"), SHOWN)
def test_a_fault_shows_as_its_entry_says_and_is_undone(twins: Twins, environment: str, name: str) -> None:
    twin = twins[environment]
    fault, _, way_name = name.partition(":")
    way = read_catalogue()[fault].way(way_name or None)
    targets, before = Targets.of(twin.deployed), read_back(twin.aws)
    if lacking := missing(targets, way):
        pytest.skip(f"{environment} has no {' and no '.join(lacking)}")
    with injected(twin, name):
        seen = observe(twin, targets, way.request, way.expected)

    assert [] == unexpected(seen, way.expected)
    assert before == read_back(twin.aws)


@pytest.mark.parametrize("environment", ["production", "reported"])
def test_a_twin_whose_faults_are_undone_is_well(twins: Twins, environment: str) -> None:
    twin = twins[environment]
    targets = Targets.of(twin.deployed)
    with injected(twin):
        seen = observe(twin, targets, HEALTH, WELL)

    assert [] == unexpected(seen, WELL)


def test_the_reports_five_faults_are_seen_one_behind_the_other(twins: Twins) -> None:
    twin = twins["reported"]
    before = read_back(twin.aws)
    steps = list(play(twin))

    assert [500, 500, 500, 500, 200, 200] == [step.seen.answer.status for step in steps]
    assert [[]] * 6 == [unexpected(step.seen, step.expected) for step in steps]
    assert () == steps[0].seen.streams
    assert before == read_back(twin.aws)

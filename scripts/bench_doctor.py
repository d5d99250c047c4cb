"""Gives twins every fault, alone and in pairs, and counts how often the doctor names it.

make bench-doctor
make bench-doctor ARGS=production
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from ops.doctor.diagnosing import State, diagnose
from ops.doctor.fault import faults
from ops.live import Live
from scripts.commands.rehearse.changing import rehearsal_of
from scripts.commands.rehearse.packages import native_package, packages_for
from scripts.commands.rehearse.run import ACCOUNT
from scripts.talk import show, talk
from stacks.loading import environment_names, load_environment
from stacks.synthesis import synthesise
from twin.faults.catalogue import read_catalogue
from twin.faults.injecting import injected, missing, permit_first
from twin.faults.targets import Targets
from twin.rehearsing.diagnosing import evidence_of
from twin.rehearsing.timing import Steps
from twin.rehearsing.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.doctor.diagnosing import Diagnosis
    from stacks.settings import Environment

PAIRED: Final = (
    *("API-037", "API-033", "API-001", "LAM-014", "PKG-008", "PKG-001", "LAM-015", "PKG-016"),
    *("NET-001", "DB-012", "DB-019", "DB-007"),
)
"""A fault of each layer that fails every request, for pairs."""
GIVEN_TOGETHER: Final = {"API-034": "API-008"}
"""Faults that can't be given without another, which a request meets first."""
NOTHING: Final = "-"
"""What is named where nothing is wrong, or nothing is decided."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the doctor said of one fault.

    Attributes:
        environment: Whose twin it was.
        way: How the fault was given, such as `DB-001:slash`; `NOTHING` for the healthy twin.
        fault: Its id.
        cause: The root cause that was named, or `NOTHING`.
        left: Where nothing was decided, what may be the cause, the likeliest first.
        also: Everything else that was proved.
        before: What was proved of the healthy twin already.
        seconds: How long the diagnosis took beyond the answer to the request.
    """

    environment: str
    way: str
    fault: str
    cause: str
    left: tuple[str, ...]
    also: tuple[str, ...]
    before: frozenset[str]
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether it was named as the cause; what fails nothing, whether it is among what was found anew."""
        if self.fault == NOTHING:
            return self.cause == NOTHING
        if self.fault in GIVEN_TOGETHER:
            return self.cause == GIVEN_TOGETHER[self.fault] and self.fault in self.also
        if self.left:
            return self.left[0] == self.fault
        if self.cause == NOTHING:
            return self.fault in set(self.also) - self.before
        return self.cause == self.fault


@dataclass(frozen=True, slots=True)
class Pair:
    """What the doctor said of two faults at once, and of the second when the first was mended.

    Attributes:
        first: The one that a request meets first, as it was given.
        second: The other.
        cause: What was named while both stood.
        together: Whether the second was told then as well.
        then: What was named once the first was mended.
    """

    environment: str
    first: str
    second: str
    cause: str
    together: bool
    then: str

    @property
    def is_right(self) -> bool:
        """Whether each was named as the cause in its turn."""
        return (self.cause, self.then) == (_id(self.first), _id(self.second))


def main() -> None:
    """Print the confusion matrix of the environments that are named, or of all; exit 1 where one is wrong."""
    names = [each for each in sys.argv[1:] if not each.startswith("-")] or environment_names()
    found = [each for name in names for each in _measured(load_environment(name))]
    show(matrix(found) + "\n")
    pairs = [each for name in names for each in _paired(load_environment(name))]
    show(paired(pairs))
    wrong = sum(not each.is_right for each in found) + sum(not each.is_right for each in pairs)
    if wrong:
        talk(f"{wrong} of {len(found) + len(pairs)} diagnoses are wrong")
        sys.exit(1)


def paired(pairs: Sequence[Pair]) -> str:
    """Markdown: how often two faults were named one after the other, and each pair that is wrong."""
    right = [each for each in pairs if each.is_right]
    at_once = sum(each.together for each in right)
    head = (
        f"Of {len(pairs)} pairs of faults, one for each two layers, {len(right)} were named in the order in "
        "which they bite: the first while both stood, the second once the first was mended. "
        f"In {at_once} of them the second was told at once."
    )
    lines = [head]
    lines += [
        f"- {each.environment}, {each.first} and {each.second}: named {each.cause}, then {each.then}"
        for each in pairs
        if not each.is_right
    ]
    return "\n".join(lines)


def matrix(found: Sequence[Named]) -> str:
    """Markdown: what was given against what was named, by layer, and every diagnosis that is wrong."""
    layers = {fault.id: fault.layer.value for fault in faults().values()} | {NOTHING: "nothing"}
    counted = Counter((layers[each.fault], layers[_said(each)]) for each in found)
    given = [layer for layer in dict.fromkeys(layers.values()) if any(layer == key[0] for key in counted)]
    named = [layer for layer in dict.fromkeys(layers.values()) if any(layer == key[1] for key in counted)]
    lines = [
        "| given in \\ named in | " + " | ".join(named) + " |",
        "|---|" + "---:|" * len(named),
        *(
            f"| {row} | " + " | ".join(str(counted[row, each] or "") for each in named) + " |"
            for row in given
        ),
        "",
    ]
    right = sum(each.is_right for each in found)
    undecided = sum(each.is_right and bool(each.left) for each in found)
    slowest = max(found, key=lambda each: each.seconds)
    lines.append(
        f'{right} of {len(found)} are right, {undecided} of them by "undecided" with the fault in the first '
        f"place; the longest took {slowest.seconds:.1f} s beyond the request "
        f"({slowest.way}, {slowest.environment})."
    )
    for each in found:
        if not each.is_right:
            also = ", ".join(each.also) or "nothing else"
            lines.append(f"- {each.environment}, {each.way}: named {each.cause}, besides {also}")
    return "\n".join(lines)


def _said(named: Named) -> str:
    """The fault that counts as what was named."""
    return named.fault if named.is_right else (*named.left, named.cause)[0]


def _measured(environment: Environment) -> Iterator[Named]:
    """The healthy twin, then each fault alone."""
    with TemporaryDirectory() as folder, deployed(environment, Path(folder)) as twin:
        healthy = _look(twin, environment, NOTHING, NOTHING, frozenset())
        yield healthy
        before = frozenset((*healthy.also, healthy.cause))
        for way, fault in _ways(twin):
            talk(f"{environment.name}: {way}")
            with injected(twin, way):
                yield _look(twin, environment, way, fault, before)


def _paired(environment: Environment) -> Iterator[Pair]:
    """Two faults at once, of each two layers that the environment can be given faults of."""
    with TemporaryDirectory() as folder, deployed(environment, Path(folder)) as twin:
        ways = dict(_ways(twin))
        given = sorted((way for way in ways if way in PAIRED), key=lambda way: faults()[ways[way]].place)
        for first, second in combinations(given, 2):
            talk(f"{environment.name}: {first} and {second}")
            with injected(twin, second):
                with injected(twin, first, permitted=False):
                    both = _diagnosis(twin, environment)
                then = _diagnosis(twin, environment)
            told = {each.id for each in both.findings if each.is_proved}
            yield Pair(environment.name, first, second, _cause(both), ways[second] in told, _cause(then))


def _diagnosis(twin: Twin, environment: Environment) -> Diagnosis:
    return diagnose(evidence_of(twin, Live(environment, twin.aws.client)))


def _cause(diagnosis: Diagnosis) -> str:
    return diagnosis.cause.id if diagnosis.cause else NOTHING


def _id(way: str) -> str:
    return way.partition(":")[0]


@contextmanager
def deployed(environment: Environment, folder: Path) -> Iterator[Twin]:
    """A twin of an environment, deployed as `miyabi rehearse` does it; the API has its permission."""
    packages, _ = packages_for(environment, folder)
    account, region = environment.account or ACCOUNT, environment.region
    with Twin(account, region, native=native_package(region)) as twin:
        rehearsal_of(synthesise(environment), twin, packages, Steps(lambda _: None)).deploy()
        permission = permit_first(twin)
        yield twin
        if permission:
            permission.undo()


def _ways(twin: Twin) -> Iterator[tuple[str, str]]:
    """Every way of every fault that changes something of what is deployed, and that it can be given."""
    targets = Targets.of(twin.deployed)
    for fault in read_catalogue().values():
        for name, way in fault.names():
            if way.changes and not missing(targets, way):
                yield name, fault.id


def _look(twin: Twin, environment: Environment, way: str, fault: str, before: frozenset[str]) -> Named:
    began = time.monotonic()
    diagnosis = _diagnosis(twin, environment)
    taken = time.monotonic() - began
    reply = diagnosis.symptom.reply
    return Named(
        environment.name,
        way,
        fault,
        _cause(diagnosis),
        tuple(each.id for each in diagnosis.undecided) if diagnosis.state is State.UNDECIDED else (),
        tuple(each.id for each in diagnosis.findings if each.is_proved and each is not diagnosis.cause),
        before,
        taken - (reply.seconds if reply else 0.0),
    )


if __name__ == "__main__":
    main()

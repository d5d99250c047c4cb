"""Where a package is to run: a runtime with what it offers, and an architecture; given, or guessed."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cfn.registry import cfn_lint_data
from ops.package.inspect import elf
from ops.package.inspect.errors import ArchitectureUnknown, RuntimeUnknown
from ops.package.target import LINUX_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ops.package.inspect.archive import Content

BOOTSTRAP: Final = "bootstrap"
MACHINES: Final = {"x86_64": elf.X86_64, "arm64": elf.AARCH64}
"""The number of each architecture in the head of an ELF file."""
LOADERS: Final = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}
"""The program interpreter of each, in every runtime."""
GO_NAMES: Final = {"x86_64": "amd64", "arm64": "arm64"}
CARGO_FLAGS: Final = {"x86_64": "--x86-64", "arm64": "--arm64"}
"""What Go calls each (GOARCH), and the option of `cargo lambda build`."""
OLD_WHEELS: Final = ("manylinux2014",)
NEW_WHEELS: Final = ("manylinux_2_28", *OLD_WHEELS)
NEW_GLIBC: Final = 28
"""Second number of the glibc that the newer of these wheels need (PEP 600); Amazon Linux 2 has 2.26."""
TABLE: Final = Path(__file__).with_name("runtimes.json")
"""What each runtime offers, with the source and date of every statement."""


@dataclass(frozen=True, slots=True)
class Library:
    """A shared library of a runtime, and the symbol versions that it has."""

    name: str
    up_to: Mapping[str, str] = field(default_factory=dict)
    """Newest version of a family, such as GLIBC: later ones are missing."""
    at_least: Mapping[str, str] = field(default_factory=dict)
    """Version of a family that it surely has: of later ones nothing is known."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A Lambda runtime; one whose system is None offers what is not known here."""

    name: str
    system: str | None = None
    libraries: Mapping[str, Library] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    unsure: tuple[str, ...] = ()
    """Beginnings of library names of which the runtime may have another version in its own folder."""
    programs: frozenset[str] = frozenset()
    python: str | None = None
    magic: int | None = None
    """The number at the head of the bytecode that this Python runs."""

    @property
    def is_custom(self) -> bool:
        """Whether a binary or script named bootstrap runs."""
        return self.name.startswith("provided")

    @property
    def is_python(self) -> bool:
        """Whether a Python function runs, also where its version is none of the table."""
        return self.name.startswith("python")

    @property
    def wheels(self) -> tuple[str, ...]:
        """Tags of wheels that its glibc is new enough for, without the machine; pip wants each named."""
        glibc = self.libraries.get("libc.so.6", Library("")).up_to.get("GLIBC", "2.17")
        return NEW_WHEELS if int(glibc.split(".")[1]) >= NEW_GLIBC else OLD_WHEELS


@dataclass(frozen=True, slots=True)
class Target:
    """What a package is judged for, and on what grounds where nobody said it."""

    runtime: Runtime
    architecture: str
    guessed: Mapping[str, str] = field(default_factory=dict)
    """Why a runtime or architecture was taken that nobody gave, by that word."""

    def fill(self, remedy: str) -> str:
        """A remedy with its gaps filled: what it is inspected for, as each tool wants it called."""
        machine = LINUX_NAMES[self.architecture]
        return remedy.format(
            runtime=self.runtime.name,
            architecture=self.architecture,
            machine=machine,
            python=self.runtime.python or "3",
            platforms=" ".join(f"--platform {tag}_{machine}" for tag in self.runtime.wheels),
            goarch=GO_NAMES[self.architecture],
            flag=CARGO_FLAGS[self.architecture],
        )


def choose(
    names: Iterable[str], contents: Mapping[str, Content], runtime: str | None, architecture: str | None
) -> Target:
    """Take what was given, and guess the rest from the content.

    Raises:
        RuntimeUnknown: The word names no Lambda runtime.
        ArchitectureUnknown: The word names no architecture.
    """
    guessed: dict[str, str] = {}
    if runtime is None:
        runtime, guessed["runtime"] = _guess_runtime(names)
    if architecture is None:
        architecture, guessed["architecture"] = _guess_architecture(contents)
    if architecture not in MACHINES:
        raise ArchitectureUnknown(architecture, tuple(MACHINES))
    return Target(load_runtime(runtime), architecture, guessed)


def load_runtime(name: str) -> Runtime:
    """A runtime by its identifier, such as python3.13.

    Raises:
        RuntimeUnknown: Lambda has no such runtime.
    """
    known = sorted({*_table()["runtimes"], *lifecycles()})
    if name not in known:
        raise RuntimeUnknown(name, known)
    row = _table()["runtimes"].get(name)
    if row is None:
        return Runtime(name)
    system = _table()["systems"][row["system"]]
    return Runtime(
        name,
        system["name"],
        {key: _library(key, value) for key, value in system["libraries"].items()},
        frozenset(row.get("absent", ())),
        tuple(row.get("unsure", ())),
        frozenset(system["programs"]),
        row.get("python"),
        row.get("magic"),
    )


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """When AWS stops mending a runtime, and then refuses new functions and changes of old ones."""

    deprecated: date
    no_creation: date | None
    no_update: date | None
    successor: str | None


@cache
def lifecycles() -> dict[str, Lifecycle]:
    """The dates of every runtime, from cfn-lint's own table."""
    rows = json.loads((cfn_lint_data() / "AdditionalSpecs/LmbdRuntimeLifecycle.json").read_text())
    return {
        name: Lifecycle(
            date.fromisoformat(row["deprecated"]),
            _day(row["create-block"]),
            _day(row["update-block"]),
            row["successor"],
        )
        for name, row in rows.items()
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def _library(name: str, row: dict[str, Any]) -> Library:
    return Library(name, row.get("up_to", {}), row.get("at_least", {}))


def _guess_runtime(names: Iterable[str]) -> tuple[str, str]:
    for name in names:
        if re.fullmatch(rf"(?:[^/]+/)?{BOOTSTRAP}", name):
            return "provided.al2023", f"it holds {name}"
    return "python3.13", f"it holds no {BOOTSTRAP}"


def _guess_architecture(contents: Mapping[str, Content]) -> tuple[str, str]:
    counted = Counter(content.binary.machine for content in contents.values() if content.binary)
    of_machine = {machine: name for name, machine in MACHINES.items()}
    for machine, number in counted.most_common():
        if machine in of_machine:
            share = "all" if number == counted.total() else f"{number} of {counted.total()}"
            return of_machine[machine], f"what {share} of its machine code is for"
    return "arm64", "nothing in it is bound to an architecture"

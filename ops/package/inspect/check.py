"""What a check is: an id, a sentence that should hold, a remedy, and a function that looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ops.package.inspect.target import MACHINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from ops.package.inspect.archive import Archive, Content, Entry
    from ops.package.inspect.elf import Elf
    from ops.package.inspect.target import Target


class Outcome(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    """It will run, and not well, or not for long."""
    UNKNOWN = "unknown"
    """It can't be told from the zip, or by what is known of the runtime."""
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, on what evidence; `remedy`, without gaps, where the check's own does not fit."""

    outcome: Outcome
    evidence: tuple[str, ...]
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """An open zip with what was read of it, and where it is to run."""

    archive: Archive
    target: Target
    contents: Mapping[str, Content]
    """By path, of the last of that name."""
    handlers: tuple[str, ...]
    handlers_why: str
    as_of: date

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The list of files."""
        return self.archive.entries

    @property
    def binaries(self) -> dict[str, Elf]:
        """The ELF files that can be read and are for the architecture."""
        return {
            path: content.binary
            for path, content in self.contents.items()
            if content.binary and not foreign(content.binary, self.target.architecture)
        }

    @property
    def files(self) -> dict[str, Elf | None]:
        """Every file and link, with what was read of it where it is a binary."""
        return {path: content.binary for path, content in self.contents.items() if not path.endswith("/")}


@dataclass(frozen=True, slots=True)
class Check:
    """Something that should hold of every package.

    The remedy has gaps, such as `{architecture}`, for what the package is inspected for (Target.fill).
    """

    id: str
    sentence: str
    remedy: str
    look: Callable[[Package], Verdict] = field(repr=False)


def passed(evidence: str) -> Verdict:
    """It holds."""
    return Verdict(Outcome.PASSED, (evidence,))


def not_applicable(why: str) -> Verdict:
    """There is nothing that it is about."""
    return Verdict(Outcome.NOT_APPLICABLE, (why,))


def unknown(*evidence: str, remedy: str | None = None) -> Verdict:
    """It can't be told."""
    return Verdict(Outcome.UNKNOWN, evidence, remedy)


def failed(*evidence: str, remedy: str | None = None) -> Verdict:
    """It does not hold."""
    return Verdict(Outcome.FAILED, evidence, remedy)


def warned(*evidence: str, remedy: str | None = None) -> Verdict:
    """It does not hold, and the package runs nevertheless."""
    return Verdict(Outcome.WARNED, evidence, remedy)


def failed_if(found: Iterable[str], otherwise: str) -> Verdict:
    """Failed with all that was found, or passed where nothing was."""
    evidence = tuple(found)
    return failed(*evidence) if evidence else passed(otherwise)


MACHINE_NAMES: Final = {
    3: "32-bit x86",
    8: "MIPS",
    20: "PowerPC",
    21: "64-bit PowerPC",
    22: "IBM Z",
    40: "32-bit ARM",
    62: "x86_64",
    183: "arm64",
    243: "RISC-V",
}
"""What machines are called whose number may stand in the head of an ELF file."""


def foreign(binary: Elf, architecture: str) -> str | None:
    """What a binary is made for, where that is not this architecture."""
    machine = MACHINE_NAMES.get(binary.machine, f"machine {binary.machine}")
    if binary.bits == 64 and binary.little and binary.machine == MACHINES[architecture]:  # noqa: PLR2004  (bits)
        return None
    order = "" if binary.little else "big-endian "
    width = "" if binary.bits == 64 or "-bit" in machine else ", 32-bit"  # noqa: PLR2004  (bits)
    return f"{order}{machine}{width}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 file, 2,000 files."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"

"""Inspects a zip: opens it, finds out where it is to run, and has every check look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.package.inspect.archive import open_archive
from ops.package.inspect.binary_checks import BINARY_CHECKS
from ops.package.inspect.bootstrap_checks import BOOTSTRAP_CHECKS
from ops.package.inspect.check import Outcome, Package
from ops.package.inspect.python_checks import PYTHON_CHECKS
from ops.package.inspect.support_checks import SUPPORT_CHECKS
from ops.package.inspect.target import Target, choose
from ops.package.inspect.zip_checks import ZIP_CHECKS
from runtime.contract import CUSTOM_HANDLER, HANDLERS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from pathlib import Path

    from ops.package.inspect.check import Check, Verdict

CHECKS: Final = (*ZIP_CHECKS, *BOOTSTRAP_CHECKS, *BINARY_CHECKS, *PYTHON_CHECKS, *SUPPORT_CHECKS)
"""Every check, in the order in which they are told."""
CONSOLE_HANDLER: Final = "lambda_function.lambda_handler"
"""The handler of a Python function that was made in AWS's console."""


@dataclass(frozen=True, slots=True)
class Result:
    """One check and what came of it."""

    check: Check
    verdict: Verdict
    target: Target

    @property
    def remedy(self) -> str | None:
        """What to do, where there is something to be done."""
        if self.verdict.outcome in {Outcome.PASSED, Outcome.NOT_APPLICABLE}:
            return None
        return self.verdict.remedy or self.target.fill(self.check.remedy)


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that was found out about a zip."""

    path: Path
    zipped: int
    unzipped: int
    files: int
    target: Target
    handlers: tuple[str, ...]
    handlers_why: str
    results: tuple[Result, ...]

    @property
    def failed(self) -> bool:
        """Whether it would not run."""
        return any(result.verdict.outcome is Outcome.FAILED for result in self.results)

    @property
    def unknown(self) -> bool:
        """Whether something could not be told: it may run, or not."""
        return any(result.verdict.outcome is Outcome.UNKNOWN for result in self.results)

    def document(self) -> dict[str, Any]:
        """The same for programs; sizes in bytes."""
        return {
            "file": str(self.path),
            "zipped": self.zipped,
            "unzipped": self.unzipped,
            "files": self.files,
            "runtime": self.target.runtime.name,
            "architecture": self.target.architecture,
            "guessed": dict(self.target.guessed),
            "handlers": list(self.handlers),
            "failed": self.failed,
            "unknown": self.unknown,
            "checks": [
                {
                    "id": result.check.id,
                    "sentence": result.check.sentence,
                    "outcome": result.verdict.outcome,
                    "evidence": list(result.verdict.evidence),
                    "remedy": result.remedy,
                }
                for result in self.results
            ],
        }


def inspect(
    path: Path,
    *,
    as_of: date,
    runtime: str | None = None,
    architecture: str | None = None,
    handler: str | None = None,
) -> Inspection:
    """Check a zip for a runtime and an architecture; what is not given is guessed from its content.

    Args:
        path: The zip.
        as_of: The day on which the runtime's support is judged.
        runtime: Such as python3.13 or provided.al2.
        architecture: arm64 or x86_64.
        handler: Such as module.function; left out, those of this project, or the console's.

    Raises:
        Unreadable: There is no such file, or it may not be read.
        NotZip: It is no zip, or its list of files is broken.
        RuntimeUnknown: Lambda has no such runtime.
        ArchitectureUnknown: Lambda has no such architecture.
    """
    with open_archive(path) as archive:
        contents = {entry.name: content for entry, content in archive.contents()}
        target = choose(contents, contents, runtime, architecture)
        handlers, why = _handlers(handler, target, contents)
        package = Package(archive, target, contents, handlers, why, as_of)
        results = tuple(Result(check, check.look(package), target) for check in CHECKS)
        files = sum(not entry.is_folder for entry in archive.entries)
        return Inspection(path, archive.size, archive.unzipped, files, target, handlers, why, results)


def _handlers(given: str | None, target: Target, names: Collection[str]) -> tuple[tuple[str, ...], str]:
    """The handlers to look for, and why these; none where nobody knows."""
    if given:
        return (given,), "given"
    if target.runtime.is_custom:
        return (CUSTOM_HANDLER,), "a custom runtime starts it"
    ours = tuple(HANDLERS.values())
    if any(name.startswith(f"{ours[0].split('.', 1)[0]}/") for name in names):
        return ours, "those of this project"
    if CONSOLE_HANDLER.split(".", 1)[0] + ".py" in names:
        return (CONSOLE_HANDLER,), "the console's, as there is such a file"
    return (), "no handler is named; name it by --handler module.function"

"""Whether Lambda can start the zips that are to be uploaded, and for which functions it can't."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ops.package.inspect.check import Outcome
from ops.package.inspect.errors import InspectError
from ops.package.inspect.inspecting import inspect
from ops.preflight.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.package.inspect.inspecting import Result
    from ops.preflight.found import Scope

FUNCTION: Final = "AWS::Lambda::Function"
PROBLEM: Final = (Outcome.FAILED,)
DOUBT: Final = (Outcome.WARNED, Outcome.UNKNOWN)


def packages(scope: Scope) -> Iterator[Found]:
    """What `miyabi package inspect` finds, for each runtime and architecture that the functions have."""
    for path, runtime, architecture in sorted(_uses(scope)):
        try:
            found = inspect(path, as_of=scope.today, runtime=runtime, architecture=architecture)
        except InspectError as error:
            yield Found(str(error))
            continue
        if is_misnamed(path):
            yield Found(
                f"package {path.name} is not the zip whose hash its name has; `make package` again, "
                "or give it a name without one"
            )
        for result in found.results:
            if result.verdict.outcome in PROBLEM + DOUBT:
                sentence = _sentence(path, result)
                yield Found(sentence, is_problem=result.verdict.outcome in PROBLEM)


def is_misnamed(path: Path) -> bool:
    """Whether a zip's name ends with a hash, as `make package` gives it, and of something else."""
    named = re.fullmatch(r".*-([0-9a-f]{16})", path.stem)
    return named is not None and not sha256(path.read_bytes()).hexdigest().startswith(named[1])


def _uses(scope: Scope) -> set[tuple[Path, str, str]]:
    """Which zip is for which runtime and architecture."""
    uses = set()
    for _, _, properties in scope.resources(FUNCTION):
        runtime = properties.get("Runtime")
        architectures = properties.get("Architectures", ["x86_64"])
        is_custom = str(runtime).startswith("provided")
        path = scope.bootstrap if is_custom else scope.package
        if path and isinstance(runtime, str) and isinstance(architectures, list):
            uses.add((path, runtime, architectures[0]))
    return uses


def _sentence(path: Path, result: Result) -> str:
    """Such as `package x.zip for arm64: that ... does not hold (evidence); remedy`."""
    evidence = "; ".join(result.verdict.evidence)
    remedy = f"; {result.remedy}" if result.remedy else ""
    held = "fails" if result.verdict.outcome in PROBLEM else f"is {result.verdict.outcome}"
    return (
        f"package {path.name} for {result.target.architecture}: {result.check.id} {held}: {evidence}{remedy}"
    )

"""What can stop a package from being built.

    PackageError
    ├── RootsMissing        the CA bundle has no current roots of a region
    ├── PythonUnfit         PYTHON313 names an interpreter that won't do
    ├── SourceUncompilable  a file of ours is no Python of the target's version
    └── AccessMissing
        ├── WheelsUnfetched   wheels are missing here, and could not be fetched
        └── WheelsMissing     wheels are missing here, and nobody was to fetch them

Each is told in one sentence. The lock itself is ours: a mistake in it is a bug.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path


class PackageError(Exception):
    """Something an operator can mend before there is a package."""


class RootsMissing(PackageError):
    """The CA bundle has no current roots of a region."""

    def __init__(self, region: str, known: Sequence[str], as_of: date) -> None:
        self.region, self.known, self.as_of = region, tuple(known), as_of
        near = get_close_matches(region, known, n=1)
        hint = f"it has those of {', '.join(known)}, or " if known else ""
        if near:
            hint = f"did you mean {near[0]}, or "
        super().__init__(
            f"runtime/ca/rds-global-bundle.pem has no RDS roots of region {region!r} that are valid "
            f"on {as_of}; {hint}put AWS's current bundle in its place"
        )


class PythonUnfit(PackageError):
    """An interpreter that was named is not of the version it is to compile for."""

    def __init__(self, variable: str, named: str, wanted: str) -> None:
        self.variable, self.named, self.wanted = variable, named, wanted
        super().__init__(f"{variable}={named} is no CPython {wanted}; name one, or unset the variable")


class SourceUncompilable(PackageError):
    """The compiler refused a file."""

    def __init__(self, version: str, said: str) -> None:
        self.version, self.said = version, said
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        super().__init__(
            f"Python {version} can't compile what goes into the package "
            f"({' / '.join(lines[-4:]) or 'it gives no reason'}); mend the file"
        )


class AccessMissing(PackageError):
    """Something is not on this machine, and not within reach."""


class WheelsUnfetched(AccessMissing):
    """Wheels are missing here, and pip could not fetch them; `said` is all that pip said."""

    def __init__(self, target: str, names: Sequence[str], said: str) -> None:
        self.target, self.names, self.said = target, tuple(names), said
        errors = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()
        reason = errors[-1].removeprefix("ERROR: ").strip() if errors else "pip said nothing"
        super().__init__(
            f"the wheels of {', '.join(names)} for {target} can't be fetched ({reason}); "
            "check the network and pip's index, and run `make package` again"
        )


class WheelsMissing(AccessMissing):
    """Wheels are missing here, and nobody was to fetch them."""

    def __init__(self, target: str, names: Sequence[str], folder: Path) -> None:
        self.target, self.names, self.folder = target, tuple(names), folder
        super().__init__(
            f"{folder} lacks the wheels of {', '.join(names)} for {target}; "
            "run `make package`, which fetches them"
        )

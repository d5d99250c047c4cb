"""The package that a deployment uploads: the one that is named, or one that is built of the code as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts.errors import ProgramError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.settings import Environment

FOLDER: Final = Path("build/deploy")
"""Where it is written; `make package` writes elsewhere, and both architectures."""


class PackageUnbuilt(ProgramError):
    """The package could not be built here."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"the package can't be built: {found}; mend that, or name a zip by --package")


class PackageTooLarge(ProgramError):
    """The package is larger than it may be."""

    def __init__(self, excesses: Sequence[str]) -> None:
        self.excesses = tuple(excesses)
        super().__init__("; ".join(excesses))


def package_for(environment: Environment, named: Path | None) -> Path | None:
    """The zip that is named, or one that is built here; None for an environment that runs no code of ours.

    Raises `PackageUnbuilt`. What is built takes some seconds, and is what `make package` writes.
    """
    if named is not None or not needs_package(environment):
        return named
    from ops.package.delivering import write
    from ops.package.errors import PackageError
    from ops.package.sizes import excesses
    from ops.package.target import LAMBDA
    from scripts.commands.package.build import built

    today = date.today()  # noqa: DTZ011  (the operator's own calendar day)
    try:
        [package] = built([LAMBDA[environment.api.architecture]], environment.region, today)
    except PackageError as error:
        raise PackageUnbuilt(str(error)) from None
    if too_large := list(excesses(package)):
        raise PackageTooLarge(too_large)
    write([package], environment.region, FOLDER)
    return FOLDER / package.file


def needs_package(environment: Environment) -> bool:
    """Whether any function runs our code, as opposed to a binary of another's."""
    others = (environment.login, environment.migrator)
    return any(others) or not environment.api.runtime.startswith("provided")

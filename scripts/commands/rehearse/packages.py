"""The packages of a rehearsal: the one that is deployed, and the one that this machine can run."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ops.package.errors import PackageError, WheelsMissing
from ops.package.interpreters import find_python, find_runnable
from ops.package.shelf import built, runtime_client
from ops.package.target import LAMBDA
from scripts.commands.deploy.packages import needs_package
from scripts.errors import ProgramError
from twin.functions import Native
from twin.functions.stand_in import write_stand_in
from twin.rehearsing.rehearsal import Packages

if TYPE_CHECKING:
    from pathlib import Path

    from stacks.settings import Environment


class PackageUnbuilt(ProgramError):
    """There is no package that this machine could run, and none can be built."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"no package can be built that runs here: {found}")


def native_package(region: str) -> Native:
    """Our package for this machine, built once; raises `PackageUnbuilt`."""
    runnable = find_runnable()
    try:
        package = built(runnable.target, runnable.interpreter, region=region, as_of=_today())
        client = runtime_client(runnable.target)
    except PackageError as error:
        raise PackageUnbuilt(str(error)) from None
    described = f"the package for {runnable.target.name} under Python {runnable.interpreter.version}"
    return Native(package.folder, runnable.interpreter.path, client, described)


def packages_for(environment: Environment, folder: Path) -> tuple[Packages, list[str]]:
    """What is uploaded, and what of it stands in for something else, a sentence each.

    Args:
        environment: Whose functions they are for.
        folder: Where a stand-in may be written.

    Raises:
        PackageUnbuilt: There is none, and none can be built.
    """
    package, said = _ours(environment) if needs_package(environment) else (None, [])
    bootstrap = None
    if environment.api.runtime.startswith("provided"):
        bootstrap = write_stand_in(folder / "bootstrap.zip")
    return Packages(package, bootstrap), said


def _ours(environment: Environment) -> tuple[Path, list[str]]:
    """The zip for the environment's architecture; the one for this machine where its wheels are not here."""
    target = LAMBDA[environment.api.architecture]
    try:
        return built(target, find_python(target.python), region=environment.region, as_of=_today()).zip, []
    except WheelsMissing:
        pass
    runnable = find_runnable()
    try:
        found = built(runnable.target, runnable.interpreter, region=environment.region, as_of=_today())
    except PackageError as error:
        raise PackageUnbuilt(str(error)) from None
    said = (
        f"the package for {runnable.target.name} is uploaded in place of the one for {target.name}, whose "
        "wheels are not here; `make package` fetches them"
    )
    return found.zip, [said]


def _today() -> date:
    return date.today()  # noqa: DTZ011  (the operator's own calendar day)

"""How a deployed version is run on this machine, and what has to stand in for what AWS has."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.configuration import Configuration
from twin.functions.binaries import runs_on, this_machine
from twin.functions.errors import NotRunnable
from twin.functions.lending import Lender
from twin.functions.native import Native, minor_of
from twin.functions.stand_in import MARK, TOLD
from twin.functions.unpacking import Shelf, code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twin.aws.clients import Aws
    from twin.functions.resolving import Found

    Variables = Callable[[Mapping[str, object], Mapping[str, str], Path], Mapping[str, str]]

TASK_ROOT: Final = "/var/task"
BOOTSTRAP: Final = "bootstrap"
_PYTHON: Final = re.compile(r"python(3\.\d+)")
_UNSUPPORTED: Final = {
    "Layers": ("layers", "pack what they hold with its code"),
    "FileSystemConfigs": ("a file system", "deploy it without one"),
    "ImageConfigResponse": ("a container image", "deploy it as a zip"),
}
"""What a function may have that is not simulated: how it is called, and what helps."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A version of a function for this machine.

    Attributes:
        unstartable: Why its bootstrap can't be started at all, in Lambda's words; None where it can be tried.
        substitutions: What stands in for something else, a sentence each.
        unchecked: What it has that has no effect here, a sentence each.
    """

    configuration: Configuration
    unstartable: str | None = None
    substitutions: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


class Fitter:
    """Fits versions to this machine.

    Args:
        aws: The account.
        folder: Where packages are unpacked.
        native: What lends its compiled modules; there is nothing to lend if it is None.
        variables: Makes the variables of a process of those that are deployed.
        init_seconds: How long a function may take to start.
    """

    def __init__(
        self, aws: Aws, folder: Path, native: Native | None, variables: Variables, init_seconds: float
    ) -> None:
        self._aws, self._native = aws, native
        self._lender = Lender(native.folder) if native else None
        self._shelf = Shelf(folder)
        self._variables, self._init_seconds = variables, init_seconds

    def fit(self, found: Found) -> Fitted:
        """Fit one. Raises NotRunnable."""
        told = found.configuration
        for key, (what, advice) in _UNSUPPORTED.items():
            if told.get(key):
                raise NotRunnable(found.name, f"it has {what}", advice)
        runtime = str(told.get("Runtime"))
        content = code_of(self._aws.account, self._aws.region, found)
        if runtime.startswith("provided"):
            return replace(self._custom(found, content), unchecked=_unchecked(found))
        if version := _PYTHON.fullmatch(runtime):
            return replace(self._python(found, content, version[1]), unchecked=_unchecked(found))
        raise NotRunnable(found.name, f"its runtime is {runtime}", "use python3.x or provided.*")

    def _custom(self, found: Found, content: bytes) -> Fitted:
        folder = self._shelf.get(found.configuration["CodeSha256"], content)
        program = folder / BOOTSTRAP
        told = (TOLD,) if (folder / MARK).exists() else ()
        return Fitted(self._configuration(found, folder, program=program), _unstartable(found, program), told)

    def _python(self, found: Found, content: bytes, version: str) -> Fitted:
        sha = found.configuration["CodeSha256"]
        machines = self._shelf.machines(sha, content)
        python, client = self._interpreter(version)
        here = minor_of(python)
        told = [*_told_of_version(found, version, here), *_told_of_machine(found)]
        if not machines or (machines == {this_machine()} and here == version):
            folder = self._shelf.get(sha, content)
        else:
            folder, sentence = self._borrowed(found, content, version)
            told.append(sentence)
        return Fitted(
            self._configuration(found, folder, python=python, runtime=client), substitutions=tuple(told)
        )

    def _interpreter(self, version: str) -> tuple[Path, Path | None]:
        """What runs a version of Python: our own, unless the native package's is nearer to it."""
        own = Configuration(Path(), "").python
        if self._native is None or (minor_of(own) == version != minor_of(self._native.python)):
            return own, None
        return self._native.python, self._native.client

    def _borrowed(self, found: Found, content: bytes, version: str) -> tuple[Path, str]:
        """A folder that has this machine's compiled modules, and what is told of it."""
        native, sha = self._native, found.configuration["CodeSha256"]
        if native is None or self._lender is None:
            machines = " and ".join(sorted(self._shelf.machines(sha, content)))
            raise NotRunnable(
                found.name,
                f"its package has compiled modules for Python {version} on {machines}, and this machine has "
                f"{this_machine()}",
                "build the package for this machine, and name it as the native one",
            )
        if minor_of(native.python) != version:
            return native.folder, f"function {found.name} runs from {native.described} in place of its own"
        folder = self._shelf.get(sha, content, self._lender)
        return folder, f"function {found.name} runs with the compiled modules of {native.described}"

    def _configuration(
        self,
        found: Found,
        folder: Path,
        *,
        program: Path | None = None,
        python: Path | None = None,
        runtime: Path | None = None,
    ) -> Configuration:
        told = found.configuration
        logging = told["LoggingConfig"]
        given = (told.get("Environment") or {}).get("Variables") or {}
        made = self._variables(told, given, folder)
        return Configuration(
            code=folder,
            handler=str(told.get("Handler", "")),
            variables={name: value.replace(TASK_ROOT, str(folder)) for name, value in made.items()},
            program=program,
            python=python or Configuration(folder, "").python,
            runtime=runtime,
            runtime_name=str(told["Runtime"]),
            name=found.name,
            version=found.version,
            memory_mb=int(told["MemorySize"]),
            timeout_seconds=float(told["Timeout"]),
            init_seconds=self._init_seconds,
            region=self._aws.region,
            account_id=self._aws.account,
            group=logging["LogGroup"],
            log_format=logging["LogFormat"],
            log_level=logging.get("ApplicationLogLevel", "INFO"),
        )


def _unstartable(found: Found, program: Path) -> str | None:
    """What Lambda says of a bootstrap that its own machine could not start.

    It is decided here, since this machine might be able to.
    """
    if not program.exists():
        return f"Couldn't find valid bootstrap(s): [{TASK_ROOT}/{BOOTSTRAP} /opt/{BOOTSTRAP}]"
    with program.open("rb") as stream:
        machine = runs_on(stream.read(64))
    if machine is None:
        return None
    [wanted] = found.configuration.get("Architectures") or ["x86_64"]
    if machine != wanted:
        return f"fork/exec {TASK_ROOT}/{BOOTSTRAP}: exec format error"
    if machine != this_machine():
        raise NotRunnable(
            found.name,
            f"its bootstrap is for {machine}, and this machine has {this_machine()}",
            "rehearse with a bootstrap for this machine and its architecture",
        )
    return None


def _told_of_version(found: Found, version: str, here: str) -> list[str]:
    return (
        [] if here == version else [f"function {found.name} runs under Python {here} in place of {version}"]
    )


def _told_of_machine(found: Found) -> list[str]:
    [wanted] = found.configuration.get("Architectures") or ["x86_64"]
    here = this_machine()
    return [] if wanted == here else [f"function {found.name} runs on {here} in place of {wanted}"]


def _unchecked(found: Found) -> tuple[str, ...]:
    told = found.configuration
    sentences = [f"function {found.name} may write as much to /tmp as it likes"]
    if (told.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        sentences.append(f"function {found.name} starts each environment anew: SnapStart is not simulated")
    if (told.get("TracingConfig") or {}).get("Mode") == "Active":
        sentences.append(f"function {found.name} leaves no traces for X-Ray")
    return tuple(sentences)

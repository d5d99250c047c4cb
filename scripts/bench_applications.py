"""The applications that the API is measured beside, prepared for the Python that Lambda has, if it is found.

Ours runs from the package's own files, the others over `requirements/bench.txt`, which is installed for this
alone; all of them have their bytecode.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.package.errors import PackageError
from ops.package.interpreters import find_runnable
from ops.package.locks import LAMBDA_LOCK
from ops.package.shelf import built, runtime_client
from ops.package.wheels import fetch
from scripts import bench_fastapi
from scripts.bench_tools import LOCK, VENV
from scripts.measuring import MeasuringError
from scripts.talk import talk
from twin.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ops.package.interpreters import Runnable
    from scripts.bench_requests import Scene

HERE: Final = Path(__file__).parent
PROGRAM: Final = HERE / "bench_answering.py"
REGION: Final = "us-east-1"
OURS: Final = "ours"
SAME: Final = "the same libraries, an empty handler"
FASTAPI: Final = "FastAPI with Mangum"
IN_THE_LOOP: Final = "FastAPI with Mangum, a coroutine"
BARE: Final = "a bare handler"
PSYCOPG: Final = "psycopg alone, the same statement"
LOADED: Final = """
import sys
import runtime.api.handler
for name, module in list(sys.modules.items()):
    spec = getattr(module, "__spec__", None)
    if spec and spec.name == name and name.partition(".")[0] not in ("runtime", "__main__"):
        print(name)
"""
"""Names what our handler imports besides our own modules, in order."""
EMPTY: Final = "\n\ndef handle(event, context):\n    return {}\n"


class Unready(MeasuringError):
    """What is to be measured can't be made here."""


@dataclass(frozen=True, slots=True)
class Applications:
    """Where each application is."""

    runnable: Runnable
    package: Path
    """Ours, as it is unpacked."""
    runtime: Path
    """AWS's runtime client."""
    others: Path
    """The modules of the others."""
    libraries: Path
    """What FastAPI's imports."""
    scene: Scene

    def configuration(self, name: str) -> Configuration:
        """An application as a function."""
        code, handler, packages = {
            OURS: (self.package, "runtime.api.handler.handle", ()),
            SAME: (self.others, "libraries.handle", (self.package,)),
            FASTAPI: (self.others, bench_fastapi.HANDLER, (self.libraries,)),
            IN_THE_LOOP: (self.others, bench_fastapi.HANDLER, (self.libraries,)),
            BARE: (self.others, "bare.handle", ()),
            PSYCOPG: (self.others, "bare.ask", (self.package,)),
        }[name]
        variables = {**self.scene.variables, "QUESTION": self.scene.question}
        python = self.runnable.interpreter.path
        return Configuration(code, handler, variables, packages, python, self.runtime)


def prepare(folder: Path, scene: Scene, as_of: date) -> Applications:
    """Make them, those beside ours in a folder; raises `Unready`."""
    try:
        runnable = find_runnable()
        talk(f"preparing for {runnable.target.name}")
        fetch(LAMBDA_LOCK, runnable.target, say=talk)
        package = built(runnable.target, runnable.interpreter, region=REGION, as_of=as_of).folder
        client = runtime_client(runnable.target)
    except PackageError as error:
        raise Unready(str(error)) from None
    python, libraries = runnable.interpreter.path, VENV.parent / runnable.target.name
    _install(libraries, python)
    bench_fastapi.write(folder)
    shutil.copy(HERE / "bench_bare.py", folder / "bare.py")
    (folder / "libraries.py").write_text(imports(package, python, scene) + EMPTY, encoding="utf-8")
    _compile(folder, python)
    return Applications(runnable, package, client, folder, libraries, scene)


def without_bytecode(configuration: Configuration, folder: Path) -> Configuration:
    """The same function, copied into a folder that is new, without what was compiled."""
    copies: list[Path] = []
    for place in (configuration.code, *configuration.packages):
        copies.append(folder / str(len(copies)))
        shutil.copytree(place, copies[-1], ignore=shutil.ignore_patterns("__pycache__"))
    code, *packages = copies
    return replace(configuration, code=code, packages=tuple(packages))


def imports(package: Path, python: Path, scene: Scene) -> str:
    """Lines that import what our handler does, and nothing of ours."""
    variables = {**scene.variables, "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    names = _run((python, "-B", "-S", "-c", LOADED), folder=package, variables=variables).split()
    return "\n".join(f"import {name}" for name in names if all(map(str.isidentifier, name.split("."))))


def _install(folder: Path, python: Path) -> None:
    """Install what the lock names for a Python, unless it is there."""
    stamp = folder / "locked.txt"
    if stamp.is_file() and stamp.read_bytes() == LOCK.read_bytes():
        return
    shutil.rmtree(folder, ignore_errors=True)
    talk("installing FastAPI and Mangum for the measurement")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    options = ("--disable-pip-version-check", "--require-hashes", "--no-compile")
    _run((*pip, *options, "--target", folder, "-r", LOCK))
    _compile(folder, python)
    shutil.copy(LOCK, stamp)


def _compile(folder: Path, python: Path) -> None:
    """As in our package: bytecode that is never compared with its source; what is no Python has none."""
    options = ("-q", "-q", "-j0", "--invalidation-mode", "unchecked-hash")
    subprocess.run([python, "-m", "compileall", *options, folder], check=False)


def _run(
    command: Sequence[str | Path], *, folder: Path | None = None, variables: dict[str, str] | None = None
) -> str:
    """What a command says; raises `Unready` if it fails."""
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in f"{done.stdout}{done.stderr}".splitlines() if line.strip()]
        last = said[-1] if said else "it said nothing"
        raise Unready(f"{command[0]} ended with {done.returncode}: {last}; run it by hand")
    return done.stdout

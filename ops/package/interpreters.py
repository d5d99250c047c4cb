"""Finds a Python that can compile for a target, and perhaps run what is compiled."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.package.errors import PythonUnfit
from ops.package.target import LAMBDA, Target, running

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC_NUMBERS: Final = {(3, 13): 3571}
"""First half of a .pyc's first word, by version (CPython's Include/internal/pycore_magic_number.h).

A preview of a version has another, and Lambda would compile everything anew at each start.
"""
PROBE: Final = """
import importlib.util, json, platform, sys
print(json.dumps({
    "path": sys.executable,
    "python": sys.version_info[:2],
    "version": platform.python_version(),
    "magic": int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
    "implementation": sys.implementation.name,
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython; `version` is the whole of it, such as `3.13.0`."""

    path: Path
    version: str


@dataclass(frozen=True, slots=True)
class Runnable:
    """A target that this machine can run, and the Python to run it with."""

    target: Target
    interpreter: Interpreter


def find_python(python: tuple[int, int]) -> Interpreter | None:
    """Find a CPython of a version whose bytecode is that version's.

    In this order: what PYTHON and the version in the environment name (`PYTHON313`); the running one; the
    path; pyenv's.

    Raises:
        PythonUnfit: The variable names something else.
    """
    variable = f"PYTHON{python[0]}{python[1]}"
    if named := os.environ.get(variable):
        if found := _probe(named, python):
            return found
        raise PythonUnfit(variable, named, ".".join(map(str, python)))
    return next(filter(None, (_probe(candidate, python) for candidate in _candidates(python))), None)


def find_runnable() -> Runnable:
    """The package nearest to Lambda's that runs here: Python 3.13 where it is found, else the running one."""
    here = running()
    lambdas = LAMBDA.get(here.machine)
    if lambdas and platform.system() == "Linux" and platform.libc_ver()[0] == "glibc":
        found = find_python(lambdas.python)
        if found:
            return Runnable(lambdas, found)
    return Runnable(here, Interpreter(Path(sys.executable), platform.python_version()))


def magic_number(python: tuple[int, int]) -> int | None:
    """What the bytecode of a version begins with, where that is known."""
    running_magic = int.from_bytes(MAGIC_NUMBER[:2], "little")
    return MAGIC_NUMBERS.get(python, running_magic if python == sys.version_info[:2] else None)


def _candidates(python: tuple[int, int]) -> Iterator[str]:
    version = ".".join(map(str, python))
    if sys.version_info[:2] == python:
        yield sys.executable
    if on_path := shutil.which(f"python{version}"):
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = pyenv.glob(f"versions/{version}*/bin/python{version}")
    yield from map(str, sorted(installed, key=_release, reverse=True))


def _release(installed: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", installed.parent.parent.name)]


def _probe(candidate: str, python: tuple[int, int]) -> Interpreter | None:
    """The interpreter behind a name; None if it does not run, or is of another kind (pyenv's shims)."""
    try:
        done = subprocess.run([candidate, "-I", "-c", PROBE], capture_output=True, text=True, check=False)
        told = json.loads(done.stdout)
    except (OSError, ValueError):
        return None
    if told["implementation"] != "cpython" or tuple(told["python"]) != python:
        return None
    if told["magic"] != magic_number(python):
        return None
    return Interpreter(Path(told["path"]), told["version"])

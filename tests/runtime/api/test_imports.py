"""What starts with the API's function, and what does not: each module is paid for at every cold start."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from ops.package.interpreters import find_runnable
from ops.package.shelf import built
from tests.ops.package.conftest import AS_OF

if TYPE_CHECKING:
    from pathlib import Path

    from ops.package.interpreters import Interpreter

MOST_MODULES = 700
UNWANTED = (
    "boto3",
    "botocore",
    "cryptography",
    "aws_xray_sdk",
    "sqlalchemy.orm",
    "sqlalchemy.ext.asyncio",
    "greenlet",
    "unittest",
)
NAMES = "import sys; import runtime.api.handler; print(*sys.modules, sep='\\n')"


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    """The names of all modules after the handler was imported, from the package's files alone."""
    runnable = find_runnable()
    package = built(runnable.target, runnable.interpreter, region="us-east-1", as_of=AS_OF)
    return names(runnable.interpreter, package.folder)


def names(python: Interpreter, folder: Path) -> list[str]:
    """What is loaded in a new process, which may import nothing else."""
    done = subprocess.run(
        [python.path, "-B", "-S", "-c", NAMES], cwd=folder, env={}, capture_output=True, text=True, check=True
    )
    return done.stdout.split("\n")


def test_a_start_loads_no_more_modules_than_its_budget(loaded: list[str]) -> None:
    assert "runtime.api.routes.tasks" in loaded
    assert len(loaded) <= MOST_MODULES


@pytest.mark.parametrize("name", UNWANTED)
def test_a_start_does_without(loaded: list[str], name: str) -> None:
    assert [] == [each for each in loaded if f"{each}.".startswith(f"{name}.")]

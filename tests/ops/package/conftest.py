"""The package of the checkout, built once for all workers, for the nearest to Lambda that runs here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ops.package.interpreters import find_runnable
from ops.package.shelf import built

if TYPE_CHECKING:
    from ops.package.interpreters import Runnable
    from ops.package.shelf import Built

AS_OF = date(2026, 11, 25)


@pytest.fixture(scope="session")
def runnable() -> Runnable:
    """What the package is built for: Lambda's Python if it is found, and this machine."""
    return find_runnable()


@pytest.fixture(scope="session")
def package(runnable: Runnable) -> Built:
    """The package, with bytecode, as a zip and unpacked."""
    return built(runnable.target, runnable.interpreter, region="us-east-1", as_of=AS_OF)

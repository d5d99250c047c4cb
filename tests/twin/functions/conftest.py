"""One account for the tests of a module; each deploys functions of its own to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.functions.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("awslambdaric", reason="AWS's runtime client has no wheel for this system")

ACCOUNTS = iter(range(161803398810, 161803398899))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An account whose functions run."""
    with World(str(next(ACCOUNTS))) as opened:
        yield opened

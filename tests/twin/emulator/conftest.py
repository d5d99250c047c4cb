"""The emulator's program, where it was fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.emulator import unpack

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is; without it a test is skipped."""
    found = unpack(tmp_path_factory.mktemp("emulator"))
    if found is None:
        pytest.skip(
            "AWS's emulator is not here, or not for this machine; `python -m scripts.emulator` fetches it"
        )
    return found

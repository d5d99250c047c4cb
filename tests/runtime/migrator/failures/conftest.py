"""The command in this process, as a fixture."""

from __future__ import annotations

import pytest

from tests.runtime.migrator.failures.means_here import Here


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """`miyabi migrate` in this process: `here(url, folder, "up")`."""
    return Here(monkeypatch, capsys)

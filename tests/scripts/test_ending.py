"""What a command on a living system ends with is one JSON document where that is promised, failures too."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from scripts.exit_codes import Exit
from scripts.miyabi import app
from scripts.narrowing import narrowed


@pytest.mark.parametrize(
    "line",
    [
        "plan nowhere",
        "deploy nowhere --dry-run",
        "adopt nowhere --dry-run",
        "status nowhere",
        "outputs nowhere",
        "logs nowhere",
        "drift nowhere",
        "invoke nowhere",
        "secret list nowhere",
        "secret set nowhere github --dry-run",
        "rotate nowhere jwt --dry-run",
        "debug nowhere off --dry-run",
        "restore nowhere --at 2026-11-26T00:00:00Z --dry-run",
        "destroy nowhere --dry-run",
    ],
)
def test_an_environment_that_is_not_known_is_told_as_json_too(line: str) -> None:
    words = [*line.split(), "--json"]
    result = CliRunner().invoke(narrowed(app, words), words)

    assert Exit.WRONG_INPUT == result.exit_code, result.exception
    assert "EnvironmentUnknown" == json.loads(result.stdout)["error"]["kind"]
    assert "miyabi: environment 'nowhere' is not known" in result.stderr

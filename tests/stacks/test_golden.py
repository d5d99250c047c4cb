"""The accepted templates: what a change does to them is reviewed in its diff. `make golden` accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.build import files
from stacks.loading import environment_names
from stacks.synthesis import with_lint_waivers
from stacks.waivers import load_waivers
from tests.stacks.systems import synthesis

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("name", environment_names())
def test_templates_are_the_accepted_ones(name: str) -> None:
    accepted = {path.name: path.read_text(encoding="utf-8") for path in (GOLDEN / name).iterdir()}
    now = files(with_lint_waivers(synthesis(name), load_waivers()))

    assert accepted.keys() == now.keys()
    for file, text in now.items():
        assert accepted[file] == text, f"{name}/{file} changed; `make golden` accepts what you meant"


def test_no_golden_environment_is_left_over() -> None:
    assert environment_names() == sorted(path.name for path in GOLDEN.iterdir())

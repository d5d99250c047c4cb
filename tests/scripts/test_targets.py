"""What a word on the command line means, and what is said where it means nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.commands.cost.targets import find
from scripts.errors import TargetRefused
from scripts.exit_codes import Exit

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "tests" / "cost" / "templates"
with_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="these files came without their history")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("", "it names nothing"),
        (":production", "write both, such as HEAD:production"),
        ("HEAD:", "write both, such as HEAD:production"),
        ("nosuch.yaml", "there is no such file; name a template, or an environment"),
        (str(TEMPLATES / "databse.yaml"), f"did you mean {TEMPLATES / 'database.yaml'}?"),
        (str(TEMPLATES), "holds no manifest.json; name one that synth wrote, or a template"),
        (str(TEMPLATES.parents[1] / "golden"), "did you mean"),
    ],
)
def test_a_word_that_names_nothing_is_refused_with_what_to_do(word: str, told: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        find(word)

    assert told in str(refused.value)


@with_git
@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("nosuch:production", "git finds no tests/golden at nosuch; name a commit, a branch or a tag"),
        ("HEAD:nosuch", "known are production, reported, staging"),
    ],
)
def test_a_revision_or_an_environment_that_git_lacks_is_told_apart(word: str, told: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        find(word)

    assert told in str(refused.value)


@with_git
def test_a_revision_is_taken_with_its_templates_and_its_traffic() -> None:
    target = find("HEAD:production")

    assert "HEAD:production" == target.name
    assert target.traffic
    assert target.traffic.requests_per_month


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device to write to")
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_a_full_disk_is_told_in_one_sentence(form: str) -> None:
    program = Path(sys.executable).parent / "miyabi"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [program, "cost", "reported", "--format", form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert Exit.WRONG_INPUT == done.returncode
    assert "the result can't be written: No space left on device" in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr

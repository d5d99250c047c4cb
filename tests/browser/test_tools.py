"""What is missing is named with what installs it; the tests are skipped then, but in CI they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.browser.tools import HERE, Missing, find, required

if TYPE_CHECKING:
    from pathlib import Path

ROOT = HERE.parents[1]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with programs that are called as those that are needed, and with what npm would install."""
    for name in ("google-chrome", "node"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)
    (tmp_path / "html-validate").mkdir()
    return tmp_path


def test_a_browser_is_found_by_any_of_its_names_and_by_the_variable_first(machine: Path) -> None:
    path = {"PATH": str(machine)}
    named = machine / "another"
    named.write_text("#!/bin/sh\n", encoding="utf-8")
    named.chmod(0o755)

    assert str(machine / "google-chrome") == find(path, machine).chromium
    assert str(named) == find({**path, "CHROMIUM": str(named)}, machine).chromium
    (machine / "google-chrome").rename(machine / "chromium")
    assert str(machine / "chromium") == find(path, machine).chromium


@pytest.mark.parametrize(
    ("gone", "remedy"),
    [
        ("google-chrome", "(Debian: chromium)"),
        ("node", "(Debian: nodejs, npm)"),
        ("html-validate", "`make test-browser` does it"),
    ],
)
def test_what_is_missing_is_named_with_its_remedy(gone: str, remedy: str, machine: Path) -> None:
    (machine / gone).rename(machine / "gone")

    with pytest.raises(Missing) as missing:
        find({"PATH": str(machine)}, machine)

    assert remedy in str(missing.value)


def test_a_browser_that_is_named_wrongly_is_not_replaced_by_another(machine: Path) -> None:
    with pytest.raises(Missing) as missing:
        find({"PATH": str(machine), "CHROMIUM": "/nowhere/chromium"}, machine)

    assert "CHROMIUM names /nowhere/chromium" in str(missing.value)


@pytest.mark.parametrize(
    ("option", "variable", "expected"),
    [
        (False, None, False),
        (False, "false", False),
        (False, "true", True),
        (False, "1", True),
        (True, None, True),
    ],
)
def test_ci_and_whoever_insists_require_them(option: bool, variable: str | None, expected: bool) -> None:  # noqa: FBT001 - a case
    environment = {} if variable is None else {"CI": variable}

    assert expected is required(option=option, environment=environment)


@pytest.mark.parametrize(
    ("arguments", "code", "outcome"), [((), 0, "SKIPPED"), (("--require",), 1, "ERROR")], ids=["may", "must"]
)
def test_without_a_browser_tests_are_skipped_or_fail(
    arguments: tuple[str, ...], code: int, outcome: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-rsE", *arguments]
    done = subprocess.run(
        [*command, str(HERE / "test_validity.py")],
        cwd=ROOT,
        env=environment | {"CHROMIUM": "/nowhere/chromium"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert code == done.returncode, done.stdout
    assert outcome in done.stdout
    assert "CHROMIUM names /nowhere/chromium, which is no program" in done.stdout

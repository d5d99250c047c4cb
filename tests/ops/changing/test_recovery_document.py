"""What docs/recovery.md has an operator type is run, and shows what stands there."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from typer.testing import CliRunner

from ops.restoring.flow import Callbacks
from scripts.changing_app import register
from tests.ops.changing.test_commands import no_pause, well
from tests.ops.changing.test_restoring import NAMES, WHEN, Migrator, age, names
from twin.aws.invoking import run_functions

if TYPE_CHECKING:
    import pytest

    from twin.aws.clients import Aws

DOCUMENT = (Path(__file__).parents[3] / "docs" / "recovery.md").read_text(encoding="utf-8")
OF_THE_DOCUMENT = {
    "miyabi-postgres-prod": "miyabi-staging-1",
    "20261126t000000z": NAMES.new.rpartition("-")[2],
    "2026-11-26T00:00:00Z": WHEN,
    "production": "staging",
}
"""What stands in the document, and what it is for an environment that needs nothing to be adopted."""


def consoles() -> list[tuple[list[str], list[str]]]:
    """Each `miyabi restore` of the document, with the lines that it shows."""
    text = DOCUMENT
    for there, here in OF_THE_DOCUMENT.items():
        text = text.replace(there, here)
    found = re.findall(r"^\$ miyabi (restore .*)\n((?:(?!\$|```).*\n)*)", text, re.MULTILINE)
    return [(command.split(), shown.splitlines()) for command, shown in found]


def test_every_restore_of_the_document_runs_and_shows_that(
    staging: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(staging)
    run_functions(staging.account, Migrator())
    monkeypatch.setattr("ops.live.connector", lambda _: staging.client)
    callbacks = partial(Callbacks, ask=well, pause=no_pause)
    monkeypatch.setattr("scripts.commands.restore.run.Callbacks", callbacks)
    app = typer.Typer(rich_markup_mode=None)
    register(app)
    commands = consoles()

    assert 4 == len(commands)
    for arguments, shown in commands:
        agreed = [] if "--dry-run" in arguments else ["--yes"]
        result = CliRunner().invoke(app, [*arguments, *agreed])
        told = [line.strip() for line in result.output.splitlines()]

        assert 0 == result.exit_code, result.output
        for line in shown:
            # what changes with the moment, and what --yes leaves out
            if re.search(r"…|^\.\.\.|\[y/N\]|by now and grows|RDS can restore it up to", line):
                continue
            assert line.strip() in told, (arguments, line, result.output)
    assert {"miyabi-staging-1", NAMES.new} == names(staging)

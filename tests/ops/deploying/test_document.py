"""docs/deploying.md: its commands of the AWS CLI, run as they stand, deploy staging."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.aws_cli import forked
from tests.ops.deploying.conftest import GOLDEN, zipped
from tests.ops.running import ask_by_invoking, run_here
from twin.aws.invoking import run_functions
from twin.aws.local import LocalAws
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parents[3] / "docs" / "deploying.md"
ACCOUNT = "712345678904"


def commands() -> str:
    """The shell's blocks of the part about the AWS CLI, one after the other."""
    part = DOCUMENT.read_text(encoding="utf-8").split("## With the AWS CLI alone")[1]
    blocks = re.findall(r"^```sh\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 6
    return "set -euo pipefail\n" + "\n".join(blocks)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout in which `make synth` and `make package` have run."""
    shutil.copytree(GOLDEN / "staging", tmp_path / "build" / "staging")
    (tmp_path / "build" / "package").mkdir()
    zipped(tmp_path / "build" / "package" / "miyabi-arm64-0.zip", "stands in for a package")
    (tmp_path / "github.json").write_text('{"client_id": "any", "client_secret": "any"}', encoding="utf-8")
    return tmp_path


@pytest.fixture
def local() -> Iterator[LocalAws]:
    """An account with nothing in it."""
    with LocalAws(ACCOUNT, "us-east-1") as local:
        yield local
    run_functions(ACCOUNT, None)


def test_its_commands_deploy_staging(local: LocalAws, folder: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    (folder / "cli").mkdir()
    path = {"PATH": f"{folder / 'cli'}{os.pathsep}{os.environ['PATH']}", "AWS_PAGER": ""}
    with start() as server, forked(folder / "cli"):
        functions = run_here(local.aws, server)
        done = subprocess.run(
            ["bash", "-c", commands()],
            cwd=folder,
            env=inherited | nowhere | path | local.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert 0 == done.returncode, done.stdout + done.stderr
        name = local.aws.client("ssm").get_parameter(Name="/miyabi/staging/service/api-function-name")
        health = ask_by_invoking(local.aws, name["Parameter"]["Value"])("https://any")
        functions.close()

    stacks = local.aws.client("cloudformation").describe_stacks()["Stacks"]
    assert health.is_well
    assert ["probe", "up", "roles"] == functions.actions()
    assert 5 == len(stacks)
    assert {"CREATE_COMPLETE"} == {stack["StackStatus"] for stack in stacks}
    assert all(stack["EnableTerminationProtection"] for stack in stacks)

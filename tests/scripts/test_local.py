"""`miyabi local`, as an operator types it: up, used, looked at, down, and up again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from scripts.commands.local.up import wanted
from scripts.errors import TargetRefused
from twin.aws.local import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator

MIYABI = Path(sys.executable).with_name("miyabi")
RUN_FILE = Path(".cache") / "local" / "run.json"


def environment(**more: str) -> dict[str, str]:
    """This process's variables without those of AWS, and some more."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | more


def run(folder: Path, variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [MIYABI, *words],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def local(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a subcommand to its end."""
    return run(folder, environment(), "local", *words)


def answer(folder: Path, *words: str) -> Any:
    """What a subcommand prints as JSON; it must succeed."""
    done = local(folder, *words, "--json")
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


@contextmanager
def up(folder: Path, *words: str) -> Iterator[dict[str, Any]]:
    """One in the background; it is down afterwards, whatever happened."""
    told = answer(folder, "up", "--detach", *words)
    try:
        yield told
    finally:
        done = local(folder, "down")
    assert 0 == done.returncode, done.stderr


def client(told: dict[str, Any], service: str) -> Any:
    """A client with the variables that were told."""
    variables = told["variables"]
    return boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=variables["AWS_REGION"],
    ).client(service, endpoint_url=variables["AWS_ENDPOINT_URL"])


def test_what_was_there_is_there_again_after_down_and_up(tmp_path: Path) -> None:
    words = ["--account", "111122223333", "--region", "eu-central-1", "--keep", "kept"]
    with up(tmp_path, *words) as first:
        key = client(first, "kms").create_key()["KeyMetadata"]["Arn"]
        running = answer(tmp_path, "status")["running"]
        second = local(tmp_path, "up", "--detach")
    after = answer(tmp_path, "status")
    with up(tmp_path, *words) as again:
        keys = client(again, "kms").list_keys()["Keys"]
    other = local(tmp_path, "up", "--keep", "kept")

    assert running == {name: value for name, value in first.items() if name != "variables"}
    assert ("111122223333", "eu-central-1", "kept") == (
        running["account"],
        running["region"],
        running["keep"],
    )
    assert 2 == second.returncode
    assert f"a local AWS runs here already, at {first['endpoint']}" in second.stderr
    assert {"running": None} == after
    assert [key] == [each["KeyArn"] for each in keys]
    assert 3 == other.returncode
    assert "miyabi: the kept state kept/local-aws.state is of account 111122223333, not of" in other.stderr


def test_our_own_commands_ask_it(tmp_path: Path) -> None:
    with LocalAws("111122223334", "us-east-1") as served:
        done = run(tmp_path, environment(**served.variables), "migrate", "status", "staging")

    assert 3 == done.returncode
    assert "there is no parameter /miyabi/staging/" in done.stderr


def test_in_the_foreground_it_prints_its_endpoint_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [MIYABI, "local", "up"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    endpoint = process.stdout.readline().strip()
    mode = (tmp_path / RUN_FILE).stat().st_mode & 0o777
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert 0 == process.returncode
    assert 0o600 == mode
    assert f"  export AWS_ENDPOINT_URL={endpoint}\n" in said
    assert said.endswith("stopped; nothing was kept\n")


def test_a_run_file_that_was_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    left = {"endpoint": "http://127.0.0.1:1", "account": "1", "region": "r", "pid": os.getpid(), "keep": None}
    (tmp_path / RUN_FILE).parent.mkdir(parents=True)
    (tmp_path / RUN_FILE).write_text(json.dumps(left), encoding="utf-8")

    assert {"running": None} == answer(tmp_path, "status")
    assert {"stopped": None} == answer(tmp_path, "down")
    with up(tmp_path) as told:
        assert told["endpoint"] == answer(tmp_path, "status")["running"]["endpoint"]


def test_a_state_that_can_not_be_written_is_told_by_down(tmp_path: Path) -> None:
    told = answer(tmp_path, "up", "--detach", "--keep", "kept")
    (tmp_path / "kept").rmdir()
    done = local(tmp_path, "down")

    assert 3 == done.returncode
    assert "miyabi: the state can't be kept in kept/local-aws.state (No such file" in done.stderr
    assert str(told["pid"]) not in done.stdout


def test_what_can_not_start_in_the_background_says_why(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("no folder")
    done = local(tmp_path, "up", "--detach", "--keep", "kept")

    assert 3 == done.returncode
    assert done.stderr.startswith("miyabi: the state can't be kept in kept/local-aws.state")


@pytest.mark.parametrize("account", ["12345678901", "1234567890123", "12345678901a", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_an_account_is_twelve_digits(account: str) -> None:
    with pytest.raises(TargetRefused, match=f"{account}: is no account; give the twelve digits of one"):
        wanted(account, None, None, 0, None)


@pytest.mark.parametrize("region", ["nonsense", "us east", "us-east-1a", "us-east-1;id", "US-EAST-1"])
def test_a_region_is_named_as_aws_names_them(region: str) -> None:
    """It goes into lines that are pasted into a shell."""
    with pytest.raises(TargetRefused, match=f"{region}: is no region; give one such as us-east-1"):
        wanted(None, region, None, 0, None)


def test_words_weigh_more_than_the_environment_that_is_named() -> None:
    wish = wanted("111122223333", None, "staging", 0, None)

    assert ("111122223333", "us-east-1") == (wish.account, wish.region)

"""Nothing is left of functions: no process, no folder, however their owner ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.twin.functions.world import World
from tests.twin.observing import is_running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
CHILD = """
import os, subprocess, time
def handle(event, context):
    child = subprocess.Popen(["sleep", "60"])
    apart = subprocess.Popen(["sleep", "60"], start_new_session=True)
    if event:
        open(event, "w").write(f"{os.getpid()} {child.pid}")
        time.sleep(60)
    return [os.getpid(), child.pid, apart.pid]
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, which is empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    wait_until(lambda: not list(folder.iterdir()))


def test_nothing_is_left_after_the_end(temporary: Path) -> None:
    with World("161803398808") as world:
        world.deploy("f", CHILD)
        pids = json.loads(world.run("f").payload)
        folders = sorted(path.name.rsplit("-", 1)[0] for path in temporary.iterdir())
        assert all(is_running(pid) for pid in pids)

    assert ["miyabi-function", "miyabi-packages"] == folders
    assert not list(temporary.iterdir())
    wait_until(lambda: not any(is_running(pid) for pid in pids))


@pytest.mark.usefixtures("temporary")
def test_what_is_under_way_at_the_end_fails(tmp_path: Path) -> None:
    told = tmp_path / "pids"
    outcomes = []
    with World("161803398809") as world:
        world.deploy("f", CHILD, Timeout=60)
        thread = Thread(target=lambda: outcomes.append(world.run("f", str(told))))
        thread.start()
        wait_until(lambda: told.exists() and " " in told.read_text(encoding="ascii"))
        began = time.monotonic()
    thread.join()

    assert time.monotonic() - began < 10
    assert ["Runtime.ExitError"] == [outcome.error_type for outcome in outcomes]
    wait_until(lambda: not any(is_running(int(pid)) for pid in told.read_text(encoding="ascii").split()))


def pids_of(process: subprocess.Popen[str], told: Path) -> list[int]:
    """The processes that an owner says that it has started, and those that one of its functions says."""
    assert process.stdout is not None
    pids: list[int] = json.loads(process.stdout.readline())
    wait_until(lambda: told.exists() and " " in told.read_text(encoding="ascii"))
    pids += map(int, told.read_text(encoding="ascii").split())
    assert all(is_running(pid) for pid in pids)
    return pids


def owner(text: str, temporary: Path) -> subprocess.Popen[str]:
    """A process that owns functions."""
    return subprocess.Popen(
        [sys.executable, "-c", text],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"TMPDIR": str(temporary), "PATH": "/usr/bin:/bin"},
    )


def test_ctrl_c_ends_what_is_frozen_and_what_is_at_work(temporary: Path, tmp_path: Path) -> None:
    told = tmp_path / "pids"
    text = f"""
from tests.twin.functions.world import World
with World("161803398801") as world:
    world.deploy("frozen", {CHILD!r})
    print(world.run("frozen").payload.decode(), flush=True)
    world.deploy("busy", {CHILD!r}, Timeout=60)
    world.run("busy", {str(told)!r})
"""
    with owner(text, temporary) as process:
        pids = pids_of(process, told)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()

    assert said.rstrip().endswith("KeyboardInterrupt")
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def test_a_frozen_process_does_not_outlive_an_owner_that_is_killed(temporary: Path, tmp_path: Path) -> None:
    told = tmp_path / "pids"
    text = f"""
import json, time
from pathlib import Path
from twin.function_keep import FunctionKeep
script = 'trap "" HUP; sleep 60 & echo "$$ $!" > {told}; wait'
program = FunctionKeep().launch(["/bin/sh", "-c", script], {{}}, Path("/"), lambda status: None)
while not Path({str(told)!r}).exists():
    time.sleep(0.01)
program.freeze()
print(json.dumps([program.pid]), flush=True)
time.sleep(60)
"""
    with owner(text, temporary) as process:
        pids = pids_of(process, told)
        process.kill()
        process.communicate()
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def test_an_exception_ends_all(temporary: Path) -> None:
    pids: list[int] = []
    with pytest.raises(KeyError), World("161803398801") as world:  # noqa: PT012  (the world is what raises)
        world.deploy("f", CHILD)
        pids += json.loads(world.run("f").payload)
        raise KeyError
    assert not list(temporary.iterdir())
    wait_until(lambda: not any(is_running(pid) for pid in pids))

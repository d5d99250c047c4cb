"""Ctrl-C ends a rehearsal once; what is pressed after it disturbs nothing, and ends what takes too long."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from tests.twin.observing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = """
import sys, time
from pathlib import Path
from scripts.commands.rehearse import interrupting
from twin.account import Account
from twin.keeping import Keep

interrupting.GRACE = float(sys.argv[1])
interrupting.LONGEST = float(sys.argv[5])

def say(word):
    print(word, flush=True)

with interrupting.stoppable() as stopping, Keep(Path(sys.argv[2]), Account()):
    try:
        with stopping.until_here():
            say("runs")
            time.sleep(float(sys.argv[3]))
    except KeyboardInterrupt:
        say("interrupted")
    say("ends")
    began = time.monotonic()
    while time.monotonic() - began < float(sys.argv[4]):
        time.sleep(0.05)
say("ended")
"""


class Start(Protocol):
    """Starts a program."""

    def __call__(
        self, *, grace: float, runs: float, ends: float, longest: float = 60
    ) -> subprocess.Popen[str]:
        """Have it run, and then end what it has, each for so many seconds."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts one with a folder, and ends it."""
    started = []

    def begin(*, grace: float, runs: float, ends: float, longest: float = 60) -> subprocess.Popen[str]:
        words = [str(grace), str(tmp_path / "kept"), str(runs), str(ends), str(longest)]
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def read(process: subprocess.Popen[str]) -> str:
    """The next line that it says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_who_presses_it_again_and_again_disturbs_nothing(start: Start, tmp_path: Path) -> None:
    process = start(grace=60, runs=60, ends=0.5)
    assert "runs" == read(process)
    process.send_signal(signal.SIGINT)
    assert ["interrupted", "ends"] == [read(process), read(process)]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        process.send_signal(number)
    said, told = process.communicate(timeout=20)

    assert (0, "ended\n") == (process.returncode, said)
    assert 1 == told.count("Ctrl-C again ends it at once")
    assert "Traceback" not in told
    assert not (tmp_path / "kept").exists()


def test_what_takes_too_long_to_end_is_ended_by_the_next_and_leaves_nothing(
    start: Start, tmp_path: Path
) -> None:
    process = start(grace=0, runs=60, ends=60)
    assert "runs" == read(process)
    process.send_signal(signal.SIGINT)
    assert ["interrupted", "ends"] == [read(process), read(process)]
    assert (tmp_path / "kept").exists()
    process.send_signal(signal.SIGINT)

    assert 130 == process.wait(20)
    wait_until(lambda: not (tmp_path / "kept").exists())


def test_what_does_not_end_by_itself_is_ended_though_nobody_asks_again(start: Start, tmp_path: Path) -> None:
    process = start(grace=60, runs=60, ends=60, longest=0.3)
    assert "runs" == read(process)
    process.send_signal(signal.SIGINT)

    assert 130 == process.wait(20)
    wait_until(lambda: not (tmp_path / "kept").exists())


def test_one_that_comes_when_all_is_done_does_not_break_off_the_end(start: Start) -> None:
    process = start(grace=60, runs=0, ends=0.5)
    assert ["runs", "ends"] == [read(process), read(process)]
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)

    assert (0, "ended\n") == (process.returncode, said)

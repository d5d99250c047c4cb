"""What comes of a custom runtime's bootstrap, of one that does not start too, is as on AWS's emulator."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.twin.emulator.functions import (
    emulators_reason,
    our_reason,
    run_ours,
    run_under_the_emulator,
)
from twin.configuration import Configuration

TASK_ROOT: Final = "/var/task"
AARCH64, X86_64 = 183, 62
"""Machines, as an ELF header names them at its 18th byte."""
ANSWERING: Final = f"""#!{sys.executable} -S
import os
from http.client import HTTPConnection
print("starting")
while True:
    connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    event = connection.getresponse()
    path = "/2018-06-01/runtime/invocation/" + event.headers["Lambda-Runtime-Aws-Request-Id"]
    body = event.read()
    if body == b'"leave"':
        os._exit(9)
    end = "/error" if body == b'"fail"' else "/response"
    connection.request("POST", path + end, b'{{"was": ' + body + b"}}")
    connection.getresponse().read()
    connection.close()
"""


def of_another_machine() -> bytes:
    """A program that this machine can't run: our own interpreter's head, with the other machine's number."""
    head = bytearray(Path(sys.executable).read_bytes()[:4096])
    head[18] = X86_64 if platform.machine() == "aarch64" else AARCH64
    return bytes(head)


BOOTSTRAPS: Final = {
    "for macOS": b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01" + bytes(4088),
    "for another machine": of_another_machine(),
    "without the line of its interpreter": b"exit 0\n",
    "empty": b"",
    "with line ends of Windows": b"#!/bin/sh\r\nexit 0\r\n",
    "that panics": b"#!/bin/sh\necho 'thread main panicked' >&2\nexit 101\n",
    "that lacks a library": b"#!/bin/sh\nexit 127\n",
    "that leaves": b"#!/bin/sh\nexit 0\n",
    "that is killed": b"#!/bin/sh\nkill -9 $$\n",
    "that crashes": b"#!/bin/sh\nulimit -c 0\nkill -11 $$\n",
    "that aborts": b"#!/bin/sh\nulimit -c 0\nkill -6 $$\n",
}


def configure(folder: Path, content: bytes | None, mode: int = 0o755) -> Configuration:
    """A function of a custom runtime."""
    bootstrap = folder / "bootstrap"
    if content is not None:
        bootstrap.write_bytes(content)
        bootstrap.chmod(mode)
    return Configuration(folder, "none", program=bootstrap, runtime=folder, name="tester")


def assert_the_same_reason(program: Path, configuration: Configuration) -> None:
    """Both say why it does not start; ours with the path that it has at AWS."""
    kind, message = emulators_reason(run_under_the_emulator(program, configuration, [{}]))

    assert (kind, message.replace(str(configuration.code), TASK_ROOT)) == our_reason(configuration)


@pytest.mark.parametrize("content", BOOTSTRAPS.values(), ids=BOOTSTRAPS)
def test_a_bootstrap_that_does_not_start_says_why_alike(
    program: Path, tmp_path: Path, content: bytes
) -> None:
    assert_the_same_reason(program, configure(tmp_path, content))


def test_a_bootstrap_that_may_not_be_executed(program: Path, tmp_path: Path) -> None:
    assert_the_same_reason(program, configure(tmp_path, b"#!/bin/sh\n", mode=0o644))


def test_a_bootstrap_that_is_not_there(program: Path, tmp_path: Path) -> None:
    assert_the_same_reason(program, configure(tmp_path, None))


def test_a_bootstrap_that_answers_does_so_under_both(program: Path, tmp_path: Path) -> None:
    configuration = configure(tmp_path, ANSWERING.encode())
    events = ["a", "fail", {"b": 1}, "leave", "a"]
    emulators = run_under_the_emulator(program, configuration, events)
    ours = run_ours(configuration, events)

    ended = {
        "errorType": "Runtime.ExitError",
        "errorMessage": "RequestId: ID Error: Runtime exited with error: exit status 9",
    }
    assert ({"was": "a"}, {"was": "fail"}, {"was": {"b": 1}}, ended, {"was": "a"}) == emulators.outcomes
    assert emulators.outcomes == ours.outcomes
    assert emulators.said == ours.said

"""Bootstraps that can't start, each with what the caller, the log and the figures show of it.

What Lambda says of each: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html, and
https://github.com/awslabs/swift-aws-lambda-runtime/issues/541 for programs of another system or processor.
"""

from __future__ import annotations

import json
import re
import struct
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.functions.world import READS, RUNS, World, zipped
from twin.functions import NotRunnable
from twin.functions.binaries import this_machine
from twin.functions.stand_in import TOLD, write_stand_in

if TYPE_CHECKING:
    from pathlib import Path

MACHINES = {"x86_64": 62, "arm64": 183}
OTHER = next(name for name in MACHINES if name != this_machine())


def elf(machine: str) -> bytes:
    """The head of a program of Linux, and nothing else."""
    return struct.pack("<4sBBBB8xHH", b"\x7fELF", 2, 1, 1, 0, 2, MACHINES[machine]) + bytes(100)


NO_START = "fork/exec /var/task/bootstrap: "
NO_FORMAT = NO_START + "exec format error"
MISSING = b"#!/bin/sh\necho 'error while loading shared libraries: libssl.so.3'\nexit 127\n"
UNSTARTED = "Runtime.InvalidEntrypoint"
EXITED = "Runtime.ExitError"
FAULTS: dict[str, tuple[dict[str, bytes], int, str, str, str]] = {
    "Mach-O": (
        {"bootstrap": b"\xcf\xfa\xed\xfe" + bytes(60)},
        RUNS,
        UNSTARTED,
        NO_START + "exec format error",
        "",
    ),
    "other processor": ({"bootstrap": elf(OTHER)}, RUNS, UNSTARTED, NO_FORMAT, ""),
    "no program": ({"bootstrap": b"what?"}, RUNS, UNSTARTED, NO_FORMAT, ""),
    "not executable": ({"bootstrap": b"#!/bin/sh\n"}, READS, UNSTARTED, NO_START + "permission denied", ""),
    "carriage returns": (
        {"bootstrap": b"#!/bin/sh\r\n"},
        RUNS,
        UNSTARTED,
        NO_START + "no such file or directory",
        "",
    ),
    "another name": (
        {"main": b"#!/bin/sh\n"},
        RUNS,
        UNSTARTED,
        r"Couldn't find valid bootstrap\(s\): \[/var/task/bootstrap /opt/bootstrap\]",
        "",
    ),
    "missing library": (
        {"bootstrap": MISSING},
        RUNS,
        EXITED,
        "Runtime exited with error: exit status 127",
        "error while loading shared libraries",
    ),
    "panic": (
        {"bootstrap": b"#!/bin/sh\necho \"thread 'main' panicked\" >&2\nexit 101\n"},
        RUNS,
        EXITED,
        "Runtime exited with error: exit status 101",
        "panicked",
    ),
    "ends at once": (
        {"bootstrap": b"#!/bin/sh\n"},
        RUNS,
        EXITED,
        "Runtime exited without providing a reason",
        "",
    ),
    "killed": (
        {"bootstrap": b"#!/bin/sh\nkill -s SEGV $$\n"},
        RUNS,
        EXITED,
        "Runtime exited with error: signal: segmentation fault",
        "",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bootstrap_that_does_not_start_says_why(world: World, fault: str) -> None:
    files, mode, kind, message, said = FAULTS[fault]
    name = fault.replace(" ", "-")
    settings: dict[str, Any] = {"Runtime": "provided.al2", "Handler": "bootstrap"}
    architectures = [this_machine()]
    world.deploy(name, zipped(files, dict.fromkeys(files, mode)), Architectures=architectures, **settings)
    outcome = world.run(name)
    told = json.loads(outcome.payload)
    lines = world.lines(name)
    reports = [line for line in lines if line.startswith("INIT_REPORT")]

    assert ("Unhandled", kind, kind) == (outcome.error, outcome.error_type, told["errorType"])
    assert re.fullmatch(f"RequestId: {outcome.request_id} Error: {message}", told["errorMessage"])
    assert 2 == len(reports)
    for phase, report in zip(("init", "invoke"), reports, strict=True):
        ending = rf"\tPhase: {phase}\tStatus: error\tError Type: {kind}"
        assert re.fullmatch(rf"INIT_REPORT Init Duration: \d+\.\d\d ms{ending}", report)
    assert f"{told['errorMessage']}\n{kind}" in lines
    assert said in "\n".join(lines)
    assert lines[-1].endswith(f"\tStatus: error\tError Type: {kind}")
    assert (1, 1) == (world.total("Invocations", FunctionName=name), world.total("Errors", FunctionName=name))


def test_a_program_for_the_function_s_processor_that_is_not_ours_is_refused(world: World) -> None:
    packed = zipped({"bootstrap": elf(OTHER)}, {"bootstrap": RUNS})
    world.deploy("elsewhere", packed, Runtime="provided.al2023", Architectures=[OTHER], Handler="bootstrap")
    with pytest.raises(NotRunnable, match=f"its bootstrap is for {OTHER}"):
        world.run("elsewhere")


def test_a_program_for_our_processor_does_not_start_on_the_function_s(world: World) -> None:
    packed = zipped({"bootstrap": elf(this_machine())}, {"bootstrap": RUNS})
    world.deploy("mixed", packed, Runtime="provided.al2023", Architectures=[OTHER], Handler="bootstrap")

    assert b"exec format error" in world.run("mixed").payload


def test_an_environment_that_failed_tries_again_once_for_each_event(world: World) -> None:
    packed = zipped({"bootstrap": b"#!/bin/sh\nexit 9\n"}, {"bootstrap": RUNS})
    world.deploy("again", packed, Runtime="provided.al2023", Handler="bootstrap")
    for _ in range(2):
        world.run("again")
    phases = re.findall(r"Phase: (\w+)", "\n".join(world.lines("again")))

    assert ["init", "invoke", "invoke"] == phases


def test_a_start_has_a_limit_and_is_repeated_in_the_function_s_own_time() -> None:
    slow = zipped({"bootstrap": b"#!/bin/sh\nexec sleep 60\n"}, {"bootstrap": RUNS})
    with World("161803398803", init_seconds=0.2) as world:
        world.deploy("slow", slow, Runtime="provided.al2023", Handler="bootstrap", Timeout=1)
        outcome = world.run("slow")
        lines = world.lines("slow")
        by_phase = [line.split("\t", 1)[1] for line in lines if line.startswith("INIT_REPORT")]

    assert ["Phase: init\tStatus: timeout", "Phase: invoke\tStatus: timeout"] == by_phase
    assert {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {outcome.request_id} Error: Task timed out after 1.00 seconds",
    } == json.loads(outcome.payload)
    assert any(line.endswith(f"{outcome.request_id} Task timed out after 1.00 seconds") for line in lines)
    assert 1000 <= outcome.duration_ms < 5000


def test_a_start_that_succeeds_when_it_is_repeated_is_part_of_the_duration(tmp_path: Path) -> None:
    text = f"""
import os, time
if not os.path.exists({str(tmp_path / "tried")!r}):
    open({str(tmp_path / "tried")!r}, "x").close()
    time.sleep(60)
def handle(event, context): return "started"
"""
    with World("161803398804", init_seconds=0.3) as world:
        world.deploy("second", text)
        outcome = world.run("second")
        lines = world.lines("second")

    assert (b'"started"', None, None) == (outcome.payload, outcome.error, outcome.init_ms)
    assert 1 == len([line for line in lines if line.startswith("INIT_REPORT")])
    assert "Init Duration" not in lines[-1]


def test_the_stand_in_answers_by_our_own_api(world: World, tmp_path: Path) -> None:
    """Here as at AWS, the database that it can't reach is told of, and not a fault of the bootstrap."""
    variables = {
        "DATABASE_URL": "postgresql://someone:something@127.0.0.1:1/miyabi?sslmode=require",
        "DATABASE_CONNECT_TIMEOUT": "3",
        "DATABASE_STATEMENT_TIMEOUT": "20",
        "JWT_SECRET": "0" * 32,
        "JWT_EXPIRATION": "3600",
        "REFRESH_EXPIRATION": "604800",
        "ENVIRONMENT": "reported",
        "LOG_LEVEL": "INFO",
    }
    request = {"method": "GET", "path": "/api/v1/health", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/api/v1/health",
        "rawQueryString": "",
        "headers": {},
        "requestContext": {"http": request, "requestId": "a", "domainName": "b", "stage": "$default"},
        "isBase64Encoded": False,
    }
    packed = write_stand_in(tmp_path / "stand-in.zip").read_bytes()
    settings: dict[str, Any] = {"Runtime": "provided.al2", "Handler": "bootstrap", "MemorySize": 512}
    world.deploy("stand-in", packed, Environment={"Variables": variables}, **settings)
    outcome = world.run("stand-in", event)
    document = json.loads(outcome.payload)

    assert outcome.error is None
    assert (503, "database_error") == (document["statusCode"], json.loads(document["body"])["error"])
    assert "this is a stand-in for the Rust bootstrap" in world.lines("stand-in")
    assert TOLD in world.functions.substitutions

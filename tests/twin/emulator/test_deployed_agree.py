"""What comes of a function that is deployed to the local AWS is as on AWS's emulator, timeouts as well.

The emulator has no limit to a start of its own, and gives of a timeout the sentence alone.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.twin.emulator.functions import Ran, run_deployed, run_under_the_emulator
from tests.twin.emulator.test_functions_agree import FIGURES, FUNCTION, TALLY, figures
from tests.twin.functions.world import World, zipped
from twin.configuration import Configuration
from twin.managed_runtime import link_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

pytest.importorskip("awslambdaric", reason="AWS's runtime client has no wheel for this system")

RUNS: Final = 0o755
TIMEOUT: Final = 1
TIMED_OUT: Final = "Task timed out after 1.00 seconds"
BOOTSTRAP: Final = f"""#!{sys.executable} -S
import os, time
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
    if body == b'"answer and go on"':
        time.sleep(60)
    if body == b'"answer and leave"':
        os._exit(8)
"""
SLEEPING: Final = "#!/bin/sh\necho starting\nexec sleep 60\n"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An account whose functions run."""
    with World("610400000001") as opened:
        yield opened


def run_both(
    program: Path, world: World, folder: Path, files: Mapping[str, str], events: Sequence[Any]
) -> tuple[Ran, Ran]:
    """What comes of the same files and events on the emulator, and here; paths are as at AWS."""
    code, runtime, name = folder / "code", folder / "runtime", folder.name
    code.mkdir()
    for file, text in files.items():
        (code / file).write_text(text, encoding="utf-8")
        (code / file).chmod(RUNS)
    link_runtime(runtime)
    bootstrap = code / "bootstrap"
    configuration = Configuration(
        code,
        "module.handle",
        program=bootstrap if bootstrap.exists() else None,
        runtime=runtime,
        name=name,
        timeout_seconds=TIMEOUT,
        memory_mb=512,
    )
    kind = "provided.al2023" if bootstrap.exists() else "python3.11"
    packed = zipped(files, dict.fromkeys(files, RUNS))
    world.deploy(name, packed, Runtime=kind, Timeout=TIMEOUT, MemorySize=512)
    emulators = run_under_the_emulator(program, configuration, events)
    told = json.loads(json.dumps(emulators.outcomes).replace(str(code), "/var/task"))
    said = tuple(line.replace(str(code), "/var/task") for line in emulators.said)
    return Ran(tuple(told), said, emulators.platform), run_deployed(world, name, events)


def error(kind: str, message: str) -> dict[str, str]:
    """Lambda's own document of an error."""
    return {"errorType": kind, "errorMessage": f"RequestId: ID Error: {message}"}


def test_documents_errors_and_ends_are_alike(program: Path, world: World, tmp_path: Path) -> None:
    events = [
        {"do": "echo", "what": "日本"},
        {"do": "fail", "with": ["no such thing"]},
        {"do": "leave", "status": 7},
        TALLY,
    ]
    emulators, ours = run_both(program, world, tmp_path, {"module.py": FUNCTION}, events)

    assert emulators.outcomes == ours.outcomes
    assert emulators.said == ours.said


def test_who_answers_and_never_asks_again_has_taken_too_long(
    program: Path, world: World, tmp_path: Path
) -> None:
    """One that ends by itself after its answer has answered."""
    events = ["a", "fail", "answer and leave", "answer and go on", "a", "leave"]
    emulators, ours = run_both(program, world, tmp_path, {"bootstrap": BOOTSTRAP}, events)
    left = error("Runtime.ExitError", "Runtime exited with error: exit status 9")

    assert {"was": "answer and leave"} == emulators.outcomes[2]
    assert (TIMED_OUT, left) == (emulators.outcomes[3], emulators.outcomes[5])
    timed_out = error("Sandbox.Timedout", TIMED_OUT)
    assert tuple(timed_out if each == TIMED_OUT else each for each in emulators.outcomes) == ours.outcomes
    assert emulators.said == ours.said
    assert [True] == [line.endswith(TIMED_OUT) for line in ours.platform if "timed out" in line]


def test_a_start_without_end_is_a_timeout_of_the_function(program: Path, tmp_path: Path) -> None:
    """Here it is tried twice, as at AWS: in its own time, and in that of the invocation."""
    with World("610400000002", init_seconds=0.2) as impatient:
        emulators, ours = run_both(program, impatient, tmp_path, {"bootstrap": SLEEPING}, [{}])
    starts = [line.split("\t", 1)[1] for line in ours.platform if line.startswith("INIT_REPORT")]
    reports = [
        next(line for line in each.platform if line.startswith("REPORT")) for each in (emulators, ours)
    ]

    assert (TIMED_OUT,) == emulators.outcomes
    assert (error("Sandbox.Timedout", TIMED_OUT),) == ours.outcomes
    assert ["Phase: init\tStatus: timeout", "Phase: invoke\tStatus: timeout"] == starts
    assert set(FIGURES) == set(figures(reports[0]))
    assert set(FIGURES) - {"Init Duration"} | {"Status"} == set(figures(reports[1]))
    for each in map(figures, reports):
        assert re.fullmatch(r"1\d\d\d\.\d\d ms", each["Duration"])

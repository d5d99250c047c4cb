"""What comes of a function (documents, errors, ends, its log) is as on AWS's emulator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.twin.emulator.functions import run_ours, run_under_the_emulator
from twin.configuration import Configuration
from twin.managed_runtime import link_runtime
from twin.runtime_api import MAX_RESPONSE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytest.importorskip("awslambdaric", reason="AWS's runtime client has no wheel for this system")

FUNCTION: Final = """
import os, time

count = 0
print("starting")

def handle(event, context):
    global count
    count += 1
    return globals()[event["do"]](event)

def tally(event):
    return count

def echo(event):
    print("echoing", event["what"])
    return event["what"]

def fail(event):
    raise ValueError(*event["with"])

def return_a_set(event):
    return {1}

def be_long(event):
    return "x" * event["size"]

def leave(event):
    os._exit(event["status"])

def end_by(event):
    os.kill(os.getpid(), event["signal"])

def hang(event):
    time.sleep(3)
"""
TALLY: Final = {"do": "tally"}


@dataclass(frozen=True, slots=True)
class Case:
    """A function, and the events that it gets one after another."""

    events: Sequence[Any]
    source: str = FUNCTION
    handler: str = "function.handle"
    timeout_seconds: int = 20


AGREE: Final = {
    "documents and errors": Case(
        [
            *(
                {"do": "echo", "what": what}
                for what in ("日本 \ud83d\ude00", {"a": [1.5, None, True]}, None, "")
            ),
            *({"do": "fail", "with": what} for what in (["no such thing"], [], ["two\nlines"])),
            *({"do": "return_a_set"}, {"do": "nothing there"}, TALLY),
        ]
    ),
    "a document that is too long": Case([{"do": "be_long", "size": MAX_RESPONSE - 1}, TALLY]),
    "ends": Case(
        [
            *({"do": "leave", "status": 7}, TALLY, {"do": "leave", "status": 0}, TALLY),
            *({"do": "end_by", "signal": 9}, TALLY),
        ]
    ),
    "no module": Case([{}], "", "elsewhere.handle"),
    "no such import": Case([{}], "print('here')\nimport no_such_module"),
    "syntax": Case([{}], "def handle(:"),
    "no such handler": Case([{}], "x = 1"),
    "raises": Case([{}], "print('here')\nraise KeyError('A_VARIABLE')"),
}
TIMED_OUT: Final = "Task timed out after 1.00 seconds"
START_LINE: Final = r"START RequestId: ID Version: \$LATEST"
END_LINE: Final = "END RequestId: ID"
FIGURES: Final = {
    "REPORT RequestId": "ID",
    "Init Duration": r"\d+\.\d\d ms",
    "Duration": r"\d+\.\d\d ms",
    "Billed Duration": r"\d+ ms",
    "Memory Size": "512 MB",
    "Max Memory Used": r"\d+ MB",
}
"""Of a REPORT line: names and forms."""


def configure(case: Case, folder: Path) -> Configuration:
    """The function in a folder."""
    code, runtime = folder / "code", folder / "runtime"
    code.mkdir()
    (code / "function.py").write_text(case.source, encoding="utf-8")
    link_runtime(runtime)
    return Configuration(
        code, case.handler, runtime=runtime, name="tester", timeout_seconds=case.timeout_seconds
    )


def figures(report: str) -> dict[str, str]:
    """The figures of a REPORT line: name and value."""
    return dict(figure.split(": ", 1) for figure in report.split("\t") if figure.strip())


@pytest.mark.parametrize("case", AGREE.values(), ids=AGREE)
def test_a_function_fares_alike_under_both(program: Path, tmp_path: Path, case: Case) -> None:
    configuration = configure(case, tmp_path)
    emulators = run_under_the_emulator(program, configuration, case.events)
    ours = run_ours(configuration, case.events)

    assert emulators.outcomes == ours.outcomes
    assert emulators.said == ours.said


def test_a_function_that_hangs_is_ended_by_both(program: Path, tmp_path: Path) -> None:
    """The emulator gives the sentence alone; at AWS it stands in an error, with the request's identifier."""
    case = Case([{"do": "hang"}, TALLY], timeout_seconds=1)
    configuration = configure(case, tmp_path)
    emulators = run_under_the_emulator(program, configuration, case.events)
    ours = run_ours(configuration, case.events)

    error = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: ID Error: {TIMED_OUT}"}
    assert (TIMED_OUT, 1) == emulators.outcomes
    assert (error, 1) == ours.outcomes
    assert emulators.said == ours.said


def test_lambdas_own_lines_have_the_same_form(program: Path, tmp_path: Path) -> None:
    """The emulator puts the start's duration first, AWS last; of memory it knows only what there is."""
    configuration = configure(Case([TALLY, TALLY]), tmp_path)
    events = [TALLY, TALLY]

    for each in (
        run_under_the_emulator(program, configuration, events),
        run_ours(configuration, events),
    ):
        starts, ends, reports = each.platform[::3], each.platform[1::3], each.platform[2::3]
        assert all(re.fullmatch(START_LINE, line) for line in starts), starts
        assert [END_LINE] * 2 == list(ends)
        first, second = map(figures, reports)
        assert set(FIGURES) == set(first)
        assert set(FIGURES) - {"Init Duration"} == set(second)
        assert all(re.fullmatch(FIGURES[name], value) for name, value in (first | second).items())

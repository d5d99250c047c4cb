"""What the code came to once it was started: by reports, types of errors, and its own lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.check import Effect, checks
from ops.doctor.fault import Layer
from tests.ops.doctor.invoking import LAMBDA, REQUEST, answer_of, invocation, made
from tests.ops.doctor.reading import refusal

PROVED, RULED_OUT, UNKNOWN = Verdict.PROVED, Verdict.RULED_OUT, Verdict.UNKNOWN
RAN = {"integrationRequestId": LAMBDA, "integrationStatus": "200"}
APPLICATION = [each for each in checks() if each.fault.layer is Layer.APPLICATION]
CONNECTED = json.dumps({"level": "INFO", "message": "connected"})


def proved(**given: Any) -> list[str]:
    """The faults of an application that are proved, in their order."""
    evidence = made(**{"access": RAN, **given})
    return [each.id for each in APPLICATION if each.answer(evidence).verdict is PROVED]


def started(status: str, kind: str = "", phase: str = "init") -> str:
    error = f"\tError Type: {kind}" if kind else ""
    return f"INIT_REPORT Init Duration: 9999.00 ms\tPhase: {phase}\tStatus: {status}{error}"


def as_json(status: str, kind: str | None = None, **metrics: float) -> str:
    record = {"requestId": LAMBDA, "status": status, "errorType": kind, "metrics": metrics}
    return json.dumps({"type": "platform.report", "record": record})


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (invocation(), ["PKG-045"]),
        (invocation(start=started("timeout"), end="\tStatus: timeout"), ["PKG-014", "PKG-015"]),
        (invocation(f"2026-11-26T08:00:29.000Z {LAMBDA} Task timed out after 29.00 seconds"), ["PKG-015"]),
        ([as_json("timeout")], ["PKG-015"]),
        (
            invocation(
                f"RequestId: {LAMBDA} Error: Runtime exited with error: exit status 101\nRuntime.ExitError",
                start=started("error", "Runtime.ExitError"),
                end="\tStatus: error\tError Type: Runtime.ExitError",
            ),
            ["PKG-022"],
        ),
        (
            invocation(
                f"RequestId: {LAMBDA} Error: Runtime exited with error: signal: segmentation fault\n"
                "Runtime.ExitError",
                end="\tStatus: error\tError Type: Runtime.ExitError",
            ),
            ["PKG-046"],
        ),
        (
            invocation(
                f"RequestId: {LAMBDA} Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
                end="\tStatus: error\tError Type: Runtime.OutOfMemory",
            ),
            ["PKG-016"],
        ),
        ([as_json("error", "Runtime.OutOfMemory", memorySizeMB=128, maxMemoryUsedMB=128)], ["PKG-016"]),
        (invocation("[ERROR] RuntimeError: it can't\nTraceback (most recent call last):"), ["PKG-023"]),
        (
            ['{"level": "ERROR", "errorType": "KeyError", "errorMessage": "a"}', as_json("error")],
            ["PKG-023"],
        ),
        (
            invocation("[ERROR] Runtime.MarshalError: Unable to marshal response: Object of type datetime"),
            ["PKG-043"],
        ),
        (invocation("[ERROR] OSError: [Errno 30] Read-only file system: '/x'"), ["PKG-040", "PKG-023"]),
        (invocation("[ERROR] OSError: [Errno 28] No space left on device"), ["PKG-041", "PKG-023"]),
        (
            invocation("[ERROR] DiskFull: could not extend file x: [Errno 28] No space left on device"),
            ["PKG-023"],
        ),
        (invocation("[ERROR] OSError: [Errno 24] Too many open files"), ["PKG-042", "PKG-023"]),
        (
            invocation(start=started("error", "Extension.Crash"), end="\tStatus: error"),
            ["PKG-039", "PKG-022"],
        ),
    ],
)
def test_an_end_is_told_for_what_it_was(lines: list[str], faults: list[str]) -> None:
    assert faults == proved(lines=lines)


@pytest.mark.parametrize(
    "name", ["PKG-014", "PKG-015", "PKG-022", "PKG-023", "PKG-046", "PKG-047", "PKG-048"]
)
def test_ways_in_which_other_faults_show_are_no_more_than_that(name: str) -> None:
    assert Effect.SHOWS is next(each.effect for each in APPLICATION if each.id == name)


def test_a_request_that_is_well_proves_nothing() -> None:
    assert [] == proved(status=200, lines=invocation())


def test_what_is_killed_below_its_memory_was_not_killed_for_it_as_far_as_is_known() -> None:
    killed = f"RequestId: {LAMBDA} Error: Runtime exited with error: signal: killed\nRuntime.ExitError"

    assert UNKNOWN is answer_of("PKG-016", made(lines=invocation(killed), access=RAN)).verdict


def test_an_answer_that_the_gateway_did_not_take_is_unknown_where_the_lines_may_be_another_s() -> None:
    assert UNKNOWN is answer_of("PKG-045", made(lines=invocation())).verdict


def test_the_application_s_own_error_is_told_by_its_type_alone() -> None:
    line = json.dumps(
        {"level": "ERROR", "message": "secret", "request_id": REQUEST, "kind": "ZeroDivisionError"}
    )
    answer = answer_of("PKG-047", made(body='{"error":"internal_error"}', lines=invocation(line)))

    assert PROVED is answer.verdict
    assert "ZeroDivisionError" in answer.because
    assert "secret" not in answer.because


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([], UNKNOWN),
        (invocation("nothing of use"), UNKNOWN),
        (invocation("environment variable JWT_SECRET is refused (it is missing)"), RULED_OUT),
    ],
)
def test_an_error_without_a_line_is_not_explained(lines: list[str], verdict: Verdict) -> None:
    assert verdict is answer_of("PKG-047", made(body='{"error":"internal_error"}', lines=lines)).verdict


@pytest.mark.parametrize(
    ("body", "status", "access", "verdict"),
    [
        ('{"error":"not_found"}', 404, RAN, PROVED),
        ("hello", 200, RAN, PROVED),
        ('{"error":"not_found"}', 404, {"integrationRequestId": "-"}, UNKNOWN),
        ('{"status":"ok"}', 200, RAN, RULED_OUT),
    ],
)
def test_health_that_is_refused_is_told_of_the_function_where_it_ran(
    body: str, status: int, access: dict[str, str], verdict: Verdict
) -> None:
    assert verdict is answer_of("PKG-048", made(status=status, body=body, access=access)).verdict


@pytest.mark.parametrize(
    ("each", "times", "cold", "verdict"),
    [
        (CONNECTED, 3, "", PROVED),
        (CONNECTED, 2, "", UNKNOWN),
        ("other", 3, "", RULED_OUT),
        (CONNECTED, 3, "\tInit Duration: 90.00 ms", UNKNOWN),
    ],
)
def test_a_connection_for_each_request_is_seen_by_several_of_them(
    each: str, times: int, cold: str, verdict: Verdict
) -> None:
    lines = [line for _ in range(times) for line in invocation(each, end=cold)]

    assert verdict is answer_of("PKG-018", made(status=200, lines=lines)).verdict


def test_a_log_that_can_not_be_read_leaves_everything_unknown() -> None:
    evidence = made(lines=refusal(), access=RAN)
    unseen = [each.id for each in APPLICATION if each.answer(evidence).unseen]

    assert {"PKG-014", "PKG-015", "PKG-016", "PKG-022", "PKG-039", "PKG-046"} <= set(unseen)
    assert [] == proved(lines=refusal())

"""What the logs tell of the live request: its own lines, how it ended, whether it ran."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.doctor.evidence.endings import Ending, ending_of, error_types, timeout_of
from ops.doctor.evidence.invocations import Event, invocations
from runtime.migrator.errors import AccessError
from tests.ops.doctor.invoking import LAMBDA, REQUEST, invocation, made
from tests.ops.doctor.reading import refusal

OTHER = "7b1c3e0a-0000-4b43-b3ed-3f7fbb7c6a11"
OUT_OF_MEMORY = (
    "Billed Duration: 3000 ms",
    "Memory Size: 128 MB",
    "Max Memory Used: 128 MB",
    "Init Duration: 90.1 ms",
    "Status: error",
    "Error Type: Runtime.OutOfMemory",
)
RAN = {"integrationRequestId": LAMBDA, "integrationStatus": "200"}


def platform(kind: str, **record: Any) -> str:
    return json.dumps({"time": "2026-11-26T08:00:00.000Z", "type": kind, "record": record})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "INIT_REPORT Init Duration: 9999.61 ms\tPhase: init\tStatus: timeout",
            Ending("init", "timeout", milliseconds=9999.61),
        ),
        (
            "INIT_REPORT Init Duration: 1.57 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError",
            Ending("invoke", "error", "Runtime.ExitError", 1.57),
        ),
        ("RESTORE_REPORT Restore Duration: 20.50 ms", Ending("restore", "success", milliseconds=20.5)),
        (
            "\t".join([f"REPORT RequestId: {LAMBDA}", "Duration: 3000.00 ms", *OUT_OF_MEMORY]),
            Ending("", "error", "Runtime.OutOfMemory", 3000.0, LAMBDA, 128, 128, is_cold=True),
        ),
        (
            platform("platform.initReport", phase="init", status="timeout", metrics={"durationMs": 10000}),
            Ending("init", "timeout", milliseconds=10000.0),
        ),
        (
            platform(
                "platform.report",
                requestId=LAMBDA,
                status="timeout",
                metrics={"durationMs": 1000.5, "memorySizeMB": 512, "maxMemoryUsedMB": 80},
            ),
            Ending("", "timeout", "", 1000.5, LAMBDA, 512, 80),
        ),
        (platform("platform.restoreReport", status="success"), Ending("restore", "success")),
        (platform("platform.start", requestId=LAMBDA), None),
        ("a REPORT of somebody's", None),
        ('{"type": "platform.report", "record": 3}', None),
        ('{"type": "platform.report", "record"', None),
    ],
)
def test_reports_are_read_in_text_and_in_json(line: str, expected: Ending | None) -> None:
    assert expected == ending_of(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[ERROR] Runtime.ImportModuleError: Unable to import module 'app'", ["Runtime.ImportModuleError"]),
        ("[ERROR] 2026-11-26T08:00:00.000Z 1234 KeyError: 'a'", ["KeyError"]),
        ("[ERROR] TimeoutError", ["TimeoutError"]),
        (
            f"RequestId: {LAMBDA} Error: Runtime exited with error: exit status 1\nRuntime.ExitError",
            ["Runtime.ExitError"],
        ),
        ('{"level": "ERROR", "errorType": "ValueError", "requestId": "1"}', ["ValueError"]),
        (f"2026-11-26T08:00:03.000Z {LAMBDA} Task timed out after 3.00 seconds", ["Sandbox.Timedout"]),
        ("[INFO] all is well", []),
    ],
)
def test_types_of_errors_are_found_in_what_lambda_and_runtimes_write(line: str, expected: list[str]) -> None:
    assert expected == list(error_types([line]))


def test_a_timeout_tells_its_seconds() -> None:
    assert 3.5 == timeout_of("Task timed out after 3.50 seconds")


@given(st.text(max_size=200))
def test_any_line_can_be_read(line: str) -> None:
    ending_of(line), list(error_types([line])), timeout_of(line)


def test_lines_of_two_streams_are_put_apart() -> None:
    first, second = invocation("one"), invocation("two")
    mixed = [Event(s, t) for pair in zip(first, second, strict=True) for s, t in zip("ab", pair, strict=True)]

    assert [tuple(first), tuple(second)] == [each.lines for each in invocations(mixed)]


def test_the_lines_of_another_request_are_not_this_one_s() -> None:
    other = [line.replace(LAMBDA, OTHER) for line in invocation("[ERROR] KeyError: 'a'")]
    trace = made(lines=[*other, *invocation("mine")], access=RAN).trace

    assert trace.is_ours
    assert () == trace.error_types
    assert "mine" in trace.lines


def test_a_request_is_known_by_the_gateway_s_id_in_its_own_lines_too() -> None:
    other = [line.replace(LAMBDA, OTHER) for line in invocation("[ERROR] KeyError: 'a'")]
    trace = made(lines=[*other, *invocation(f'{{"request_id": "{REQUEST}"}}')]).trace

    assert trace.is_ours
    assert () == trace.error_types


def test_without_an_access_log_all_lines_count() -> None:
    trace = made(lines=invocation("[ERROR] KeyError: 'a'")).trace

    assert not trace.is_ours
    assert ("KeyError",) == trace.error_types


@pytest.mark.parametrize(
    ("access", "ran"),
    [
        (RAN, True),
        ({"integrationRequestId": "-", "integrationStatus": "-"}, False),
        ({"integrationRequestId": LAMBDA, "integrationStatus": "429"}, False),
        ({"integrationRequestId": "-", "integrationStatus": "502"}, False),
        ({}, False),
    ],
)
def test_the_gateway_s_line_tells_whether_the_function_ran(access: dict[str, str], ran: bool) -> None:  # noqa: FBT001  (parametrized)
    assert ran is made(access=access).trace.ran


def test_an_empty_log_tells_nothing_where_the_role_may_not_write_it() -> None:
    denied = {"iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": "implicitDeny"}]}}

    assert made(answers=denied).trace.ran is None


def test_a_log_that_can_not_be_read_raises_for_its_lines_alone() -> None:
    trace = made(lines=refusal(), access=RAN).trace

    assert (True, None, None) == (trace.ran, trace.started, trace.said("x"))
    with pytest.raises(AccessError):
        _ = trace.lines


def test_code_has_started_unless_its_start_has_failed() -> None:
    crashed = "INIT_REPORT Init Duration: 1 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError"

    assert True is made(lines=invocation(), access=RAN).trace.started
    assert False is made(lines=invocation(start=crashed), access=RAN).trace.started
    assert made(access={"integrationRequestId": "-"}).trace.started is None


def test_what_is_looked_back_at_begins_with_what_is_deployed_now() -> None:
    asked: list[int] = []

    def events(startTime: int, **_: Any) -> Any:  # noqa: N803  (botocore's spelling)
        asked.append(startTime)
        return {"events": []}

    for changed in ("2026-11-26T07:00:00.000+0000", "2026-11-26T07:55:00.000+0000"):
        answers = {"logs:FilterLogEvents": events}
        assert () == made(configuration={"LastModified": changed}, answers=answers).trace.lately

    quarter, five = (datetime(2026, 11, 26, 7, minute, tzinfo=UTC) for minute in (45, 55))
    assert [quarter.timestamp() * 1000, five.timestamp() * 1000] == asked

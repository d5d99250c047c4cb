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
from tests.ops.doctor.healthy import evidence_with, reply
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


@pytest.mark.parametrize(("cached", "ran"), [("Hit from cloudfront", None), ("Miss from cloudfront", False)])
def test_an_answer_that_cloudfront_had_kept_tells_nothing_of_the_function(
    cached: str,
    ran: bool | None,  # noqa: FBT001  (a case)
) -> None:
    refused = reply(403, '{"message":"Forbidden"}', headers={"x-cache": cached})
    assert ran is evidence_with(live=refused).trace.ran


def test_a_request_that_the_gateway_gave_up_may_have_come_to_the_function_without_an_id() -> None:
    given_up = {"integrationRequestId": "-", "integrationStatus": "-"}
    lines = [made(status=status, lines=["mine"], access=given_up).trace.lines for status in (503, 500)]
    assert [("mine",), ()] == lines


def test_lines_are_read_from_every_page() -> None:
    def events(nextToken: str | None = None, **_: Any) -> Any:  # noqa: N803  (botocore's spelling)
        page = {"events": [{"logStreamName": "one", "message": f"after {nextToken}"}]}
        return page if nextToken else {**page, "nextToken": "more"}

    assert ("after None", "after more") == made(answers={"logs:FilterLogEvents": events}).trace.lines


def waited_for(monkeypatch: pytest.MonkeyPatch, status: int, *looks: list[str], access: bool = False) -> int:
    """How often lines are waited for, of which there are more at each look."""
    pauses = list[float]()

    def events(logGroupName: str, **_: Any) -> Any:  # noqa: N803  (botocore's spelling)
        line = json.dumps({"requestId": REQUEST, **RAN})
        lines = [line] if logGroupName == "access" else looks[min(len(pauses), len(looks) - 1)]
        return {"events": [{"logStreamName": text[-1], "message": text} for text in lines]}

    monkeypatch.setattr("time.sleep", pauses.append)
    evidence = made(status=status, access=RAN if access else None, answers={"logs:FilterLogEvents": events})
    evidence.patience = 5.0
    assert tuple(looks[-1][-1:]) == evidence.trace.lines[-1:]
    return len(pauses)


def test_lines_are_waited_for_until_the_invocation_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = invocation("mine"), [line.replace(LAMBDA, OTHER) for line in invocation("other")]

    assert 0 == waited_for(monkeypatch, 200, [])
    assert 2 == waited_for(monkeypatch, 500, [], mine[:1], mine)
    assert 0 == waited_for(monkeypatch, 500, other)
    assert 1 == waited_for(monkeypatch, 500, other, mine, access=True)


def test_a_function_that_the_gateway_gave_up_is_not_waited_for_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = invocation("mine")
    assert 0 == waited_for(monkeypatch, 503, mine[:1], access=True)


def test_the_application_s_own_line_of_an_error_is_the_last_that_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = f'{{"level": "ERROR", "request_id": "{REQUEST}"}}'
    pauses = list[float]()
    monkeypatch.setattr("time.sleep", pauses.append)
    evidence = made(body='{"error":"internal"}', lines=[told])
    evidence.patience = 5.0

    assert ((told,), []) == (evidence.trace.lines, pauses)

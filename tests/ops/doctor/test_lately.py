"""Is a system that fails now and then never called healthy, and one whose outage is over not faulty?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.asking import Reply
from ops.doctor.evidence.whole import MANY, SOME, Evidence
from ops.doctor.sign import Sign
from tests.ops.doctor.invoking import ARN, BODIES, CONFIGURATION, answer_of
from tests.ops.doctor.reading import made_up

if TYPE_CHECKING:
    from collections.abc import Sequence

HEALTH: Final = "GET /api/v1/health"
TASKS: Final = "GET /api/v1/tasks"
HEALTHS: Final = SimpleNamespace(key=HEALTH, function=[f"{ARN}:live"])
OTHERS: Final = SimpleNamespace(key="GET /api/v1/auth/github", function=["another"])
NOW: Final = datetime.now(UTC)
BEGAN: Final = NOW - timedelta(minutes=50)
"""When the function was changed last."""


def moment(number: int) -> datetime:
    """When the request of that number came."""
    return BEGAN + timedelta(minutes=1, seconds=number)


def by_gateway(*statuses: int, route: str = HEALTH, begin: int = 0, lambdas: int = 200) -> list[Any]:
    """The gateway's lines of requests that were answered so."""
    return [
        (
            moment(begin + number),
            json.dumps({"routeKey": route, "status": str(status), "integrationStatus": str(lambdas)}),
        )
        for number, status in enumerate(statuses)
    ]


def by_function(*statuses: int, route: str = HEALTH, **more: Any) -> list[Any]:
    """Our code's lines of requests that were answered so."""
    return [
        (
            moment(number),
            json.dumps({"level": "ERROR", "message": "answered", "status": status, "route": route, **more}),
        )
        for number, status in enumerate(statuses)
    ]


def lately(
    *,
    gateway: Sequence[Any] | None = (),
    function: Sequence[Any] = (),
    replies: Sequence[int] = (200,),
    stream: str = "2026/11/26/[3]one",
    counted: Any = None,
    stacks: datetime | None = None,
) -> Evidence:
    """Evidence of a system with these lines; health is answered by one reply after the other, the last on."""
    left = list(replies)

    def events(**asked: Any) -> Any:
        lines = (gateway or ()) if asked["logGroupName"] == "access" else function
        found = [
            # each in a stream, so in an invocation, of its own
            {"logStreamName": f"{stream}{number}", "message": text, "timestamp": int(at.timestamp() * 1000)}
            for number, (at, text) in enumerate(lines)
            if at.timestamp() * 1000 >= asked["startTime"]
        ]
        return {"events": found}

    def ask(address: str) -> Reply:
        status = left.pop(0) if len(left) > 1 else left[0]
        return Reply(address, datetime.now(UTC), 0.0, status, {}, BODIES[status])

    told = {**CONFIGURATION, "LastModified": BEGAN.isoformat()}
    reading = made_up(
        {
            "lambda:GetFunctionConfiguration": told,
            "lambda:GetAlias": {"FunctionVersion": "3"},
            "logs:FilterLogEvents": events,
            "cloudwatch:GetMetricData": counted or {"MetricDataResults": []},
            "cloudformation:DescribeStackEvents": {"StackEvents": [{"Timestamp": stacks}] if stacks else []},
        }
    )
    evidence = Evidence(reading, address="https://api.example", ask=ask, patience=0.0)
    vars(evidence)["gateway"] = SimpleNamespace(
        integration={"IntegrationUri": f"{ARN}:live"},
        access_log_group=None if gateway is None else "access",
        stage={},
        health=HEALTHS,
        ways=[HEALTHS, SimpleNamespace(key=TASKS, function=HEALTHS.function), OTHERS],
        api_id="api1",
    )
    return evidence


def judged(evidence: Evidence) -> str:
    """What is said of requests that failed lately: nothing, that it worries, or that it is over."""
    first, second = answer_of("PKG-050", evidence), answer_of("PKG-051", evidence)
    assert (False, False) == (first.unseen, second.unseen), first.because
    if first.worries:
        return "worries"
    return "over" if second.verdict is Verdict.PROVED else "nothing"


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ((), "nothing"),
        ((200,) * 9, "nothing"),
        ((200, 404, 401, 200), "nothing"),
        ((200, 500, 500, 500), "over"),
        ((500, 200, 200, 500), "worries"),
        ((200, 500, 200, 200, 503, 200, 200), "worries"),
    ],
)
def test_what_failed_in_one_go_is_over_and_what_comes_and_goes_is_not(
    statuses: tuple[int, ...], said: str
) -> None:
    assert judged(lately(gateway=by_gateway(*statuses))) == said
    assert judged(lately(gateway=None, function=by_function(*statuses))) == said


def test_one_request_in_a_hundred_fails_in_any_busy_system_and_worries_where_it_is_the_last() -> None:
    rare = (500, *(200,) * 300, 500)
    healths = by_gateway(*rare, 200, 200, 200, 200)
    found = answer_of("PKG-051", lately(gateway=healths))

    assert (Verdict.PROVED, True) == (found.verdict, "no more than 1 %" in found.because)
    assert "over" == judged(lately(gateway=healths))
    assert "worries" == judged(lately(gateway=by_gateway(*rare, route=TASKS)))
    assert "worries" == judged(lately(gateway=by_gateway(500, *rare, 500, 200, 200, 200, 200)))


@pytest.mark.parametrize(("seconds", "said"), [((9.0, 0.1), "ruled out"), ((9.0, 8.0), "proved")])
def test_an_answer_that_takes_seconds_each_time_is_told_and_a_start_is_not(
    seconds: tuple[float, ...], said: str
) -> None:
    evidence = lately()
    vars(evidence)["asked"] = tuple(
        Reply("https://api.example", NOW, each, 200, {}, BODIES[200]) for each in seconds
    )
    assert said == answer_of("PKG-052", evidence).verdict


def test_a_single_answer_that_took_long_may_have_been_a_start_and_is_no_health() -> None:
    evidence = lately()
    vars(evidence)["asked"] = (Reply("https://api.example", NOW, 20.0, 200, {}, BODIES[200]),)
    found = answer_of("PKG-052", evidence)
    assert (Verdict.UNKNOWN, True) == (found.verdict, found.worries)


def test_a_route_that_failed_is_not_well_because_another_one_is() -> None:
    lines = by_gateway(500, 500, route=TASKS) + by_gateway(*(200,) * 9, begin=10)

    found = answer_of("PKG-050", lately(gateway=lines))

    assert (True, True) == (found.worries, f"2 of 2 to {TASKS} failed lately" in found.because)
    well_since = by_gateway(500, 200, 200, 200, 200, route=TASKS)
    assert judged(lately(gateway=well_since)) == "over"


def test_what_fails_all_routes_alike_is_over_when_health_is_well() -> None:
    assert judged(lately(gateway=by_gateway(503, 503, route=TASKS, lambdas=429))) == "over"


@pytest.mark.parametrize(("route", "lambdas"), [(TASKS, 403), (OTHERS.key, 429), (OTHERS.key, 403)])
def test_what_may_fail_one_route_alone_is_not_over_when_health_is_well(route: str, lambdas: int) -> None:
    assert judged(lately(gateway=by_gateway(500, 500, route=route, lambdas=lambdas))) == "worries"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("no connection: nothing listens at the server's address", "over"),
        ("the server is read-only", "worries"),
        ('relation "tasks" does not exist', "worries"),
    ],
)
def test_health_is_no_proof_that_what_it_does_not_meet_is_over(reason: str, said: str) -> None:
    lines = by_function(503, 503, route=TASKS)
    told = [(at, text.replace('"level"', f'"reason": {json.dumps(reason)}, "level"')) for at, text in lines]

    assert judged(lately(gateway=None, function=told)) == said


@pytest.mark.parametrize("changed", ["function", "stacks"])
def test_what_failed_before_the_last_change_does_not_count(changed: str) -> None:
    lines = [(at - timedelta(minutes=30), text) for at, text in by_gateway(500, 200, 500, 200)]
    if changed == "function":
        assert judged(lately(gateway=lines)) == "nothing"
    else:
        lines = by_gateway(500, 200, 500, 200)
        assert judged(lately(gateway=lines, stacks=NOW - timedelta(minutes=10))) == "nothing"


@pytest.mark.parametrize(("version", "said"), [("3", "worries"), ("2", "nothing"), ("$LATEST", "nothing")])
def test_what_another_version_failed_is_not_what_serves(version: str, said: str) -> None:
    lines = by_function(500, 200, 500)

    assert judged(lately(gateway=None, function=lines, stream=f"2026/11/26/[{version}]one")) == said


def test_the_last_failure_is_told_by_its_kind_and_never_by_its_words() -> None:
    secret = "k" * 32
    lines = by_function(500, 200, 500, kind="UndefinedTable", traceback=[secret])
    found = answer_of("PKG-050", lately(gateway=None, function=lines))

    assert "UndefinedTable" in found.because
    assert secret not in found.because + found.decide
    hidden = by_function(500, 200, 500, kind=secret)
    assert secret not in answer_of("PKG-050", lately(gateway=None, function=hidden)).because


def minutes(*figures: tuple[int, int]) -> Any:
    """Answers GetMetricData: how many the gateway had, and had failed, minute by minute."""

    def answer(**asked: Any) -> Any:
        metric = asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["MetricName"]
        values = [float(each[metric == "5xx"]) for each in figures]
        times = [asked["StartTime"] + timedelta(minutes=number) for number in range(len(figures))]
        return {"MetricDataResults": [{"Timestamps": times, "Values": values}]}

    return answer


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (((9, 0), (9, 0)), "nothing"),
        (((9, 0), (9, 9), (9, 0)), "over"),
        (((9, 1), (9, 0), (9, 1), (9, 0)), "worries"),
        (((9, 1), (9, 2), (9, 1)), "worries"),
    ],
)
def test_without_a_log_of_the_gateway_its_figures_tell(figures: Any, said: str) -> None:
    assert judged(lately(gateway=None, counted=minutes(*figures))) == said


@pytest.mark.parametrize(
    ("replies", "asked", "sign"),
    [
        ((200,), SOME, Sign.WELL),
        ((500,), 1, Sign.GATEWAY_ERROR),
        ((200, 500), 2, Sign.GATEWAY_ERROR),
        ((200, 200, 200, 503), 4, Sign.GATEWAY_UNAVAILABLE),
    ],
)
def test_health_is_asked_for_again_while_it_is_well(replies: tuple[int, ...], asked: int, sign: Sign) -> None:
    evidence = lately(replies=replies)

    assert (asked, sign) == (len(evidence.asked), evidence.sign)


def test_health_is_asked_for_more_often_where_it_failed_lately() -> None:
    lines = by_gateway(200, 500, 200)
    assert MANY == len(lately(gateway=lines).asked)

    found = lately(gateway=lines, replies=(*(200,) * 10, 500))
    assert (11, Sign.GATEWAY_ERROR) == (len(found.asked), found.sign)
    assert answer_of("PKG-050", found).verdict is Verdict.RULED_OUT


def test_a_log_that_can_not_be_read_leaves_it_unseen() -> None:
    evidence = lately(gateway=None)
    evidence.reading = made_up({"lambda:GetFunctionConfiguration": CONFIGURATION})

    assert answer_of("PKG-050", evidence).unseen

"""Invoke: the event that the gateway would make, the answer, and what is asked first."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from ops.errors import NotDeployed, Refused, Unreached
from ops.inventory import FunctionUnknown, function_of
from ops.invoking import (
    AnswerUnheard,
    EventRefused,
    Request,
    RouteUnknown,
    api_event,
    invoke,
    only_reads,
    read_event,
    without_secrets,
)
from runtime.api.service import make_service
from runtime.api.settings import Settings
from runtime.contract import API_PREFIX, ROUTES, Function
from tests.ops.living.conftest import ACCOUNT, STAGING
from tests.ops.living.running import held
from twin.aws.invoking import Answered, Busy, run_functions
from twin.event import Api, make_event
from twin.event import Request as TwinRequest
from twin.routing import Match

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.live import Live
    from tests.ops.living.running import Program
    from twin.aws.clients import Aws
    from twin.aws.invoking import Invocation

API = function_of(STAGING, "api")
RECORD = {"requestId": "1", "status": "success"}
LOG = json.dumps({"time": "2026-11-26T01:30:00.006Z", "type": "platform.report", "record": RECORD}).encode()


class Functions:
    """The functions of the account: what they were asked, and what they answer next."""

    def __init__(self) -> None:
        self.asked: list[Invocation] = []
        self.answer = Answered(
            json.dumps({"statusCode": 200, "headers": {}, "body": '{"a": 1}'}).encode(), log=LOG
        )

    def __call__(self, invocation: Invocation) -> Answered:
        """Run one."""
        self.asked.append(invocation)
        return self.answer

    @property
    def event(self) -> Any:
        """What was asked last."""
        return json.loads(self.asked[-1].payload)


@pytest.fixture
def functions() -> Iterator[Functions]:
    """Functions that run."""
    found = Functions()
    run_functions(ACCOUNT, found)
    yield found
    run_functions(ACCOUNT, None)


def test_the_event_is_the_one_that_the_gateway_makes(live: Live, aws: Aws) -> None:
    """As the twin's gateway makes it, but for what is new in each."""
    target = "/api/v1/tasks?status=open&status=done&q=a%20b"
    event = api_event(live, Request("GET", target, {"Authorization": "Bearer x"}))
    api = Api(held(aws, "service", "HttpApi"), aws.account)
    sent = tuple(
        (name, value) for name, value in event["headers"].items() if not name.startswith("x-forwarded")
    )
    made = make_event(
        TwinRequest("GET", target, sent, source_ip="192.0.2.1"), Match("GET /api/v1/tasks", {}), api
    )
    made["headers"].pop("x-amzn-trace-id")
    for each in (event, made):
        for key in ("requestId", "time", "timeEpoch"):
            assert each["requestContext"].pop(key)

    assert made == event


def test_our_own_application_answers_the_event(live: Live, functions: Functions) -> None:
    """With the environment of the deployed function, which asks for CloudFront's header."""
    invoke(live, API, {})
    variables = {name.lower(): value for name, value in functions.asked[0].variables.items()}
    known: dict[str, Any] = {
        name: value for name, value in variables.items() if name in Settings.model_fields
    }
    application = make_service(Settings(**known), io.StringIO()).application
    event = api_event(live, Request("GET", "/api/v1/health/live"))
    event_of_anybody = event | {"headers": {**event["headers"], "x-origin-secret": "x"}}

    assert [200, 403] == [
        application.answer(each, 29_000)["statusCode"] for each in (event, event_of_anybody)
    ]


def test_every_route_of_the_api_is_found(live: Live) -> None:
    routes = [route for route in ROUTES if route.function is Function.API]
    paths = {route: API_PREFIX + route.path.replace("{", "1").replace("}", "") for route in routes}

    assert [route.key for route in routes] == [
        api_event(live, Request(route.method, path))["routeKey"] for route, path in paths.items()
    ]


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/api/v1/nowhere", "docs/contract.md has all routes"),
        ("PUT", "/api/v1/tasks", "the path takes GET, POST"),
        ("GET", "/api/v1/auth/github", "the path takes GET"),
    ],
)
def test_what_the_gateway_would_answer_itself_is_refused(
    method: str, path: str, words: str, live: Live
) -> None:
    with pytest.raises(RouteUnknown, match=f"no route of the API takes {method} {path}; {words}"):
        api_event(live, Request(method, path))


def test_what_proves_who_somebody_is_is_not_shown(live: Live) -> None:
    event = api_event(
        live, Request("GET", "/api/v1/tasks", {"Authorization": "Bearer geheim", "Cookie": "a=geheim"})
    )
    shown = without_secrets(event)

    assert ["***"] * 3 == [shown["headers"][name] for name in ("authorization", "cookie", "x-origin-secret")]
    assert "Bearer geheim" == event["headers"]["authorization"]
    assert "geheim" not in str(shown)
    assert [1] == without_secrets([1])


@pytest.mark.parametrize(
    ("function", "event", "reads"),
    [
        (Function.API, {"requestContext": {"http": {"method": "GET"}}}, True),
        (Function.API, {"requestContext": {"http": {"method": "POST"}}}, False),
        (Function.API, {"action": "login"}, False),
        (Function.MIGRATOR, {"action": "status"}, True),
        (Function.MIGRATOR, {"action": "up"}, False),
        (Function.LOGIN, {"requestContext": {"http": {"method": "GET"}}}, False),
        (Function.API, "text", False),
    ],
)
def test_only_what_changes_nothing_is_done_unasked(function: Function, event: Any, reads: object) -> None:
    assert reads is only_reads(function, event)


def test_the_alias_is_invoked_and_log_and_version_are_told(
    live: Live, functions: Functions, aws: Aws
) -> None:
    answer = invoke(live, API, {"a": 1})

    assert {"a": 1} == functions.event
    assert held(aws, "service", "ApiFunction") == functions.asked[0].function
    assert {"statusCode": 200, "headers": {}, "body": '{"a": 1}'} == answer.payload
    assert (LOG.decode(),) == answer.log
    assert None is answer.error


def test_an_answer_that_does_not_come_says_that_it_may_be_at_work(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = live.call

    def failing(action: str, thing: str, **arguments: Any) -> Any:
        if action == "lambda:Invoke":
            raise Unreached("lambda", "Read timeout")
        return call(action, thing, **arguments)

    monkeypatch.setattr(live, "call", failing)

    with pytest.raises(
        AnswerUnheard, match=r"\(Read timeout\) and it may still be at work; look at `miyabi logs"
    ):
        invoke(live, API, {})


def test_rights_are_named_as_a_policy_names_them(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    call = live.call

    def refusing(action: str, thing: str, **arguments: Any) -> Any:
        if action == "lambda:Invoke":
            raise Refused(action, thing, "AccessDeniedException")
        return call(action, thing, **arguments)

    monkeypatch.setattr(live, "call", refusing)

    with pytest.raises(Refused, match="AWS refuses lambda:InvokeFunction on function miyabi-staging"):
        invoke(live, API, {})


def test_a_function_that_there_is_not_is_refused(live: Live, aws: Aws) -> None:
    with pytest.raises(FunctionUnknown, match="staging has no function 'apy'; it has api, login, migrator"):
        function_of(STAGING, "apy")
    aws.client("lambda").delete_function(FunctionName=held(aws, "service", "ApiFunction"))
    with pytest.raises(NotDeployed):
        invoke(live, API, {})


def test_an_event_that_is_no_json_is_refused() -> None:
    with pytest.raises(EventRefused, match=r"the event in x\.json is no JSON \(.*\); give a JSON document"):
        read_event("{", "in x.json")


# The command.


def test_the_command_asks_for_health_and_prints_answer_and_log(miyabi: Program, functions: Functions) -> None:
    told = miyabi("invoke", "staging")
    lines = told.out.splitlines()

    assert 0 == told.code
    assert "GET /api/v1/health" == functions.event["routeKey"]
    assert lines[0].startswith("200  (version ")
    assert [
        "{",
        '  "a": 1',
        "}",
        "",
        "the end of its log:",
        "  INFO  platform.report 1 status=success",
    ] == lines[1:]


@pytest.mark.parametrize(
    ("payload", "error", "code"),
    [
        ({"statusCode": 404, "body": "{}"}, None, 0),
        ({"statusCode": 503, "body": "no \x1b[2J"}, None, 6),
        ({"errorMessage": "boom"}, "Unhandled", 1),
    ],
)
def test_the_exit_code_tells_what_was_answered(
    payload: Any, error: str | None, code: int, miyabi: Program, functions: Functions
) -> None:
    functions.answer = Answered(json.dumps(payload).encode(), error)

    told = miyabi("invoke", "staging")

    assert code == told.code
    assert "\x1b" not in told.out
    assert error is None or told.out.startswith("Unhandled  (version")


def test_what_may_change_something_is_not_done_unasked(miyabi: Program, functions: Functions) -> None:
    refused = miyabi(
        "invoke", "staging", "--method", "post", "--path", "/api/v1/tasks", "--data", "-", stdin="{}"
    )
    done = miyabi(
        "invoke",
        "staging",
        "--method",
        "post",
        "--path",
        "/api/v1/tasks",
        "--data",
        "-",
        "--yes",
        "--json",
        stdin='{"a": "ä"}',
    )

    assert (2, 0) == (refused.code, done.code)
    assert "there is nobody to ask" in refused.err
    assert 1 == len(functions.asked)
    assert ('{"a": "ä"}', "application/json") == (
        functions.event["body"],
        functions.event["headers"]["content-type"],
    )
    assert {"version", "answer", "error", "milliseconds", "log"} == done.document.keys()


def test_a_token_comes_from_standard_input_and_a_dry_run_hides_it(
    miyabi: Program, functions: Functions
) -> None:
    shown = miyabi("invoke", "staging", "--path", "/api/v1/tasks", "--token", "--dry-run", stdin="geheim\n")
    miyabi("invoke", "staging", "--path", "/api/v1/tasks", "--token", stdin="geheim\n")

    assert "***" == shown.document["headers"]["authorization"]
    assert "geheim" not in shown.out + shown.err
    assert "Bearer geheim" == functions.event["headers"]["authorization"]
    assert 1 == len(functions.asked)


def test_the_migrator_takes_an_event_from_a_file(
    miyabi: Program, functions: Functions, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"action": "probe"}', encoding="utf-8")

    told = miyabi("invoke", "staging", "migrator", "--event", str(event))

    assert (0, {"action": "probe"}) == (told.code, functions.event)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("migrator",), "migrator takes no request here; give its event by --event FILE"),
        (("api", "--event", "nowhere.json"), "nowhere.json: it can't be read (No such file or directory)"),
        (("api", "--data", "-", "--token"), "--data - and --token both read standard input"),
        (("apy",), "staging has no function 'apy'"),
        (("api", "--path", "/nowhere"), "no route of the API takes GET /nowhere"),
    ],
)
def test_the_command_refuses_in_one_sentence(words: tuple[str, ...], sentence: str, miyabi: Program) -> None:
    told = miyabi("invoke", "staging", *words)

    assert (2, "") == (told.code, told.out)
    assert sentence in told.err


def test_a_busy_function_is_told(miyabi: Program) -> None:
    def busy(invocation: Invocation) -> Answered:
        del invocation
        raise Busy

    run_functions(ACCOUNT, busy)
    try:
        told = miyabi("invoke", "staging")
    finally:
        run_functions(ACCOUNT, None)

    assert 3 == told.code
    assert "lambda can't be asked: TooManyRequestsException" in told.err

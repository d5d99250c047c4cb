"""The function starts with what it is given, answers every event, and lets no secret out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract import HANDLERS, Function, required_variables, variables_of
from runtime.login import handler
from runtime.login.errors import START
from runtime.login.flow import CALLBACK, RESERVE
from runtime.login.github import API, FAREWELL, PATIENCE, SITE
from runtime.login.settings import Settings
from stacks.loading import environment_names, load_environment
from tests.runtime.login.browsers import (
    ORIGIN_SECRET,
    PROFILE,
    SESSION,
    VARIABLES,
    Browser,
    Invocation,
    query_of,
)
from tests.runtime.login.github_fake import CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.runtime.login.browsers import Api
    from tests.runtime.login.github_fake import FakeGitHub

    Handle = Callable[..., dict[str, Any]]

ROOT = Path(__file__).parent.parent.parent.parent
DOCUMENT = (ROOT / "docs" / "login.md").read_text(encoding="utf-8")
TRACE_ID = "1-67891233-abcdef012345678912345678"
TRACE = f"Root={TRACE_ID};Parent=53995c3f42cd8ad8;Sampled=1"


def shown(heading: str) -> dict[str, Any]:
    """The JSON under a heading of the document."""
    found = re.search(rf"^#+ {heading}\n.*?^```json\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    document: dict[str, Any] = json.loads(found[1])
    return document


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Every line of the log, each an object."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """The function in a new execution environment; variables by name, None leaves one out."""

    def handle(event: Any, **variables: str | None) -> dict[str, Any]:
        for name, value in (VARIABLES | variables).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        handler._login.cache_clear()
        answer = handler.handle(event, Invocation())
        handler._login.cache_clear()
        json.dumps(answer)
        return answer

    return handle


# What it is given.


def test_the_function_reads_what_the_contract_gives_it() -> None:
    fields = {name.upper(): field for name, field in Settings.model_fields.items()}

    assert set(variables_of(Function.LOGIN)) == set(fields)
    assert required_variables(Function.LOGIN) == {name for name in fields if fields[name].is_required()}
    secret = {name for name, variable in variables_of(Function.LOGIN).items() if variable.secret}
    assert secret == {name for name in fields if "SecretStr" in str(fields[name].annotation)}


def test_the_handler_is_where_the_contract_says() -> None:
    assert f"{handler.__name__}.{handler.handle.__name__}" == HANDLERS[Function.LOGIN]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("GITHUB_CLIENT_ID", None, "it is missing"),
        ("GITHUB_CLIENT_SECRET", "", "it is empty"),
        ("ORIGIN_SECRET", "", "it is empty"),
        ("PUBLIC_ADDRESS", None, "neither it nor PUBLIC_ADDRESS_PARAMETER is set"),
        ("PUBLIC_ADDRESS", "http://secret.example", "string should match pattern"),
        ("LOG_LEVEL", "secret", "input should be 'DEBUG', 'INFO', 'WARN' or 'ERROR'"),
    ],
)
def test_a_variable_that_is_wrong_is_named_in_the_log_alone(
    name: str, value: str | None, found: str, handle: Handle, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handle({}, **{name: value})

    assert (500, "configuration_error") == (answer["statusCode"], json.loads(answer["body"])["error"])
    assert name not in answer["body"]
    (line,) = logged(capsys)
    assert f"environment variable {name} is refused ({found}" in line["reason"]
    assert "secret" not in line["reason"].replace(name, "")


def test_a_deployed_function_knows_one_github(handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable leads it elsewhere."""
    for name in ("GITHUB_ADDRESS", "GITHUB_SITE", "GITHUB_API_ADDRESS", "SITE", "API"):
        monkeypatch.setenv(name, "https://evil.example")
    event = {"rawPath": START, "headers": {"x-origin-secret": ORIGIN_SECRET}}

    answer = handle(event | {"requestContext": {"http": {"method": "GET"}}})

    assert answer["headers"]["location"].startswith(f"{SITE}/login/oauth/authorize?client_id=")
    assert ("https://github.com", "https://api.github.com") == (SITE, API)


@pytest.mark.parametrize("name", [name for name in environment_names() if load_environment(name).login])
def test_the_functions_time_is_enough(name: str) -> None:
    """One answer of GitHub's may come as late as it is waited for, and the session is opened still."""
    login = load_environment(name).login

    assert login is not None
    assert PATIENCE + RESERVE < login.timeout_seconds
    assert FAREWELL < RESERVE


# Events.


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        "text",
        {"action": "login", "profile": {"github_id": 1}},
        {"requestContext": None, "headers": None, "cookies": None},
        {"requestContext": {"http": []}, "headers": {"x": 1}, "cookies": "text", "rawPath": 1},
    ],
    ids=repr,
)
def test_what_is_no_request_is_answered_too(event: Any, handle: Handle) -> None:
    answer = handle(event, ORIGIN_SECRET=None)

    assert (404, shown("Errors").keys()) == (answer["statusCode"], json.loads(answer["body"]).keys())


def test_the_origin_header_may_hold_the_previous_secret(handle: Handle) -> None:
    statuses = [
        handle({"headers": {"x-origin-secret": shown}}, ORIGIN_SECRET_PREVIOUS="the one before")["statusCode"]
        for shown in (ORIGIN_SECRET, "the one before", "another")
    ]

    assert [404, 404, 403] == statuses


def test_a_fault_of_ours_is_an_answer(
    browser: Browser, github: FakeGitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    query = github.consent(browser.begin().location)
    held = {**query, **browser.cookies}

    def fail(*_: object) -> None:
        raise RuntimeError(f"{held} {CLIENT_SECRET}")

    monkeypatch.setattr("runtime.login.flow.unseal", fail)
    end = browser.come_back(query)

    assert (500, "internal_error") == (end.status, end.error)
    assert {} == browser.cookies
    log = capsys.readouterr().out
    assert "RuntimeError" in log
    assert [] == [secret for secret in (*held.values(), CLIENT_SECRET) if secret in log + end.text]


# Its log.


def test_a_request_is_one_line(
    browser: Browser, github: FakeGitHub, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.expect()
    browser.come_back(github.consent(browser.begin().location))
    browser.come_back({"state": "x"})
    browser.get("/made/up")

    lines = logged(capsys)
    assert [302, 302, 401, 404] == [line["status"] for line in lines]
    assert [f"GET {START}", f"GET {CALLBACK}", f"GET {CALLBACK}", "none"] == [line["route"] for line in lines]
    assert ["INFO", "INFO", "WARN", "WARN"] == [line["level"] for line in lines]
    assert {"staging"} == {line["environment"] for line in lines}
    assert {"Xm1k2gateway="} == {line["request_id"] for line in lines}
    assert [None, None, "authentication_error", "not_found"] == [line.get("error") for line in lines]


def test_lines_below_the_level_are_not_written(handle: Handle, capsys: pytest.CaptureFixture[str]) -> None:
    for level in ("WARN", "ERROR"):
        handle({}, LOG_LEVEL=level, ORIGIN_SECRET=None)

    assert ["WARN"] == [line["level"] for line in logged(capsys)]


def test_a_line_is_as_the_document_shows_it(
    browser: Browser, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    browser.come_back({})

    (line,) = logged(capsys)
    assert list(shown("Its log")) == list(line)
    assert TRACE_ID == line["xray_trace_id"]


@pytest.mark.parametrize(
    ("sent", "returned"),
    [("call-7", "call-7"), (None, "Xm1k2gateway="), ("a b\n", "Xm1k2gateway="), ("a" * 129, "Xm1k2gateway=")],
)
def test_a_correlation_id_comes_back(
    sent: str | None, returned: str, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    browser.headers |= {"x-correlation-id": sent} if sent else {}

    assert returned == browser.begin().headers["x-correlation-id"]
    assert returned == logged(capsys)[0]["correlation_id"]


def test_no_secret_stands_where_others_read(
    browser: Browser, github: FakeGitHub, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in the log, a body, nor a header but the cookies: of a login, and of two that fail."""
    answers, secrets = [], {CLIENT_SECRET, ORIGIN_SECRET, SESSION["access_token"], SESSION["refresh_token"]}
    sentence = {"error": "internal_error", "message": "secret"}
    for answer in (None, {"ok": False, "error": sentence}):
        api.expect(answer)
        start = browser.begin()
        query = github.consent(start.location)
        secrets |= {query["code"], *browser.cookies.values()}
        states = {query["state"], query_of(start.location)["code_challenge"]}
        answers += [browser.come_back(query), browser.come_back(query)]
        secrets |= states
    secrets |= set(github.issued) | {asked.body for asked in github.asked if asked.body}

    read = capsys.readouterr().out + "".join(f"{answer.headers}{answer.text}" for answer in answers)
    assert [302, 401, 502, 401] == [answer.status for answer in answers]
    assert [] == [secret for secret in secrets if str(secret) in read]
    assert [] == [asked.query for asked in github.asked if asked.query not in ("", "per_page=100")]


def test_the_event_to_the_api_function_is_as_the_document_shows_it() -> None:
    event = {"action": "login", "profile": PROFILE}

    assert event == shown("Its event to the api function")


# Its weight.


def test_importing_it_is_light() -> None:
    """Lambda's start is billed and waited for; AWS's library comes when it is needed."""
    heavy = "{'boto3', 'botocore', 'psycopg', 'sqlalchemy', 'aws_lambda_powertools', 'cryptography'}"
    program = f"import sys, {handler.__name__}; print({heavy} & set(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "set()" == found.stdout.strip()


def test_the_clients_of_aws_wait_no_longer_than_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.login.aws import client

    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "us-east-1")
    config = client.__wrapped__("lambda").meta.config

    assert 1 == config.retries["total_max_attempts"]
    assert FAREWELL + config.connect_timeout + config.read_timeout < RESERVE

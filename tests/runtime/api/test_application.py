"""What all answers have in common: their shape, their headers, their line in the log, and who is let in."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from runtime.api.metrics import METRICS, NAMESPACE
from tests.runtime.api.asking import SECRET, serve

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client

ORIGIN = "https://app.example.org"


def answered(client: Client) -> dict[str, Any]:
    """Find the last line that tells of a request."""
    return [line for line in client.lines() if line.get("message") == "answered"][-1]


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "kind"),
    [
        ("GET", "/nowhere", {}, 404, "not_found"),
        ("GET", "/tasks/", {}, 404, "not_found"),
        ("GET", "/tasks/x/y/z", {}, 404, "not_found"),
        ("PUT", "/tasks", {}, 405, "method_not_allowed"),
        ("HEAD", "/health", {}, 405, "method_not_allowed"),
        ("GET", "/tasks/3b3c0f1e-0000-4000-8000-000000000000", {}, 404, "not_found"),
        ("GET", "/tasks/7", {}, 400, "validation_error"),
        ("POST", "/tasks", {"text": "x" * 1_000_001}, 413, "payload_too_large"),
        (
            "POST",
            "/tasks",
            {"text": "name=x", "headers": {"content-type": "text/plain"}},
            415,
            "unsupported_media_type",
        ),
        (
            "POST",
            "/tasks",
            {"body": {"name": "x"}, "headers": {"idempotency-key": "é"}},
            400,
            "validation_error",
        ),
        (
            "POST",
            "/tasks",
            {"body": {"name": "x"}, "headers": {"idempotency-key": ""}},
            400,
            "validation_error",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_every_refusal_has_the_same_shape(
    api: Client, method: str, path: str, more: dict[str, Any], status: int, kind: str
) -> None:
    answer = api.sign_in().ask(method, path, **more)

    assert (status, kind) == (answer.status, answer["error"])
    assert (
        {"error", "message", "request_id"}
        <= set(answer.body)
        <= {"error", "message", "details", "request_id"}
    )
    assert answer["request_id"] == answer.headers["x-request-id"]
    assert "application/json" == answer.headers["content-type"]


def test_a_refused_method_tells_which_there_are(api: Client) -> None:
    assert "GET, POST" == api.sign_in().ask("PUT", "/tasks").headers["allow"]


def test_a_fault_of_ours_is_logged_with_its_traceback_and_told_to_nobody(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = api.sign_in()
    secret = "the inner workings"

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("runtime.api.routes.tasks.find", fail)
    answer = client.get(f"/tasks/{uuid4()}")

    (line,) = [line for line in api.lines() if "traceback" in line]
    assert (500, "internal_error") == (answer.status, answer["error"])
    assert secret not in answer.text
    assert ("RuntimeError", secret) == (line["kind"], line["message"])
    assert answer["request_id"] == line["request_id"]


def test_a_statement_that_is_wrong_shows_nothing_of_the_database(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = api.sign_in()
    monkeypatch.setattr(
        "runtime.api.routes.tasks.find",
        lambda call, *_, **__: call.connection.execute(text("SELECT secret FROM nothing")),
    )

    answer = client.get(f"/tasks/{uuid4()}")

    assert (500, "internal_error") == (answer.status, answer["error"])
    assert "nothing" not in answer.text
    assert "details" not in answer.body


def test_a_request_leaves_one_line_that_says_who_asked_for_what(api: Client) -> None:
    client = api.sign_in()

    answer = client.get("/tasks?limit=1", headers={"x-correlation-id": "from-the-client"})

    line = answered(api)
    assert ("GET /api/v1/tasks", 200, client.user_id, "test") == (
        line["route"],
        line["status"],
        line["user_id"],
        line["environment"],
    )
    assert line["milliseconds"] > 0
    assert answer.headers["x-request-id"] == line["request_id"]
    assert "from-the-client" == line["correlation_id"] == answer.headers["x-correlation-id"]


@pytest.mark.parametrize("given", ["a b", "x" * 129, 'x","level":"ERROR', "é", ""])
def test_a_correlation_id_that_could_be_something_else_is_not_taken(api: Client, given: str) -> None:
    answer = api.get("/health/live", headers={"x-correlation-id": given})

    assert answer.headers["x-request-id"] == answer.headers["x-correlation-id"]


def test_the_trace_id_of_xray_stands_in_the_log(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = "1-5759e988-bd862e3fe1be46a994272793"
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={trace};Parent=53995c3f42cd8ad8;Sampled=1")

    api.get("/health/live")

    assert trace == answered(api)["xray_trace_id"]


def test_no_secret_and_no_token_is_ever_in_the_log(api: Client) -> None:
    client = api.sign_in()
    client.get("/tasks")
    client.post("/tasks", {"name": f"my token is {client.token}"})
    client.get(f"/tasks?status={SECRET}")
    api.get("/tasks", headers={"authorization": f"Bearer {client.token}x"})

    log = api.log.getvalue()

    assert "answered" in log
    assert client.token
    for secret in (SECRET, client.token, client.session["refresh_token"], "known-to-the-tests"):
        assert secret not in log


def test_a_level_keeps_lesser_lines_out(shared_url: str) -> None:
    client = serve(shared_url, log_level="WARN")
    client.get("/health")

    assert [] == [line for line in client.lines() if line.get("level") == "INFO"]


def test_what_nobody_else_counts_is_counted_in_the_embedded_format(shared_url: str) -> None:
    client = serve(shared_url)
    client.get("/tasks")
    client.get("/health")

    lines = [line for line in client.lines() if "_aws" in line]
    counted = {metric["Name"] for line in lines for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert {"AuthenticationRefusals", "DatabaseConnects"} == counted
    assert counted <= set(METRICS)
    assert all(NAMESPACE == line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in lines)
    assert all("test" == line["environment"] for line in lines)


def test_no_route_is_answered_without_the_origin_secret(shared_url: str) -> None:
    client = serve(shared_url, origin_secret="current", origin_secret_previous="previous")

    def status(**headers: str) -> int:
        return client.get("/health/live", headers=headers).status

    assert 403 == status()
    assert 403 == status(**{"x-origin-secret": "wrong"})
    assert 403 == status(**{"x-origin-secret": ""})
    assert 200 == status(**{"x-origin-secret": "current"})
    assert 200 == status(**{"X-Origin-Secret": "previous"})


def test_a_browser_of_a_known_origin_may_ask(shared_url: str) -> None:
    client = serve(shared_url, cors_origins=f"{ORIGIN},https://other.example.org")

    known = client.get("/health/live", headers={"origin": ORIGIN})
    unknown = client.get("/health/live", headers={"origin": "https://evil.example"})
    refused = client.get("/tasks", headers={"origin": ORIGIN})
    before = client.ask("OPTIONS", "/tasks", headers={"origin": ORIGIN})

    assert ORIGIN == known.headers["access-control-allow-origin"]
    assert "Origin" == known.headers["vary"]
    assert "access-control-allow-origin" not in unknown.headers
    assert (401, ORIGIN) == (refused.status, refused.headers["access-control-allow-origin"])
    assert (204, "") == (before.status, before.text)
    assert "idempotency-key" in before.headers["access-control-allow-headers"]


def test_a_body_in_base64_is_read_as_well(api: Client) -> None:
    """The gateway sends one so whose content type it does not know for a text."""
    client = api.sign_in()
    body = base64.b64encode(json.dumps({"name": "é"}).encode()).decode()

    def ask(encoded: str) -> dict[str, Any]:
        event = {
            "version": "2.0",
            "routeKey": "POST /api/v1/tasks",
            "rawPath": "/api/v1/tasks",
            "rawQueryString": "",
            "headers": {"Authorization": f"Bearer {client.token}"},
            "requestContext": {
                "requestId": "one",
                "http": {"method": "POST", "path": "/api/v1/tasks"},
                "stage": "$default",
            },
            "body": encoded,
            "isBase64Encoded": True,
        }
        return client.service.application.answer(event, 29_000)

    good, garbled, not_text = ask(body), ask("%%%"), ask(base64.b64encode(b"\xff\xfe").decode())

    assert (201, "é") == (good["statusCode"], json.loads(good["body"])["name"])
    assert (400, 400) == (garbled["statusCode"], not_text["statusCode"])


@pytest.mark.parametrize("path", ["/health/live", "/health"])
def test_health_tells_the_version(api: Client, path: str) -> None:
    answer = api.get(path)

    assert (200, "ok", "0.1.0") == (answer.status, answer["status"], answer["version"])


def test_a_repeated_creation_is_answered_as_the_first_time(api: Client) -> None:
    client = api.sign_in()
    headers = {"idempotency-key": "made-once"}

    first = client.post("/tasks", {"name": "x", "metadata": {"a": 1, "b": 2}}, headers=headers)
    again = client.post("/tasks", text='{"metadata":{"b":2,"a":1} , "name":"x"}', headers=headers)
    other = client.post("/tasks", {"name": "y"}, headers=headers)
    elsewhere = api.sign_in().post("/tasks", {"name": "y"}, headers=headers)

    assert (201, 201, 422, 201) == (first.status, again.status, other.status, elsewhere.status)
    assert first.body == again.body
    assert "true" == again.headers["idempotency-replayed"]
    assert "idempotency-replayed" not in first.headers
    assert "idempotency_error" == other["error"]
    assert 1 == client.get("/tasks")["total"]


def test_a_refused_creation_leaves_its_key_free(api: Client) -> None:
    client = api.sign_in()
    headers = {"idempotency-key": "tried-again"}

    refused = client.post("/tasks", {"name": "x", "repository_id": str(uuid4())}, headers=headers)
    made = client.post("/tasks", {"name": "x"}, headers=headers)

    assert (404, 201) == (refused.status, made.status)


def test_a_key_on_a_route_that_creates_nothing_is_not_kept(api: Client) -> None:
    client = api.sign_in()
    key = client.post("/tasks", {"name": "x"})["id"]
    headers = {"idempotency-key": "a-step"}

    started = client.post(f"/tasks/{key}/start", headers=headers)
    again = client.post(f"/tasks/{key}/start", headers=headers)

    assert (200, 409) == (started.status, again.status)


def test_who_was_deleted_has_nothing_and_makes_nothing(api: Client, master_url: str) -> None:
    """A token outlives its user by up to an hour."""
    client = api.sign_in()
    key = client.post("/tasks", {"name": "x"})["id"]
    with psycopg.connect(master_url) as connection:
        connection.execute("DELETE FROM users WHERE id = %s", [client.user_id])

    assert 404 == client.get(f"/tasks/{key}").status
    assert 0 == client.get("/tasks")["total"]
    assert 409 == client.post("/tasks", {"name": "y"}).status
    assert 401 == client.post("/auth/refresh", {"refresh_token": client.session["refresh_token"]}).status


@pytest.mark.parametrize(
    ("path", "level", "error"),
    [("/health/live", "INFO", None), ("/tasks", "WARN", "authentication_error"), ("/x", "WARN", "not_found")],
)
def test_the_line_of_a_refused_request_has_its_type_and_a_level(
    api: Client, path: str, level: str, error: str | None
) -> None:
    api.get(path)

    assert (level, error) == (answered(api)["level"], answered(api).get("error"))


def test_a_refusal_within_a_route_stands_in_its_line_too(api: Client) -> None:
    api.sign_in().get(f"/tasks/{uuid4()}")

    assert ("WARN", "not_found") == (answered(api)["level"], answered(api)["error"])

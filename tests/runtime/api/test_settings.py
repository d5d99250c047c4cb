"""The function refuses variables that it can't serve with, in one sentence without their values."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from runtime.api import handler
from runtime.api.settings import ConfigurationRefused, read_settings
from tests.runtime.api.asking import SECRET

GIVEN = {
    "DATABASE_URL": "postgresql://miyabi_api_a:a%40b@db.example.org:5432/miyabi?sslmode=verify-full",
    "DATABASE_CONNECT_TIMEOUT": "3",
    "DATABASE_STATEMENT_TIMEOUT": "20",
    "JWT_SECRET": SECRET,
    "JWT_EXPIRATION": "3600",
    "REFRESH_EXPIRATION": "604800",
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "INFO",
}


@pytest.fixture(autouse=True)
def _given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    handler._service.cache_clear()


def test_what_the_template_sets_is_enough() -> None:
    settings = read_settings()

    assert "miyabi at db.example.org:5432" == str(settings.target)
    assert "a@b" not in repr(settings)


@pytest.mark.parametrize("name", GIVEN)
def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(
        ConfigurationRefused, match=rf"^environment variable {name} is refused \(it is missing\)"
    ):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("JWT_SECRET", "x" * 31, "it has fewer than 32 bytes"),
        ("JWT_SECRET_PREVIOUS", "short", "it has fewer than 32 bytes"),
        ("JWT_EXPIRATION", "0", "input should be greater than or equal to 1"),
        ("JWT_EXPIRATION", "an hour", "input should be a valid integer"),
        ("DATABASE_STATEMENT_TIMEOUT", "28", "input should be less than or equal to 27"),
        ("LOG_LEVEL", "LOUD", "input should be 'DEBUG', 'INFO', 'WARN' or 'ERROR'"),
        ("DATABASE_URL", "postgresql://u:hunter22@db/x", "allows a connection without TLS (sslmode=prefer)"),
        ("DATABASE_URL", "postgresql://u:hunter22@db/x?sslmode=disable", "sslmode=disable"),
        ("DATABASE_URL", "mysql://u:hunter22@db/x", "begins with mysql://"),
        ("DATABASE_URL", "", "is empty"),
    ],
)
def test_a_variable_that_will_not_do_is_refused_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, found: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationRefused) as refused:
        read_settings()

    assert name == refused.value.name
    assert found in str(refused.value)
    assert "hunter22" not in str(refused.value)


EVENT: dict[str, Any] = {"requestContext": {"requestId": "one"}, "version": "2.0"}


@pytest.mark.parametrize("event", [EVENT, {"action": "login"}], ids=["a request", "a login"])
def test_a_function_that_is_not_set_up_says_so_and_why_only_in_its_log(
    monkeypatch: pytest.MonkeyPatch, event: dict[str, Any]
) -> None:
    """The gateway's own 500 has no `error`: the two can be told apart, which the report could not."""
    monkeypatch.delenv("JWT_SECRET")
    log = io.StringIO()
    monkeypatch.setattr("sys.stdout", log)

    answer = handler.handle(event, SimpleNamespace(aws_request_id="two", get_remaining_time_in_millis=int))

    told = json.loads(answer["body"]) if "body" in answer else answer["error"]
    assert "configuration_error" == told["error"]
    assert "JWT_SECRET" not in str(answer)
    assert told["request_id"] == json.loads(log.getvalue())["request_id"]
    assert "environment variable JWT_SECRET is refused" in json.loads(log.getvalue())["message"]


def test_passwords_and_keys_are_hidden_as_they_are_spelt_anywhere() -> None:
    hidden = set(read_settings().secrets())

    assert {GIVEN["DATABASE_URL"], SECRET, "a%40b", "a@b"} <= hidden

"""Log lines: what each writer means, and nothing that could steer a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.log_lines import LEVELS, Line, escaped, read
from ops.logs import LogEvent
from scripts.commands.logs.lines import Renderer
from twin.function_log import JSON, TEXT, Report, end_lines, start_lines

NOON = datetime(2026, 11, 26, 12, 0, 0, 123_000, tzinfo=UTC)
REQUEST = "6f1c2d3e-0000-4000-8000-000000000001"
OURS = {
    "timestamp": "2026-11-25T19:04:25.330Z",
    "level": "WARN",
    "message": "answered",
    "environment": "local",
    "request_id": "Z5dXAA6JZRcnOoM=",
    "correlation_id": "Z5dXAA6JZRcnOoM=",
    "route": "POST /api/v1/tasks",
    "status": 201,
}
ACCESS = {
    "requestId": "Z5dXAA6JZRcnOoM=",
    "requestTime": "25/Nov/2026:19:04:25 +0000",
    "routeKey": "GET /api/v1/health",
    "path": "/api/v1/health",
    "integrationErrorMessage": "-",
    "integrationRequestId": REQUEST,
}


def rendered(message: str, *, coloured: bool = False, with_source: bool = False) -> str:
    """What is printed of a message."""
    event = LogEvent("1", NOON, "api", "group", "stream", message)
    return Renderer(coloured=coloured, utc=True, with_source=with_source).render(event)


def test_a_line_of_ours_is_level_message_and_request_first() -> None:
    assert (
        "2026-11-26 12:00:00.123 WARN  answered Z5dXAA6JZRcnOoM= environment=local "
        'route="POST /api/v1/tasks" status=201'
    ) == rendered(json.dumps(OURS))


def test_another_correlation_id_than_the_request_s_is_told() -> None:
    assert "correlation_id=mine" in rendered(json.dumps(OURS | {"correlation_id": "mine"}))


def test_a_traceback_stands_below_its_line() -> None:
    told = rendered(
        json.dumps(OURS | {"traceback": ["Traceback:\n", "  File x\n    y\n", "KeyError: 'a'\n"]})
    )

    assert ["    Traceback:", "      File x", "        y", "    KeyError: 'a'"] == told.splitlines()[1:]


def test_colours_are_of_the_level_and_the_rest_is_dim() -> None:
    told = rendered(json.dumps(OURS), coloured=True, with_source=True)

    assert "\x1b[33mWARN \x1b[0m" in told
    assert "\x1b[2mapi     \x1b[0m" in told


@pytest.mark.parametrize(
    ("status", "level"), [("200", "INFO"), ("404", "WARN"), ("503", "ERROR"), ("-", "ERROR")]
)
def test_a_line_of_the_gateway_is_as_severe_as_its_status(status: str, level: str) -> None:
    line = read(json.dumps(ACCESS | {"status": status}))

    assert (
        Line(
            level,
            f"{status} GET /api/v1/health",
            "Z5dXAA6JZRcnOoM=",
            {"path": "/api/v1/health", "integrationRequestId": REQUEST},
        )
        == line
    )


@pytest.mark.parametrize("form", [TEXT, JSON])
def test_lines_of_lambda_are_known_in_both_formats(form: str) -> None:
    ended = end_lines(form, Report(REQUEST, 6.1, 512, 96), None)
    for text in [*start_lines(form, REQUEST, "3"), *ended]:
        line = read(text)

        assert ("INFO", REQUEST) == (line.level, line.request), text


def test_an_invocation_that_failed_is_an_error() -> None:
    [report] = end_lines(JSON, Report(REQUEST, 29_000, 512, 96, error_type="Sandbox.Timedout"), None)
    line = read(report)

    assert ("ERROR", "platform.report", "timeout") == (line.level, line.message, line.rest["status"])


@pytest.mark.parametrize(
    ("word", "level"),
    [("LOG", "INFO"), ("WARNING", "WARN"), ("ERROR", "ERROR"), ("FATAL", "ERROR"), ("DEBUG2", "DEBUG")],
)
def test_a_line_of_postgresql_has_its_severity(word: str, level: str) -> None:
    text = f"2026-11-26 01:30:00 UTC:10.0.0.1(5123):miyabi_api_a@miyabi:[99]:{word}:  duration: 1.5 ms\n"

    assert Line(level, "duration: 1.5 ms", None, {"who": "10.0.0.1(5123):miyabi_api_a@miyabi:[99]"}) == read(
        text
    )


@pytest.mark.parametrize(
    "text", ["thread 'main' panicked at src/main.rs", "12", '"text"', "[1]", "{", "null"]
)
def test_what_is_no_line_of_ours_is_told_as_it_is(text: str) -> None:
    line = read(text)

    assert (None, text) == (line.level, line.message)
    assert line.is_at_least("ERROR"), "it may be anything, so no level hides it"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_takes_itself_and_what_is_graver(level: str) -> None:
    taken = [each for each in LEVELS if Line(each, "").is_at_least(level)]

    assert list(LEVELS[LEVELS.index(level) :]) == taken


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_no_line_whatever_is_in_it_steers_the_terminal(value: Any) -> None:
    for message in (json.dumps(value), json.dumps(OURS | {"message": str(value), "x": value}), str(value)):
        told = rendered(message)

        assert all(letter.isprintable() or letter == "\n" for letter in told)


def test_what_could_steer_a_terminal_is_made_visible() -> None:
    assert r"\x1b[2J \x07 \u202e \x9b" == escaped("\x1b[2J \x07 \u202e \x9b")
    assert "雅 — ä é" == escaped("雅 — ä é")

"""A line of a log stays one that Lambda reads, and holds no secret."""

from __future__ import annotations

import io
import json
import time
from contextlib import suppress

import pytest

from runtime.journal import HIDDEN, Journal
from runtime.variables import read_end


def written(secret: str, **more: object) -> dict[str, object]:
    """Write one line, and read it."""
    stream = io.StringIO()
    Journal(stream, "INFO", {"environment": "test"}, [secret]).write("INFO", "a message", **more)
    line: dict[str, object] = json.loads(stream.getvalue())
    return line


@pytest.mark.parametrize("secret", ["level", "e", "message", '"', "test", ":", "timestamp"])
def test_a_secret_that_is_a_word_of_every_line_leaves_its_form(secret: str) -> None:
    """A master's password may be short, and anything."""
    line = written(secret, told=f"x{secret}x")

    assert {"timestamp", "level", "message", "environment", "told"} == set(line)
    assert f"x{HIDDEN}x" == line["told"]


@pytest.mark.parametrize("secret", ['quo"te-and-more', "back\\slash", "new\nline", "é-and-雅"])
def test_a_secret_is_hidden_however_json_spells_it(secret: str) -> None:
    line = written(secret, deep={"list": [f"a {secret} b"]})

    assert {"list": [f"a {HIDDEN} b"]} == line["deep"]


def test_half_of_a_character_does_not_end_the_log() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")

    Journal(stream, "INFO", {}).write("INFO", "\ud800")

    assert "INFO" == json.loads(stream.buffer.getvalue())["level"]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("", 0.0),
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T01:01:00+01:00", 60.0),
        ("1970-01-01T00:01:00", None),
        ("soon", None),
        ("99999-01-01T00:00:00Z", None),
    ],
)
def test_an_end_of_debugging_is_a_time_with_its_zone(text: str, end: float | None) -> None:
    assert end == read_end(text)


def test_what_takes_time_is_told_at_debug_alone() -> None:
    stream = io.StringIO()
    for until in (0.0, time.time() + 60):
        journal = Journal(stream, "INFO", {}, debug_until=until)
        with suppress(KeyError), journal.timed("asked", call="it") as told:
            told["status"] = 200
            raise KeyError("a secret")

    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert ("DEBUG", "it", 200, "KeyError") == tuple(line[n] for n in ("level", "call", "status", "failure"))
    assert "a secret" not in stream.getvalue()

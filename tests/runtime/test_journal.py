"""A line of a log stays one that Lambda reads, and holds no secret."""

from __future__ import annotations

import io
import json

import pytest

from runtime.journal import HIDDEN, Journal


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

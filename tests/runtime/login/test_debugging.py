"""A login at level DEBUG: what it asked of whom and how long that took, and nothing that lets anybody in."""

from __future__ import annotations

import json
import logging
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from runtime.login import handler
from runtime.migrator import handler as migrator
from runtime.migrator.settings import VariableRefused
from tests.runtime.login.browsers import ORIGIN_SECRET, SESSION, VARIABLES, Browser, query_of
from tests.runtime.login.github_fake import CLIENT_SECRET

if TYPE_CHECKING:
    from tests.runtime.login.browsers import Api
    from tests.runtime.login.github_fake import FakeGitHub

NIGHT = "2026-11-26T03:00:00Z"
END = datetime.fromisoformat(NIGHT).timestamp()


@pytest.fixture
def watched(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The browser before a login that debugs, a minute before the end of it."""
    monkeypatch.setattr(time, "time", lambda: END - 60)
    settings = browser.login.settings.model_copy(update={"debug_until": NIGHT})
    browser.login = replace(browser.login, settings=settings)
    return browser


def log_in(browser: Browser, github: FakeGitHub) -> dict[str, str]:
    """Log in, and return the query that GitHub sent the browser back with."""
    query = github.consent(browser.begin().location)
    assert browser.come_back(query).status == 302
    return query


def debugged(text: str) -> list[dict[str, Any]]:
    """The lines of level DEBUG."""
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line["level"] == "DEBUG"]


def test_a_login_tells_what_it_asked_and_no_secret(
    watched: Browser, github: FakeGitHub, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.expect()
    query = log_in(watched, github)
    read = capsys.readouterr().out
    lines = debugged(read)

    assert [["redirect"], ["code", "state"]] == [
        line["query"] for line in lines if line["message"] == "asked"
    ]
    asked = [(line["call"], line["status"]) for line in lines if line["message"] == "GitHub asked"]
    assert [
        ("POST /login/oauth/access_token", 200),
        ("GET /user", 200),
        ("GET /user/emails", 200),
        ("DELETE of the token", 204),
    ] == asked
    assert "api function asked" == lines[-1]["message"]
    assert all(line["milliseconds"] >= 0 for line in lines if line["message"] != "asked")
    secrets = {CLIENT_SECRET, ORIGIN_SECRET, SESSION["refresh_token"], SESSION["access_token"]}
    secrets |= {*query.values(), *github.issued, *watched.cookies.values()}
    assert [] == [secret for secret in secrets if str(secret) in read]


def test_a_question_that_fails_tells_its_kind_and_not_its_words(
    watched: Browser, github: FakeGitHub, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.expect({"ok": False, "error": {"error": "internal_error", "message": "a secret"}})
    query = github.consent(watched.begin().location)
    watched.come_back(query)

    read = capsys.readouterr().out
    assert "ApiFailed" == debugged(read)[-1]["failure"]
    assert "a secret" not in read


def test_names_that_a_caller_made_up_are_not_told(
    watched: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.get("/a-secret", {"another-secret": "x", "state": "a-third"}, "STEAL")

    read = capsys.readouterr().out
    assert [("none", ["state"])] == [(line["route"], line["query"]) for line in debugged(read)]
    assert "secret" not in read
    assert "STEAL" not in read


def test_it_ends_by_itself(
    watched: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "time", lambda: END)

    assert "state" in query_of(watched.begin().location)
    assert [] == debugged(capsys.readouterr().out)


def test_a_time_that_cannot_be_read_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (VARIABLES | {"DEBUG_UNTIL": "soon"}).items():
        monkeypatch.setenv(name, value)
    handler._login.cache_clear()

    handler._login()
    handler._login()
    handler._login.cache_clear()

    (line,) = capsys.readouterr().out.splitlines()
    assert ("WARN", True) == (json.loads(line)["level"], "DEBUG_UNTIL is refused" in line)


def test_at_that_level_libraries_stay_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Botocore would write the profile that it sends, and the session token that signs it."""
    root = logging.getLogger()
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(root, "level", root.level)  # put back afterwards
    for start in (handler._login, migrator._settings):
        root.setLevel(logging.DEBUG)
        start.cache_clear()
        with suppress(VariableRefused):  # the migrator's, which comes after
            start()
        start.cache_clear()
        assert not logging.getLogger("botocore.parsers").isEnabledFor(logging.INFO)

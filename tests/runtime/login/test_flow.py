"""A user logs in with GitHub, and whatever stands in the way is told in the API's one shape."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract import REFRESH_COOKIE
from runtime.login import cookies
from runtime.login.attempts import LIFE
from runtime.login.errors import START
from runtime.login.flow import CALLBACK
from tests.runtime.login.browsers import PROFILE, SESSION, SITE, Browser, Invocation, make_login, query_of
from tests.runtime.login.github_fake import EMAILS, EMAILS_PATH, REVOKE, TOKEN, USER, USER_PATH

if TYPE_CHECKING:
    from tests.runtime.login.browsers import Api
    from tests.runtime.login.github_fake import FakeGitHub


def told(kind: str) -> dict[str, Any]:
    """An answer by which the api function refuses."""
    return {"ok": False, "error": {"error": kind, "message": "its own words"}}


# The way there and back.


def test_a_user_logs_in(browser: Browser, github: FakeGitHub, api: Api) -> None:
    api.expect()

    end = browser.come_back(github.consent(browser.begin("/tasks?page=2#top").location))

    assert (302, f"{SITE}/tasks?page=2#top") == (end.status, end.location)
    assert {REFRESH_COOKIE: SESSION["refresh_token"]} == browser.cookies
    assert [TOKEN, USER_PATH, EMAILS_PATH, REVOKE] == github.paths()


def test_without_a_page_the_login_ends_at_the_first_one(
    browser: Browser, github: FakeGitHub, api: Api
) -> None:
    api.expect()

    end = browser.come_back(github.consent(browser.get(START).location))

    assert f"{SITE}/" == end.location


def test_github_is_asked_for_the_least_by_a_state_nobody_can_guess(browser: Browser) -> None:
    queries = [query_of(browser.begin().location) for _ in range(2)]

    for query in queries:
        assert ("user:email", f"{SITE}{CALLBACK}") == (query["scope"], query["redirect_uri"])
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query["state"])
    assert not set(queries[0].items()) & {
        (name, value) for name, value in queries[1].items() if name in ("state", "code_challenge")
    }


def test_cookies_are_out_of_reach_of_scripts_subdomains_and_plain_text(
    browser: Browser, github: FakeGitHub, api: Api
) -> None:
    api.expect()
    start = browser.begin()
    end = browser.come_back(github.consent(start.location))

    (attempt,) = start.cookies
    refresh, forgotten = end.cookies
    name = f"__Host-miyabi-login-{query_of(start.location)['state'][:8]}"
    assert attempt.startswith(f"{name}=")
    assert attempt.endswith("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert f"{name}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax" == forgotten
    assert (
        f"__Secure-miyabi-refresh={SESSION['refresh_token']}; Max-Age=604800; Path=/api/v1/auth; "
        "Secure; HttpOnly; SameSite=Strict"
    ) == refresh


def test_no_answer_may_be_kept_and_no_address_is_passed_on(
    browser: Browser, github: FakeGitHub, api: Api
) -> None:
    api.expect()
    start = browser.begin()
    answers = [start, browser.come_back(github.consent(start.location)), browser.come_back({})]

    assert [302, 302, 401] == [answer.status for answer in answers]
    for answer in answers:
        assert ("no-store", "no-referrer") == (
            answer.headers["cache-control"],
            answer.headers["referrer-policy"],
        )


def test_two_tabs_log_in_at_once(browser: Browser, github: FakeGitHub, api: Api) -> None:
    api.expect()
    api.expect()
    first, second = browser.begin("/first"), browser.begin("/second")

    ends = [browser.come_back(github.consent(start.location)).location for start in (first, second)]

    assert [f"{SITE}/first", f"{SITE}/second"] == ends


def test_a_browser_keeps_only_the_newest_attempts(browser: Browser) -> None:
    clock = iter(range(1_000_000, 2_000_000))
    browser.login = replace(browser.login, now=lambda: next(clock))
    browser.cookies |= {f"{cookies.ATTEMPT}abcdefgh": "rubbish", "theirs": "kept"}

    starts = [browser.begin() for _ in range(cookies.MOST + 2)]

    kept = {cookies.name_of(query_of(start.location)["state"]) for start in starts[-cookies.MOST :]}
    assert kept | {"theirs"} == set(browser.cookies)


def test_an_attempt_that_can_not_be_used_any_more_is_forgotten(browser: Browser) -> None:
    browser.begin()
    (kept,) = browser.cookies
    browser.cookies[f"{cookies.ATTEMPT}abcdefgh"] = "rubbish"

    state = query_of(browser.begin().location)["state"]

    assert {kept, cookies.name_of(state)} == set(browser.cookies)


def test_the_token_is_revoked_whatever_github_then_says(browser: Browser, github: FakeGitHub) -> None:
    github.user = {"id": "none"}

    end = browser.come_back(github.consent(browser.begin().location))

    assert "external_api_error" == end.error
    assert ([1], set[str]()) == ([len(github.issued)], github.tokens)


def test_a_token_that_can_not_be_revoked_refuses_no_login(
    browser: Browser, github: FakeGitHub, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.expect()
    github.faults[REVOKE] = lambda handler: handler.send(500, {})

    end = browser.come_back(github.consent(browser.begin().location))

    assert 302 == end.status
    assert "GitHub's token could not be revoked: status 500" in capsys.readouterr().out


# Whose e-mail.


@pytest.mark.parametrize(
    ("emails", "email"),
    [
        (EMAILS, "mona@example.com"),
        ([{"email": "mona@example.com", "primary": True, "verified": False}], None),
        ([{"email": "mona@example.com", "primary": False, "verified": True}], None),
        ([{"email": "mona@example.com", "primary": "yes", "verified": "yes"}], None),
        ([{"email": "mona\x00@example.com", "primary": True, "verified": True}], None),
        ([], None),
    ],
    ids=["primary and verified", "unverified", "not primary", "other types", "no address", "none"],
)
def test_only_a_verified_primary_address_is_taken(
    emails: Any, email: str | None, browser: Browser, github: FakeGitHub, api: Api
) -> None:
    """The public one in /user carries no mark, and an invitation finds its user by it."""
    github.emails = emails
    api.expect(profile=PROFILE | {"email": email or "583231+octocat@users.noreply.github.com"})

    assert 302 == browser.come_back(github.consent(browser.begin().location)).status


@pytest.mark.parametrize("status", [403, 404])
def test_a_user_who_grants_no_addresses_still_logs_in(
    status: int, browser: Browser, github: FakeGitHub, api: Api
) -> None:
    github.faults[EMAILS_PATH] = lambda handler: handler.send(status, {"message": "Not Found"})
    api.expect(profile=PROFILE | {"email": "583231+octocat@users.noreply.github.com"})

    assert 302 == browser.come_back(github.consent(browser.begin().location)).status


def test_a_name_is_one_line_that_a_database_takes(browser: Browser, github: FakeGitHub, api: Api) -> None:
    github.user = USER | {"name": " 雅\u3000子\x00\n" + "x" * 300, "avatar_url": "javascript:alert(1)"}
    api.expect(profile=PROFILE | {"name": ("雅 子 " + "x" * 300)[:255], "avatar_url": None})

    assert 302 == browser.come_back(github.consent(browser.begin().location)).status


# What is refused.


def test_a_user_who_says_no_is_brought_home(browser: Browser) -> None:
    state = query_of(browser.begin().location)["state"]

    end = browser.come_back({"error": "access_denied", "error_description": "<script>", "state": state})

    assert (302, f"{SITE}/?login=denied") == (end.status, end.location)
    assert {} == browser.cookies


def test_another_error_of_github_is_not_repeated(browser: Browser) -> None:
    state = query_of(browser.begin().location)["state"]

    end = browser.come_back({"error": "<script>", "state": state})

    assert (502, "external_api_error") == (end.status, end.error)
    assert "script" not in end.text


def test_an_error_without_a_state_ends_nowhere(browser: Browser) -> None:
    browser.begin()

    assert "authentication_error" == browser.come_back({"error": "access_denied"}).error
    assert 1 == len(browser.cookies)


def test_an_answer_counts_once(browser: Browser, github: FakeGitHub, api: Api) -> None:
    api.expect()
    query = github.consent(browser.begin().location)

    answers = [browser.come_back(query) for _ in range(2)]

    assert [302, 401] == [answer.status for answer in answers]


def test_a_code_counts_once_even_where_the_cookie_was_kept(
    browser: Browser, github: FakeGitHub, api: Api
) -> None:
    api.expect()
    query = github.consent(browser.begin().location)
    kept = dict(browser.cookies)

    first = browser.come_back(query)
    browser.cookies = kept
    second = browser.come_back(query)

    assert ([302, 401], "authentication_error") == ([first.status, second.status], second.error)


def test_an_attempt_is_over_after_ten_minutes(browser: Browser, github: FakeGitHub) -> None:
    began = browser.login.now()
    query = github.consent(browser.begin().location)
    browser.login = replace(browser.login, now=lambda: began + LIFE + 1)

    assert "authentication_error" == browser.come_back(query).error
    assert [] == github.asked


@pytest.mark.parametrize(
    ("word", "status", "kind"),
    [
        ("bad_verification_code", 401, "authentication_error"),
        ("unverified_user_email", 401, "authentication_error"),
        ("incorrect_client_credentials", 500, "configuration_error"),
        ("redirect_uri_mismatch", 500, "configuration_error"),
        ("something_new", 502, "external_api_error"),
        ("<script>", 502, "external_api_error"),
        (None, 502, "external_api_error"),
    ],
)
def test_githubs_reasons_are_understood(
    word: str | None, status: int, kind: str, browser: Browser, github: FakeGitHub
) -> None:
    github.faults[TOKEN] = lambda handler: handler.send(200, {"error": word})

    end = browser.come_back(github.consent(browser.begin().location))

    assert (status, kind) == (end.status, end.error)
    assert "script" not in end.text


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (told("validation_error"), 502, "external_api_error"),
        (told("database_error"), 503, "database_error"),
        (told("internal_error"), 502, "external_api_error"),
        ({"ok": False}, 502, "external_api_error"),
        ({"errorMessage": "2026-11-25 task timed out"}, 502, "external_api_error"),
        ([], 502, "external_api_error"),
        ({"ok": True}, 502, "external_api_error"),
        ({"ok": True, "session": SESSION | {"refresh_token": "a; Domain=evil"}}, 502, "external_api_error"),
        ({"ok": True, "session": SESSION | {"refresh_expires_in": 0}}, 502, "external_api_error"),
        ({"ok": True, "session": SESSION, "more": "x" * 70_000}, 502, "external_api_error"),
    ],
    ids=[
        "another event",
        "database",
        "fault",
        "no reason",
        "timeout",
        "list",
        "no session",
        "cookie injection",
        "over",
        "huge",
    ],
)
def test_what_the_api_function_refuses_is_told(
    answer: Any, status: int, kind: str, browser: Browser, github: FakeGitHub, api: Api
) -> None:
    api.expect(answer)

    end = browser.come_back(github.consent(browser.begin().location))

    assert (status, kind) == (end.status, end.error)
    assert {} == browser.cookies
    assert "its own words" not in end.text
    assert ("retry-after" in end.headers) == (status in (502, 503))


def test_a_fault_of_the_api_function_is_none_of_the_callers(
    browser: Browser, github: FakeGitHub, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.expect({"errorMessage": "secret", "stackTrace": []}, FunctionError="Unhandled")

    end = browser.come_back(github.consent(browser.begin().location))

    assert (502, "external_api_error") == (end.status, end.error)
    assert "secret" not in end.text
    assert "the api function failed; its own log tells why" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["TooManyRequestsException", "AccessDeniedException"])
def test_an_api_function_that_can_not_be_invoked_is_told(
    code: str, browser: Browser, github: FakeGitHub, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.stub.add_client_error("invoke", code)

    assert 502 == browser.come_back(github.consent(browser.begin().location)).status
    assert f"the api function can't be invoked ({code})" in capsys.readouterr().out


def test_time_is_kept_for_opening_the_session(
    browser: Browser, github: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    query = github.consent(browser.begin().location)
    browser.invocation = Invocation(seconds=7)

    assert "external_api_error" == browser.come_back(query).error
    assert [] == github.asked
    assert f"no time is left for {TOKEN}" in capsys.readouterr().out


def test_the_client_of_aws_is_made_before_the_clock_runs(
    browser: Browser, github: FakeGitHub, api: Api
) -> None:
    """The first one takes a second of a small function's time."""
    asked_before = []

    def make() -> Any:
        asked_before.append(len(github.asked))
        return api.client

    api.expect()
    browser.login = replace(browser.login, sessions=replace(browser.login.sessions, client=make))
    browser.come_back(github.consent(browser.begin().location))

    assert [0, 4] == asked_before


# Who may ask, and for what.


@pytest.mark.parametrize("shown", [None, "", "wrong", "sécret", "\ud800"])
def test_a_request_past_cloudfront_is_refused(shown: str | None, browser: Browser) -> None:
    browser.headers = {} if shown is None else {"X-Origin-Secret": shown}

    assert (403, "authorization_error") == ((end := browser.begin()).status, end.error)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", START),
        ("HEAD", CALLBACK),
        ("GET", "/api/v1/auth/github/"),
        ("GET", "/api/v1/tasks"),
        ("GET", "/"),
    ],
)
def test_there_is_nothing_else(method: str, path: str, browser: Browser) -> None:
    assert (404, "not_found") == ((end := browser.get(path, method=method)).status, end.error)


def test_a_browser_that_was_given_another_login_is_refused(github: FakeGitHub, api: Api) -> None:
    """Login CSRF: an attacker's answer in the victim's browser, which has an attempt of its own."""
    attacker, victim = (Browser(make_login(github, api)) for _ in range(2))
    victim.begin()

    end = victim.come_back(github.consent(attacker.begin().location))

    assert (401, "authentication_error") == (end.status, end.error)
    assert [] == github.asked

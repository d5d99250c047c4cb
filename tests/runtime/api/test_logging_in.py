"""A whole login: a browser, a GitHub, the login function, and the api function on its database."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from runtime.contract import REFRESH_COOKIE
from runtime.login.flow import Login
from runtime.login.github import GitHub
from runtime.login.sessions import Sessions
from runtime.login.settings import Settings
from runtime.login.sites import Site
from tests.runtime.login.browsers import API_FUNCTION, SITE, VARIABLES, Browser
from tests.runtime.login.github_fake import CLIENT_ID, CLIENT_SECRET, serving

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client
    from tests.runtime.login.github_fake import FakeGitHub


@dataclass(frozen=True, slots=True)
class Lambda:
    """A client of Lambda whose function is the one that is served here."""

    api: Client

    def invoke(self, *, Payload: bytes, **_: str) -> dict[str, Any]:  # noqa: N803  (as botocore has it)
        """Invoke it, as JSON both ways."""
        answer = self.api.service.application.sign_in(json.loads(Payload), "invoked", 14_000)
        return {"StatusCode": 200, "Payload": BytesIO(json.dumps(answer).encode())}


def browser_before(github: FakeGitHub, api: Client) -> Browser:
    """A browser that has not logged in, before this GitHub and this API."""
    settings = Settings(**{name.lower(): value for name, value in VARIABLES.items()})  # type: ignore[arg-type]  # texts, which pydantic reads
    return Browser(
        Login(
            settings,
            GitHub(CLIENT_ID, CLIENT_SECRET, github.address, github.address),
            Site(SITE, None, lambda: None),
            Sessions(API_FUNCTION, lambda: Lambda(api)),
        )
    )


def test_who_logs_in_with_github_works_with_the_api_until_they_log_out(api: Client) -> None:
    with serving() as github:
        browser = browser_before(github, api)
        end = browser.come_back(github.consent(browser.begin("/tasks").location))
    cookie = {"cookie": f"{REFRESH_COOKIE}={browser.cookies[REFRESH_COOKIE]}"}

    session = api.post("/auth/refresh", headers=cookie)
    client = replace(api, token=session["access_token"], session=session.body)
    made = client.post("/tasks", {"name": "made by who logged in"})
    renewed = {"cookie": session.cookies[0].partition(";")[0]}
    client.post("/auth/logout")

    assert (302, f"{SITE}/tasks") == (end.status, end.location)
    assert ("mona@example.com", 583231) == (session["user"]["email"], session["user"]["github_id"])
    assert (201, client.user_id) == (made.status, made["user_id"])
    assert 401 == api.post("/auth/refresh", headers=renewed).status


def test_a_cookie_that_was_copied_ends_the_session(api: Client) -> None:
    with serving() as github:
        browser = browser_before(github, api)
        browser.come_back(github.consent(browser.begin().location))
    cookie = {"cookie": f"{REFRESH_COOKIE}={browser.cookies[REFRESH_COOKIE]}"}

    first, again = (api.post("/auth/refresh", headers=cookie) for _ in range(2))
    renewed = {"cookie": first.cookies[0].partition(";")[0]}

    assert (200, 401) == (first.status, again.status)
    assert 401 == api.post("/auth/refresh", headers=renewed).status

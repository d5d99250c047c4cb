"""The two steps of a login: send the browser to GitHub, and take it back.

What protects it, after RFC 9700 (https://www.rfc-editor.org/rfc/rfc9700): a state that is bound to
the browser by a cookie, PKCE, one fixed callback, redirects within our own site.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.browsers import came_past_the_edge, refresh_cookie
from runtime.login import cookies
from runtime.login.attempts import begin, matches, unseal
from runtime.login.aws import CONNECTING, READING, client
from runtime.login.errors import START, AttemptRefused, GitHubFailed, OriginRefused, RouteUnknown
from runtime.login.github import FAREWELL, GitHub
from runtime.login.messages import redirect
from runtime.login.sessions import Sessions
from runtime.login.sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.journal import Journal
    from runtime.login.attempts import Attempt
    from runtime.login.messages import Answer, Request
    from runtime.login.settings import Settings

CALLBACK: Final = f"{START}/callback"
DENIED: Final = "/?login=denied"
"""Where a user ends who says no at GitHub."""
RESERVE: Final = FAREWELL + CONNECTING + READING["lambda"] + 0.5
"""Seconds kept for what follows reading from GitHub: revoking, opening the session, answering."""


@dataclass(frozen=True, slots=True)
class Login:
    """What the function does, with everything that it needs."""

    settings: Settings
    github: GitHub
    site: Site
    sessions: Sessions
    now: Callable[[], float] = time.time

    def answer(self, request: Request, seconds: float, journal: Journal) -> Answer:
        """Answer a request within a time.

        Args:
            request: What came in.
            seconds: How long Lambda lets the function run.
            journal: Where to tell what is no part of the answer.

        Raises:
            LoginRefused: One of its kinds, for every way in which it can end otherwise.
        """
        end = time.monotonic() + seconds
        self._check_origin(request)
        if (request.method, request.path) == ("GET", START):
            return self._start(request)
        if (request.method, request.path) == ("GET", CALLBACK):
            return self._finish(request, end, journal)
        raise RouteUnknown

    def _check_origin(self, request: Request) -> None:
        if came_past_the_edge(request.headers, self.settings.origin_secrets):
            raise OriginRefused

    def _start(self, request: Request) -> Answer:
        attempt = begin(request.query.get("redirect", "/"), self.now())
        page = redirect(self.github.consent_page(attempt, self._callback()))
        surplus = cookies.surplus(request.cookies, self._key, self.now())
        return page.with_cookies(*map(cookies.drop, surplus), cookies.keep(attempt, self._key))

    def _finish(self, request: Request, end: float, journal: Journal) -> Answer:
        attempt = self._attempt(request)
        if "error" in request.query:
            return self._not_consented(request.query["error"])
        with journal.timed("address of the frontend read"):
            site = self.site.address()
        # made before the clock of GitHub's answers is set: the first one takes its time
        with journal.timed("client of Lambda made"):
            self.sessions.client()
        code, until = request.query.get("code", ""), end - RESERVE
        journal.learn([attempt.verifier])
        profile = self.github.identify(code, attempt, self._callback(), until, journal)
        with journal.timed("api function asked"):
            session = self.sessions.open(profile)
        journal.learn([session.refresh_token])
        return redirect(site + attempt.redirect).with_cookies(
            refresh_cookie(session.refresh_token, session.seconds)
        )

    def _attempt(self, request: Request) -> Attempt:
        """The attempt that came back, if it is this browser's. Raises `AttemptRefused`."""
        state = request.query.get("state", "")
        cookie = request.cookies.get(cookies.name_of(state) or "")
        if cookie is None:
            raise AttemptRefused("the browser has no cookie of the attempt")
        attempt = unseal(cookie, self._key, self.now())
        if not matches(attempt, state):
            raise AttemptRefused("the state is not the attempt's")
        return attempt

    def _not_consented(self, error: str) -> Answer:
        if error != "access_denied":
            raise GitHubFailed("it sent the browser back with an error")
        return redirect(self.site.address() + DENIED)

    def _callback(self) -> str:
        return self.site.address() + CALLBACK

    @property
    def _key(self) -> str:
        return self.settings.github_client_secret.get_secret_value()


def make_login(settings: Settings) -> Login:
    """The login of a deployed function. Nothing is connected to yet."""
    return Login(
        settings,
        GitHub(settings.github_client_id, settings.github_client_secret.get_secret_value()),
        Site(settings.public_address, settings.public_address_parameter, lambda: client("ssm")),
        Sessions(settings.api_function, lambda: client("lambda")),
    )

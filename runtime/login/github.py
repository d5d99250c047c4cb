"""GitHub as the login uses it: where to send the browser, and who it was that came back.

Web application flow with PKCE, which GitHub has known since July 2025:
https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
The token serves for two reads, is revoked, and is in no other hands than these.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from runtime.login.calling import Call, CallFailed, Reply, perform
from runtime.login.errors import AttemptRefused, EmailUnverified, GitHubFailed, LoginRefused, Misconfigured
from runtime.login.profiles import Profile, read_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.journal import Journal
    from runtime.login.attempts import Attempt

SITE: Final = "https://github.com"
API: Final = "https://api.github.com"
SCOPE: Final = "user:email"
"""The least that shows verified addresses; id, login, name and picture are public, and need none."""
PATIENCE: Final = 4.0
"""Seconds for one answer."""
FAREWELL: Final = 1.5
"""Seconds for revoking the token."""
_CODE: Final = re.compile(r"[!-~]{1,256}")
_TOKEN: Final = re.compile(r"[!-~]{1,1024}")
_WORD: Final = re.compile(r"[a-z_]{1,40}")
_JSON: Final = "application/json"
_COMMON: Final = {"User-Agent": "miyabi-society-login", "Connection": "close"}
_REST: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_NOT_ALLOWED: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""What a token without the scope is answered, since a user may grant less than is asked for."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """What all questions of a login share."""

    until: float
    """When they must be over, by `time.monotonic`."""
    journal: Journal


@dataclass(frozen=True, slots=True)
class GitHub:
    """GitHub, as one of its OAuth apps sees it.

    The addresses are arguments and no variables of the environment: a function that is deployed
    can't be led elsewhere unnoticed.
    """

    client_id: str
    client_secret: str = field(repr=False)
    site: str = SITE
    api: str = API
    patience: float = PATIENCE

    def consent_page(self, attempt: Attempt, callback: str) -> str:
        """Where the browser is sent to log in and consent."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": callback,
            "scope": SCOPE,
            "state": attempt.state,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.site}/login/oauth/authorize?{urlencode(query)}"

    def identify(self, code: str, attempt: Attempt, callback: str, until: float, journal: Journal) -> Profile:
        """Whose code it is; the code is spent by that.

        Args:
            code: What came back with the state.
            attempt: The login that it came back for.
            callback: The address that it came back to.
            until: When reading must be over, by `time.monotonic`; revoking takes FAREWELL more.
            journal: Where it is told that a token could not be revoked.

        Raises:
            AttemptRefused: The code is unknown, used or expired, or not of this attempt.
            EmailUnverified: GitHub asks for that first.
            GitHubFailed: GitHub did not answer, or not as it says it does.
            Misconfigured: GitHub knows the app by other credentials, or another callback.
        """
        if not _CODE.fullmatch(code):
            raise AttemptRefused("no code came back")
        asking = _Asking(until, journal)
        token = self._exchange(code, attempt, callback, asking)
        journal.learn([token])
        try:
            user = self._read("/user", token, asking)
            return read_profile(user, self._emails(token, asking))
        finally:
            self._revoke(token, journal)

    def _exchange(self, code: str, attempt: Attempt, callback: str, asking: _Asking) -> str:
        """The token for a code. All goes in the body: addresses are logged on the way."""
        form = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code": code,
            "redirect_uri": callback,
            "code_verifier": attempt.verifier,
        }
        headers = _COMMON | {"Accept": _JSON, "Content-Type": "application/x-www-form-urlencoded"}
        path = "/login/oauth/access_token"
        reply = self._ask(Call(self.site, "POST", path, headers, urlencode(form).encode()), asking)
        answer = _document(reply, path)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if isinstance(token, str) and _TOKEN.fullmatch(token):
            return token
        raise _no_token(answer if isinstance(answer, dict) else {})

    def _emails(self, token: str, asking: _Asking) -> Any:
        """Every address with its marks; none where the token may not see them.

        Asked always: the address in /user is the one that is shown publicly, and carries no mark.
        """
        path = "/user/emails?per_page=100"
        reply = self._ask(self._get(path, token), asking)
        return [] if reply.status in _NOT_ALLOWED else _document(reply, path)

    def _read(self, path: str, token: str, asking: _Asking) -> Any:
        return _document(self._ask(self._get(path, token), asking), path)

    def _get(self, path: str, token: str) -> Call:
        return Call(self.api, "GET", path, _COMMON | _REST | {"Authorization": f"Bearer {token}"})

    def _ask(self, call: Call, asking: _Asking) -> Reply:
        where = call.path.partition("?")[0]
        left = min(self.patience, asking.until - monotonic())
        if left <= 0:
            raise GitHubFailed(f"no time is left for {where}")
        try:
            with asking.journal.timed("GitHub asked", call=f"{call.method} {where}") as told:
                reply = perform(call, left)
                told["status"] = reply.status
        except CallFailed as failure:
            raise GitHubFailed(f"{where}: {failure.reason}") from None
        if _limited(reply):
            raise GitHubFailed(f"{where}: the rate limit is used up")
        return reply

    def _revoke(self, token: str, journal: Journal) -> None:
        """Make the token worthless. That it can't be is no reason to refuse a login, but is told."""
        path = f"/applications/{quote(self.client_id, safe='')}/token"
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        headers = _COMMON | _REST | {"Authorization": f"Basic {basic}", "Content-Type": _JSON}
        body = json.dumps({"access_token": token}).encode()
        call = Call(self.api, "DELETE", path, headers, body)
        try:
            with journal.timed("GitHub asked", call="DELETE of the token") as told:
                status = told["status"] = perform(call, min(self.patience, FAREWELL)).status
            failure = None if status == HTTPStatus.NO_CONTENT else f"status {status}"
        except CallFailed as error:
            failure = error.reason
        if failure:
            journal.write("WARN", f"GitHub's token could not be revoked: {failure}")


def _document(reply: Reply, path: str) -> Any:
    where = path.partition("?")[0]
    if reply.status != HTTPStatus.OK:
        raise GitHubFailed(f"{where}: status {reply.status}")
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        raise GitHubFailed(f"{where}: the answer is no JSON") from None


def _limited(reply: Reply) -> bool:
    """Whether it is a rate limit's answer, the primary one or a secondary one."""
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    used_up = reply.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in reply.headers
    return reply.status == HTTPStatus.FORBIDDEN and used_up


def _no_token(answer: Mapping[str, Any]) -> LoginRefused:
    """Why there is no token; GitHub says so with status 200 and a word."""
    word = answer.get("error")
    if not (isinstance(word, str) and _WORD.fullmatch(word)):
        return GitHubFailed("it gave neither a token nor a reason")
    if word in ("bad_verification_code", "invalid_grant"):
        return AttemptRefused("GitHub does not take the code")
    if word == "unverified_user_email":
        return EmailUnverified()
    if word in ("incorrect_client_credentials", "redirect_uri_mismatch"):
        return Misconfigured(
            f"GitHub refuses the app ({word}); "
            "compare client id, client secret and callback address with the app's settings there"
        )
    return GitHubFailed(f"it gives no token ({word})")

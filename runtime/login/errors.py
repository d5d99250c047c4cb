"""Why somebody is not logged in: each a status, a type and one sentence, in the API's one shape.

    Refusal (of runtime.api)
    └── LoginRefused
        ├── RedirectRefused    400  the page to go to afterwards is none of ours
        ├── AttemptRefused     401  not begun in this browser, too long ago, or used already
        ├── EmailUnverified    401  GitHub lets nobody log in before that is done
        ├── OriginRefused      403  the request did not come through CloudFront
        ├── RouteUnknown       404
        ├── Misconfigured      500  what the function was given is missing or wrong
        ├── Failed             500  a fault of ours
        └── Elsewhere               trying again may help
            ├── GitHubFailed   502  GitHub did not answer, or not as it says it does
            ├── ApiFailed      502  the api function did not answer as it should
            └── ApiUnavailable 503  its database can't answer now

`message` is for the caller, `reason` for the log. Neither holds a secret or what the caller sent.
"""

from __future__ import annotations

from typing import Final

from runtime.api.errors import Refusal
from runtime.contract import API_PREFIX

START: Final = f"{API_PREFIX}/auth/github"
RETRY_AFTER: Final = 2
"""Seconds."""


class LoginRefused(Refusal):
    """Anything that a caller is told instead of being sent on."""

    def __init__(self, message: str, reason: str | None = None) -> None:
        self.reason = reason or message
        super().__init__(message)


class RedirectRefused(LoginRefused):
    """The page to go to after the login is none of ours."""

    status, kind = 400, "validation_error"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"parameter redirect {found}; give a path of this site, such as /dashboard")


class AttemptRefused(LoginRefused):
    """The answer belongs to no login that this browser has begun."""

    status, kind = 401, "authentication_error"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            "this login was not begun in this browser, was begun too long ago, or is used already; "
            f"start again at {START}",
            found,
        )


class EmailUnverified(LoginRefused):
    """GitHub gives no token to a user whose primary address is not verified."""

    status, kind = 401, "authentication_error"

    def __init__(self) -> None:
        super().__init__(f"the primary e-mail at GitHub is not verified; verify it, then start at {START}")


class OriginRefused(LoginRefused):
    """The request came past CloudFront, and so past the firewall."""

    status, kind = 403, "authorization_error"

    def __init__(self) -> None:
        super().__init__("this address is not served directly; use the site's own")


class RouteUnknown(LoginRefused):
    """No route of the login."""

    status, kind = 404, "not_found"

    def __init__(self) -> None:
        super().__init__("there is no such route")


class Misconfigured(LoginRefused):
    """What the function was given is missing or wrong; the log says what."""

    status, kind = 500, "configuration_error"

    def __init__(self, reason: str) -> None:
        super().__init__("the login is not set up correctly; its operators find the cause in the log", reason)


class Failed(LoginRefused):
    """A fault of ours."""

    status, kind = 500, "internal_error"

    def __init__(self) -> None:
        super().__init__(f"the login failed by a fault of ours; start again at {START}")


class Elsewhere(LoginRefused):
    """Something that the login depends on failed; trying again may help."""

    @property
    def headers(self) -> dict[str, str]:
        """When to try again."""
        return {"retry-after": str(RETRY_AFTER)}


class GitHubFailed(Elsewhere):
    """GitHub did not answer, or not as it says it does."""

    status, kind = 502, "external_api_error"

    def __init__(self, reason: str) -> None:
        super().__init__(f"GitHub did not answer as expected; start again at {START}", f"GitHub: {reason}")


class ApiFailed(Elsewhere):
    """The api function, or AWS on the way to it, did not answer as it should."""

    status, kind = 502, "external_api_error"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the session could not be opened; start again at {START}", reason)


class ApiUnavailable(Elsewhere):
    """The api function could not use its database."""

    status, kind = 503, "database_error"

    def __init__(self) -> None:
        super().__init__(
            f"the database can't answer now; start again at {START} in some seconds",
            "the api function's database can't answer",
        )

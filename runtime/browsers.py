"""What the API and the login know of browsers alike: cookies, and the way a request came."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from runtime.contract import ORIGIN_HEADER, REFRESH_COOKIE, REFRESH_COOKIE_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def read_cookies(sent: Iterable[str]) -> dict[str, str]:
    """Cookies by name, from a gateway's list of `name=value`; what others have set may be of any form."""
    pairs = (pair.strip().partition("=") for text in sent for pair in text.split(";"))
    return {name: value for name, _, value in pairs if name}


def refresh_cookie(token: str, seconds: int) -> str:
    """Let a browser keep a refresh token where no script reads it; 0 seconds let it forget it."""
    attributes = f"Max-Age={seconds}; Path={REFRESH_COOKIE_PATH}; Secure; HttpOnly; SameSite=Strict"
    return f"{REFRESH_COOKIE}={token}; {attributes}"


def came_past_the_edge(headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Whether a request lacks the secret that CloudFront adds, where one is asked for.

    Args:
        headers: By name in lower case.
        secrets: Any of them will do; none lets anybody in.
    """
    shown = headers.get(ORIGIN_HEADER, "").encode("utf-8", "backslashreplace")
    equal = [hmac.compare_digest(shown, secret.encode()) for secret in secrets]
    return bool(equal) and not any(equal)

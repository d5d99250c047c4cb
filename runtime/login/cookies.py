"""The cookies of a login: one for each attempt under way; the refresh token's is in `runtime.browsers`.

The prefixes `__Host-` and `__Secure-` make a browser refuse such a cookie from another subdomain or
without TLS (RFC 6265bis, section 4.1.3). An attempt's is Lax, since it must come back with the
redirect from GitHub; the refresh token's is Strict, and sent to the routes of auth alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runtime.login.attempts import LIFE, STATE, unseal
from runtime.login.errors import AttemptRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.login.attempts import Attempt

ATTEMPT: Final = "__Host-miyabi-login-"
"""Followed by the first characters of the state, so that two tabs may log in at once."""
MOST: Final = 4
"""Attempts that a browser may have under way; an older one is given up for a new one."""
_NAMED: Final = 8
"""Characters of the state in a cookie's name."""
_OURS: Final = re.compile(f"{ATTEMPT}[A-Za-z0-9_-]{{{_NAMED}}}")
_OF_ATTEMPT: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"


def name_of(state: str) -> str | None:
    """The name of an attempt's cookie; None for what can't be a state of ours."""
    return ATTEMPT + state[:_NAMED] if STATE.fullmatch(state) else None


def keep(attempt: Attempt, key: str) -> str:
    """Let the browser keep an attempt."""
    return f"{ATTEMPT}{attempt.state[:_NAMED]}={attempt.sealed(key)}; Max-Age={LIFE}; {_OF_ATTEMPT}"


def drop(name: str) -> str:
    """Let the browser forget an attempt."""
    return f"{name}=; Max-Age=0; {_OF_ATTEMPT}"


def surplus(cookies: Mapping[str, str], key: str, now: float) -> list[str]:
    """Names of the attempts to forget, so that one more may be kept: unusable ones, then the oldest."""
    begun = {name: _begun(value, key, now) for name, value in cookies.items() if _OURS.fullmatch(name)}
    newest = sorted(begun, key=lambda name: begun[name], reverse=True)
    return [name for place, name in enumerate(newest) if place >= MOST - 1 or not begun[name]]


def _begun(value: str, key: str, now: float) -> int:
    """When an attempt was begun; 0 for one that can't be used any more."""
    try:
        return unseal(value, key, now).begun
    except AttemptRefused:
        return 0

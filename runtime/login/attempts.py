"""A login that a browser has begun: what must come back, kept in a cookie of that browser.

The cookie is signed, so that its age and its redirect are what we wrote. It is no secret from the
browser; what protects the login is that only this browser has it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass
from typing import Any, Final

from runtime.login.errors import AttemptRefused, RedirectRefused
from runtime.login.redirects import allowed

LIFE: Final = 600
"""Seconds; GitHub's code expires after as many."""
_RANDOM: Final = 32
"""Bytes: 256 bits, 43 characters, as RFC 7636 (section 4.1) asks of a verifier."""
STATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_COOKIE: Final = re.compile(r"([A-Za-z0-9_-]{1,2048})\.([0-9a-f]{64})")
_PURPOSE: Final = b"miyabi login attempt\0"
"""Keeps a signature of ours from meaning anything elsewhere, since the key is GitHub's client secret."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login that was begun and has not come back."""

    state: str
    verifier: str
    redirect: str
    """Path of our own site."""
    begun: int
    """Seconds since 1970."""

    @property
    def challenge(self) -> str:
        """The verifier's S256 challenge (RFC 7636, section 4.2)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    def sealed(self, key: str) -> str:
        """The value of its cookie."""
        payload = _text(json.dumps(asdict(self)).encode())
        return f"{payload}.{_signature(payload, key)}"


def begin(redirect: str, now: float) -> Attempt:
    """A new attempt. Raises `RedirectRefused`."""
    return Attempt(
        secrets.token_urlsafe(_RANDOM), secrets.token_urlsafe(_RANDOM), allowed(redirect), int(now)
    )


def unseal(value: str, key: str, now: float) -> Attempt:
    """The attempt in a cookie's value. Raises `AttemptRefused` unless we wrote it, and lately."""
    parts = _COOKIE.fullmatch(value)
    if not parts or not hmac.compare_digest(parts[2], _signature(parts[1], key)):
        raise AttemptRefused("the cookie of the attempt is not one of ours")
    attempt = _read(parts[1])
    if now - attempt.begun > LIFE:
        raise AttemptRefused(f"the attempt is older than {LIFE} s")
    return attempt


def matches(attempt: Attempt, state: str) -> bool:
    """Whether what came back is the attempt's state; takes the same time wherever they differ."""
    return hmac.compare_digest(attempt.state.encode(), state.encode("utf-8", "backslashreplace"))


def _read(payload: str) -> Attempt:
    """What was signed; another version of this code may have written it."""
    try:
        fields: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        attempt = Attempt(**fields)
        allowed(attempt.redirect)
    except (ValueError, TypeError, RedirectRefused):
        raise AttemptRefused("the cookie of the attempt holds something else") from None
    return attempt


def _signature(payload: str, key: str) -> str:
    return hmac.new(key.encode(), _PURPOSE + payload.encode(), hashlib.sha256).hexdigest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

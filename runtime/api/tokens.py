"""Makes and reads the two kinds of tokens: JWT, HS256, told apart by the claim `typ`.

An access token opens routes and is never stored; a refresh token is for one use, and its session knows
the SHA-256 of the one that is valid. While the secret is being renewed, the previous one still verifies.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import jwt

from runtime.api.errors import TokenRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

ALGORITHM: Final = "HS256"
"""Pinned: what a token's header says is not believed (RFC 8725, section 3.1)."""
LEEWAY: Final = 60
"""Seconds that clocks may differ."""
ACCESS, REFRESH = "access", "refresh"
REMEMBERED: Final = 64
"""Tokens that are not taken apart again: that was a tenth of a request that reads a task."""
NOT_VALID: Final = "the token is not valid; sign in again"
WITHOUT_TIMES: Final[Any] = {
    "require": ["exp", "iat", "sub", "sid", "typ", "github_id"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
LONGEST: Final = 4096
"""Characters; ours have some 500."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says; `organization_id` and `role` where its bearer works in an organization."""

    user_id: UUID
    session_id: UUID
    github_id: int
    organization_id: UUID | None = None
    role: str | None = None


class Tokens:
    """Signs with the first secret, verifies with any.

    Args:
        secrets: The current one, and the previous one while it still counts; 32 bytes or more each.
        access_seconds: Life of an access token.
        refresh_seconds: Life of a refresh token.
    """

    def __init__(self, secrets: Sequence[str], *, access_seconds: int, refresh_seconds: int) -> None:
        self._secrets = tuple(secrets)
        # a client shows the same token again and again; what is refused is not kept
        self._verified = lru_cache(maxsize=REMEMBERED)(self._verify)
        self.access_seconds, self.refresh_seconds = access_seconds, refresh_seconds

    def issue(self, claims: Claims) -> str:
        """An access token."""
        return self._sign(claims, ACCESS, self.access_seconds)

    def issue_refresh(self, claims: Claims) -> str:
        """A refresh token; no two are the same."""
        return self._sign(claims, REFRESH, self.refresh_seconds)

    def read(self, token: str, kind: str = ACCESS) -> Claims:
        """What a token says, if it is one of ours, of this kind, and valid now. Raises `TokenRefused`."""
        claims = self._verified(token)
        _refuse_by_time(claims)
        if claims.get("typ") != kind:
            raise TokenRefused(f"this is no {kind} token; sign in for one")
        try:
            return Claims(
                user_id=UUID(claims["sub"]),
                session_id=UUID(claims["sid"]),
                github_id=int(claims["github_id"]),
                organization_id=UUID(claims["org_id"]) if "org_id" in claims else None,
                role=claims.get("org_role"),
            )
        except (ValueError, TypeError, AttributeError):
            raise TokenRefused("the token's claims can't be read; sign in again") from None

    def _sign(self, claims: Claims, kind: str, seconds: int) -> str:
        now = int(datetime.now(UTC).timestamp())
        told: dict[str, Any] = {
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "github_id": claims.github_id,
            "typ": kind,
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + seconds,
        }
        if claims.organization_id:
            told |= {"org_id": str(claims.organization_id), "org_role": claims.role}
        return jwt.encode(told, self._secrets[0], algorithm=ALGORITHM)

    def _verify(self, token: str) -> dict[str, Any]:
        """What a token says that is signed by one of our secrets, whenever it is valid."""
        if len(token) > LONGEST:
            raise TokenRefused(NOT_VALID)
        for secret in self._secrets:
            try:
                return jwt.decode(token, secret, algorithms=[ALGORITHM], options=WITHOUT_TIMES)
            except jwt.InvalidSignatureError:
                continue
            except (jwt.InvalidTokenError, UnicodeError):
                break
        raise TokenRefused(NOT_VALID)


def _refuse_by_time(claims: dict[str, Any]) -> None:
    """Refuse a token that has expired, or is from the future (RFC 7519, section 4.1)."""
    now = datetime.now(UTC).timestamp()
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if not all(type(value) in (int, float) for value in times.values()):
        raise TokenRefused(NOT_VALID)
    if times["exp"] <= now - LEEWAY:
        raise TokenRefused("the token has expired; refresh it, or sign in again")
    if max(times["iat"], times.get("nbf", 0)) > now + LEEWAY:
        raise TokenRefused(NOT_VALID)


def digest(token: str) -> bytes:
    """By what a session knows its refresh token: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()

"""Why a request is not answered: each refusal is a status, a type and one sentence, in one shape.

    Refusal
    ├── Invalid           400  the request can't be read, or breaks a rule of form
    ├── Unauthenticated   401  nobody is signed in (authentication_error), or not by this token (jwt_error)
    ├── Forbidden         403  the caller is known, and may not
    ├── NotFound          404  it is not there, or not the caller's to know of
    ├── MethodNotAllowed  405
    ├── Conflict          409  the state of things forbids it
    ├── TooLarge          413
    ├── Unsupported       415  the body is of another kind than JSON
    ├── KeyReused         422  an idempotency key came again with another request
    ├── Fault             500  a mistake of ours, or of the configuration
    └── Unavailable       503  the database can't answer now; try again

No sentence holds what the database said, nor anything that the caller did not send or may not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

RETRY_AFTER: Final = 2
"""Seconds after which asking again is worth it: a failover of RDS takes half a minute, a restart a few."""


class Refusal(Exception):
    """Anything that a caller is told instead of an answer."""

    status: ClassVar[int]
    kind: ClassVar[str]

    def __init__(self, message: str, details: str | None = None) -> None:
        self.message, self.details = message, details
        super().__init__(message)

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer that belong to the refusal."""
        return {}

    def problem(self, request_id: str) -> dict[str, Any]:
        """The body of the answer."""
        details = {} if self.details is None else {"details": self.details}
        return {"error": self.kind, "message": self.message, **details, "request_id": request_id}


class Invalid(Refusal):
    """The request can't be read, or breaks a rule of form."""

    status, kind = 400, "validation_error"


class Unauthenticated(Refusal):
    """Nobody is signed in."""

    status, kind = 401, "authentication_error"

    @property
    def headers(self) -> dict[str, str]:
        """The scheme to sign in by (RFC 6750, section 3)."""
        return {"www-authenticate": "Bearer"}


class TokenRefused(Unauthenticated):
    """A token was shown that is not valid, or not valid here."""

    kind = "jwt_error"

    @property
    def headers(self) -> dict[str, str]:
        """The scheme, and that the token was at fault."""
        return {"www-authenticate": 'Bearer error="invalid_token"'}


class Forbidden(Refusal):
    """The caller is known, and may not."""

    status, kind = 403, "authorization_error"


class PermissionMissing(Forbidden):
    """The caller lacks a permission in an organization."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"this needs the permission {permission} in the organization; ask one of its admins")


class NotFound(Refusal):
    """It is not there, or not the caller's to know of."""

    status, kind = 404, "not_found"

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"there is no such {what}")


class MethodNotAllowed(Refusal):
    """The path is known, by other methods."""

    status, kind = 405, "method_not_allowed"

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = ", ".join(sorted(allowed))
        super().__init__(f"use one of the methods of this path: {self.allowed}")

    @property
    def headers(self) -> dict[str, str]:
        """The methods (RFC 9110, section 15.5.6)."""
        return {"allow": self.allowed}


class Conflict(Refusal):
    """The state of things forbids it."""

    status, kind = 409, "conflict"


class TooLarge(Refusal):
    """The body is larger than any of ours."""

    status, kind = 413, "payload_too_large"


class Unsupported(Refusal):
    """The body is of another kind than JSON."""

    status, kind = 415, "unsupported_media_type"


class KeyReused(Refusal):
    """An idempotency key came again with another request."""

    status, kind = 422, "idempotency_error"


class Fault(Refusal):
    """A mistake of ours."""

    status, kind = 500, "internal_error"


class Misconfigured(Fault):
    """The function was given variables that it can't serve with."""

    kind = "configuration_error"


class Unavailable(Refusal):
    """The database can't answer now."""

    status, kind = 503, "database_error"

    def __init__(self, reason: str, *, broken: bool = False) -> None:
        self.reason = reason
        """For the log: what happened, in our own words."""
        self.broken = broken
        """Whether the connection is of no more use; what only reads may be asked again over another."""
        super().__init__("the database can't answer now; try again in some seconds")

    @property
    def headers(self) -> dict[str, str]:
        """When to try again."""
        return {"retry-after": str(RETRY_AFTER)}

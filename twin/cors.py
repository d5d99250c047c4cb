"""Cross-origin requests, answered by an HTTP API itself where it is configured to.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.answer import Answer

if TYPE_CHECKING:
    from twin.event import Request


@dataclass(frozen=True, slots=True)
class Cors:
    """The `CorsConfiguration` of an HTTP API; `*` allows all, `https://*` every origin with TLS."""

    allow_origins: tuple[str, ...]
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    allow_credentials: bool = False

    def preflight(self, request: Request) -> Answer | None:
        """The answer to a browser that asks whether it may ask, or None if this is no such request."""
        if request.method != "OPTIONS" or not request.header("access-control-request-method"):
            return None
        allowed = self._allowed_origin(request)
        if allowed is None:
            return Answer(204)
        answers = {
            "access-control-allow-methods": ",".join(self.allow_methods),
            "access-control-allow-headers": ",".join(self.allow_headers),
            "access-control-max-age": "" if self.max_age_seconds is None else str(self.max_age_seconds),
        }
        said = ((name, value) for name, value in answers.items() if value)
        return Answer(204).adding(*self._origin_headers(allowed), *said)

    def amend(self, request: Request, answer: Answer) -> Answer:
        """A function's answer with these headers in place of its own."""
        answer = answer.without("access-control-")
        allowed = self._allowed_origin(request)
        if allowed is None:
            return answer
        exposed = ",".join(self.expose_headers)
        extra = (("access-control-expose-headers", exposed),) if exposed else ()
        return answer.adding(*self._origin_headers(allowed), *extra)

    def _allowed_origin(self, request: Request) -> str | None:
        """What to name as the allowed origin; None where there is no origin, or not an allowed one."""
        origin = request.header("origin")
        if not origin:
            return None
        if "*" in self.allow_origins:
            return "*"
        schemes = tuple(each.removesuffix("*") for each in self.allow_origins if each.endswith("://*"))
        return origin if origin in self.allow_origins or origin.startswith(schemes) else None

    def _origin_headers(self, allowed: str) -> tuple[tuple[str, str], ...]:
        headers = (("access-control-allow-origin", allowed),)
        return (*headers, ("access-control-allow-credentials", "true")) if self.allow_credentials else headers

"""The application: from an event of API Gateway to its answer, with one shape for every refusal."""

from __future__ import annotations

import hmac
import time
from http import HTTPStatus
from json import dumps
from typing import TYPE_CHECKING, Any, Final, cast

from aws_lambda_powertools.event_handler import Response

from runtime.api.call import Call, begin, current
from runtime.api.errors import Fault, Forbidden, Misconfigured, Unauthenticated, Unavailable
from runtime.api.refusing import as_refusal
from runtime.api.requests import find_route, read_request, refuse_body
from runtime.api.resolver import make_resolver
from runtime.api.sessions import Replayed
from runtime.api.settings import read_trace
from runtime.contract import ORIGIN_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.api.database import Database
    from runtime.api.metrics import Metrics
    from runtime.api.requests import Request
    from runtime.api.tokens import Tokens
    from runtime.journal import Journal

Document = dict[str, Any]
HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
"""Headers of every answer, unless the route says otherwise."""


class Application:
    """Answers events; made once for an execution environment.

    Args:
        database: What the routes read and write by.
        tokens: Reads and makes tokens.
        journal: Where a line for each request goes.
        metrics: Where figures go that nobody else counts.
        origin_secrets: What the origin header must hold, one of them; none lets anybody in.
        origins: Whose pages may call from a browser, where no gateway says so.
    """

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        journal: Journal,
        metrics: Metrics,
        *,
        origin_secrets: Sequence[str] = (),
        origins: Sequence[str] = (),
    ) -> None:
        self._database, self._tokens = database, tokens
        self._journal, self._metrics = journal, metrics
        self._origin_secrets, self._origins = origin_secrets, frozenset(origins)
        self._resolver = make_resolver()
        self._resolver.exception_handler(Exception)(self._refused)

    def answer(self, event: Mapping[str, Any], milliseconds_left: int) -> Document:
        """Answer an event; never raises. `milliseconds_left` is until the function's time is over."""
        begun = time.monotonic()
        request = read_request(event)
        call: Call | None = None
        try:
            if preflight := self._preflight(request):
                return preflight
            self._check_origin(request)
            route = find_route(event, request)
            call = Call(request, route, begun + milliseconds_left / 1000, self._tokens)
            call.claims = self._authenticate(request) if route.token else None
            refuse_body(event, request)
            answer = self._route(event, call)
        except Exception as error:  # noqa: BLE001  (a caller always gets an answer)
            answer = _document(self._refused(error, request))
        answer["headers"] = self._headers(request, call) | _lowered(answer["headers"])
        answer["statusCode"] = int(answer["statusCode"])
        if answer["statusCode"] == HTTPStatus.NO_CONTENT:
            answer["body"] = ""
            answer["headers"].pop("content-type", None)
        self._write(request, call, answer, time.monotonic() - begun)
        return answer

    def _route(self, event: Mapping[str, Any], call: Call) -> Document:
        begin(call)
        self._resolver.append_context(call=call, database=self._database)  # type: ignore[no-untyped-call]  # Powertools has no type for it
        answer: Document = self._resolver.resolve(cast("dict[str, Any]", event), cast("Any", None))
        answer["cookies"] = [*answer.get("cookies", []), *call.cookies]
        return answer

    def _authenticate(self, request: Request) -> Any:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("sign in: send the header Authorization: Bearer with an access token")
        return self._tokens.read(token.strip())

    def _check_origin(self, request: Request) -> None:
        given = request.headers.get(ORIGIN_HEADER, "").encode()
        if self._origin_secrets and not any(
            hmac.compare_digest(given, secret.encode()) for secret in self._origin_secrets
        ):
            raise Forbidden("come through the public address")

    def _refused(self, error: Exception, request: Request | None = None) -> Response[Any]:
        """The answer to whatever went wrong; what nobody expected is written to the log, and not told."""
        if request is None:
            request = current().request
        told = as_refusal(error)
        if isinstance(told, Unavailable):
            self._metrics.count("DatabaseFailures")
            self._journal.write("WARN", told.reason, request_id=request.id)
        elif isinstance(told, Fault) and not isinstance(told, Misconfigured):
            self._journal.fault(error, request_id=request.id)
        elif isinstance(told, Unauthenticated):
            self._metrics.count("RefreshReplays" if isinstance(told, Replayed) else "AuthenticationRefusals")
        return Response(
            status_code=told.status,
            content_type="application/json",
            body=told.problem(request.id),
            headers=dict(told.headers),
        )

    def _headers(self, request: Request, call: Call | None) -> dict[str, str]:
        headers = HEADERS | {"x-request-id": request.id, "x-correlation-id": request.correlation_id}
        if (origin := request.headers.get("origin")) in self._origins:
            headers |= {
                "access-control-allow-origin": str(origin),
                "access-control-allow-credentials": "true",
                "access-control-expose-headers": "x-request-id, x-correlation-id, retry-after",
                "vary": "Origin",
            }
        return headers | (call.headers if call else {})

    def _preflight(self, request: Request) -> Document | None:
        """The answer to a browser that asks whether it may ask (only where no gateway answers it)."""
        if request.method != "OPTIONS" or request.headers.get("origin") not in self._origins:
            return None
        return {
            "statusCode": 204,
            "headers": self._headers(request, None)
            | {
                "access-control-allow-methods": "DELETE, GET, PATCH, POST",
                "access-control-allow-headers": "authorization, content-type, idempotency-key",
                "access-control-max-age": "600",
            },
            "body": "",
            "isBase64Encoded": False,
        }

    def _write(self, request: Request, call: Call | None, answer: Document, seconds: float) -> None:
        """One line a request: who asked for what, and what became of it."""
        claims = call.claims if call else None
        more = {
            "request_id": request.id,
            "correlation_id": request.correlation_id,
            "route": call.route.key if call else None,
            "status": answer["statusCode"],
            "milliseconds": round(seconds * 1000, 2),
            "user_id": str(claims.user_id) if claims else None,
            "organization_id": str(claims.organization_id) if claims and claims.organization_id else None,
            "xray_trace_id": read_trace(),
        }
        self._journal.write(
            "INFO", "answered", **{name: value for name, value in more.items() if value is not None}
        )
        self._metrics.flush()


def _document(response: Response[Any]) -> Document:
    return {
        "statusCode": response.status_code,
        "headers": {**response.headers, "content-type": "application/json"},
        "body": dumps(response.body, separators=(",", ":"), ensure_ascii=False),
        "isBase64Encoded": False,
        "cookies": [],
    }


def _lowered(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in headers.items()}

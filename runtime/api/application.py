"""The application: from an event of API Gateway to its answer, with one shape for every refusal."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from aws_lambda_powertools.event_handler import Response

from runtime.api.call import Call, begin, current
from runtime.api.errors import Forbidden, Invalid, Refusal, Unauthenticated
from runtime.api.refusing import as_refusal
from runtime.api.requests import find_route, read_request, refuse_body
from runtime.api.resolver import make_resolver, write_json
from runtime.browsers import came_past_the_edge
from runtime.contract import ALLOWED_HEADERS, EXPOSED_HEADERS, ROUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.api.database import Database
    from runtime.api.record import Record
    from runtime.api.requests import Request
    from runtime.api.tokens import Claims, Tokens

Document = dict[str, Any]
HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
"""Headers of every answer, unless the route says otherwise."""
LARGEST: Final = 6_000_000
"""Bytes of an answer, of the 6,291,556 that Lambda takes; past that the caller would learn nothing."""


class Application:
    """Answers events; made once for an execution environment.

    Args:
        database: What the routes read and write by.
        tokens: Reads and makes tokens.
        record: Where it is written what was asked, answered and counted.
        origin_secrets: What the origin header must hold, one of them; none lets anybody in.
        origins: Whose pages may call from a browser, where no gateway says so.
    """

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        record: Record,
        *,
        origin_secrets: Sequence[str] = (),
        origins: Sequence[str] = (),
    ) -> None:
        self._database, self._tokens, self._record = database, tokens, record
        self._origin_secrets, self._origins = origin_secrets, frozenset(origins)
        self._resolver = make_resolver()
        self._resolver.exception_handler(Exception)(self._refused)

    def answer(self, event: Mapping[str, Any], milliseconds_left: int) -> Document:
        """Answer an event of the gateway, whatever happens.

        Args:
            event: Payload 2.0.
            milliseconds_left: Until the function's time is over.
        """
        begun = time.monotonic()
        request = read_request(event)
        debug = self._record.debugging(request.id)
        call: Call | None = None
        refusal: Refusal | None = None
        try:
            if preflight := self._preflight(request):
                return preflight
            self._check_origin(request)
            route = find_route(event, request)
            call = Call(request, route, begun + milliseconds_left / 1000, self._tokens, debug=debug)
            if debug:
                body = len(event.get("body") or "")
                debug("asked", route=route.key, body_characters=body, milliseconds_left=milliseconds_left)
            call.claims = self._authenticate(request) if route.token else None
            refuse_body(event, request)
            answer = self._route(event, call)
        except Exception as error:  # noqa: BLE001  (a caller always gets an answer)
            refusal = self._told(error, request.id)
            answer = _document(_response(refusal, request))
        refusal = refusal or (call.refusal if call else None)
        self._finish(answer, request, call)
        self._write(request, call, answer, time.monotonic() - begun, refusal.kind if refusal else None)
        return answer

    def sign_in(self, event: Mapping[str, Any], request_id: str, milliseconds_left: int) -> Document:
        """Answer an event of the login function: `{"ok": true, "session": ...}`, or false and an error."""
        from runtime.api.signing_in import sign_in  # its forms are needed by few requests

        begun = time.monotonic()
        user_id = kind = None
        try:
            if debug := self._record.debugging(request_id):
                debug("asked", route="login", milliseconds_left=milliseconds_left)
            session = sign_in(
                event, self._database, self._tokens, begun + milliseconds_left / 1000, debug=debug
            )
            user_id, status = str(session.user.id), HTTPStatus.OK
            answer = {"ok": True, "session": session.model_dump(mode="json")}
        except Exception as error:  # noqa: BLE001  (the login must be able to answer its caller)
            told = self._told(error, request_id)
            status, kind = HTTPStatus(told.status), told.kind
            answer = {"ok": False, "error": {"error": told.kind, "message": told.message}}
        self._record.answered(
            request_id, status, time.monotonic() - begun, route="login", error=kind, user_id=user_id
        )
        return answer

    def _route(self, event: Mapping[str, Any], call: Call) -> Document:
        begin(call)
        self._resolver.append_context(call=call, database=self._database)  # type: ignore[no-untyped-call]  # Powertools has no type for it
        answer: Document = self._resolver.resolve(cast("dict[str, Any]", event), cast("Any", None))
        if len(answer["body"].encode()) > LARGEST:
            raise Invalid("the answer would be larger than 6 MB; ask for less at once, by a smaller limit")
        return answer

    def _finish(self, answer: Document, request: Request, call: Call | None) -> None:
        """Give an answer what all have; what a route has set counts only if the route was not refused."""
        status = answer["statusCode"] = int(answer["statusCode"])
        routed = call if call and status < HTTPStatus.BAD_REQUEST else None
        answer["headers"] = self._headers(request) | _lowered(answer["headers"])
        if routed:
            answer["headers"] |= routed.headers
            answer["cookies"] = [*answer["cookies"], *routed.cookies]
        if status == HTTPStatus.NO_CONTENT:
            answer["body"] = ""
            answer["headers"].pop("content-type", None)

    def _authenticate(self, request: Request) -> Claims:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("sign in: send the header Authorization: Bearer with an access token")
        return self._tokens.read(token.strip())

    def _check_origin(self, request: Request) -> None:
        if came_past_the_edge(request.headers, self._origin_secrets):
            raise Forbidden("come through the public address")

    def _told(self, error: Exception, request_id: str) -> Refusal:
        """What the caller is told, after what they are not told has been written."""
        told = as_refusal(error)
        self._record.refusal(told, error, request_id)
        return told

    def _refused(self, error: Exception) -> Response[Any]:
        """The answer to whatever went wrong in a route."""
        call = current()
        call.refusal = self._told(error, call.request.id)
        return _response(call.refusal, call.request)

    def _headers(self, request: Request) -> dict[str, str]:
        headers = HEADERS | {"x-request-id": request.id, "x-correlation-id": request.correlation_id}
        if (origin := request.headers.get("origin")) in self._origins:
            headers |= {
                "access-control-allow-origin": str(origin),
                "access-control-allow-credentials": "true",
                "access-control-expose-headers": ", ".join(EXPOSED_HEADERS),
                "vary": "Origin",
            }
        return headers

    def _preflight(self, request: Request) -> Document | None:
        """The answer to a browser that asks whether it may ask (only where no gateway answers it)."""
        if request.method != "OPTIONS" or request.headers.get("origin") not in self._origins:
            return None
        return {
            "statusCode": 204,
            "headers": self._headers(request)
            | {
                "access-control-allow-methods": ", ".join(sorted({route.method for route in ROUTES})),
                "access-control-allow-headers": ", ".join(ALLOWED_HEADERS),
                "access-control-max-age": "600",
            },
            "body": "",
            "isBase64Encoded": False,
        }

    def _write(
        self, request: Request, call: Call | None, answer: Document, seconds: float, error: str | None
    ) -> None:
        claims = call.claims if call else None
        self._record.answered(
            request.id,
            answer["statusCode"],
            seconds,
            correlation_id=request.correlation_id,
            route=call.route.key if call else None,
            error=error,
            user_id=str(claims.user_id) if claims else None,
            organization_id=str(claims.organization_id) if claims and claims.organization_id else None,
        )


def _response(refusal: Refusal, request: Request) -> Response[Any]:
    return Response(
        status_code=refusal.status,
        content_type="application/json",
        body=refusal.problem(request.id),
        headers=dict(refusal.headers),
    )


def _document(response: Response[Any]) -> Document:
    return {
        "statusCode": response.status_code,
        "headers": {**response.headers, "content-type": "application/json"},
        "body": write_json(response.body),
        "isBase64Encoded": False,
        "cookies": [],
    }


def _lowered(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in headers.items()}

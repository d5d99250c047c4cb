"""Reads a request out of an event of API Gateway: payload format 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from runtime.api.errors import Invalid, MethodNotAllowed, NotFound, TooLarge, Unsupported
from runtime.browsers import read_cookies
from runtime.contract import API_PREFIX, ROUTES, Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract import Route

LONGEST_BODY: Final = 1_000_000
"""Characters; the gateway takes 10 MB, of which no route of ours needs a tenth."""
DEEPEST: Final = 64
"""Levels of a JSON body; Python's own reader and writer give up at about a thousand."""
CORRELATION: Final = re.compile(r"[A-Za-z0-9._:/=+-]{1,128}")
"""Characters of a correlation id that stay what they are in a log and in a header."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is read of an event before a route sees it."""

    id: str
    method: str
    path: str
    headers: Mapping[str, str]
    correlation_id: str
    cookies: Mapping[str, str]


def read_request(event: Mapping[str, Any]) -> Request:
    """Read what identifies a request."""
    context = event["requestContext"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    given = headers.get("x-correlation-id", "")
    return Request(
        id=context["requestId"],
        method=context["http"]["method"].upper(),
        path=event["rawPath"],
        headers=headers,
        correlation_id=given if CORRELATION.fullmatch(given) else context["requestId"],
        cookies=read_cookies(event.get("cookies") or ()),
    )


def find_route(event: Mapping[str, Any], request: Request) -> Route:
    """The route of the contract that answers. Raises `NotFound` and `MethodNotAllowed`."""
    known, by_path = _table()
    if event.get("routeKey") in known:
        return known[event["routeKey"]]
    allowed: dict[str, Route] = {}
    for route, pattern in by_path:
        if pattern.fullmatch(request.path):
            allowed.setdefault(route.method, route)
    if not allowed:
        raise NotFound("path")
    if request.method not in allowed:
        raise MethodNotAllowed(allowed)
    return allowed[request.method]


@cache
def _table() -> tuple[dict[str, Route], list[tuple[Route, re.Pattern[str]]]]:
    """Routes by the gateway's key, and by pattern for a gateway that sends all to one; fixed paths first."""
    routes = [route for route in ROUTES if route.function is Function.API]
    patterns = [
        (route, re.compile(API_PREFIX + re.sub(r"\{\w+\}", "[^/]+", route.path)))
        for route in sorted(routes, key=lambda route: route.path.count("{"))
    ]
    return {route.key: route for route in routes}, patterns


def refuse_body(event: Mapping[str, Any], request: Request) -> None:
    """Refuse a body that is too large, or of another kind than JSON. Raises `TooLarge`, `Unsupported`."""
    body = event.get("body")
    if not body:
        return
    if len(body) > LONGEST_BODY:
        raise TooLarge(f"the body has more than {LONGEST_BODY:,} characters; send less")
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Unsupported("send the body as application/json")
    if event.get("isBase64Encoded"):
        try:
            b64decode(body, validate=True).decode()
        except ValueError:
            raise Invalid("the body can't be read", "write JSON as in RFC 8259, in UTF-8") from None


def read_json(text: str) -> Any:
    """Read a JSON body as PostgreSQL would: finite numbers, Unicode, not too deep. Raises `Invalid`."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        # writing it again meets lone surrogates and what lies too deep
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Invalid(
            "the body is not JSON that can be read", "write JSON as in RFC 8259, in UTF-8"
        ) from None
    if _depth(value) > DEEPEST:
        raise Invalid(f"the body has more than {DEEPEST} levels; make it flatter")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            each
            for outer in level
            if isinstance(outer, dict | list)
            for each in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth

"""What comes in and goes out: an API Gateway event of payload version 2.0, and its answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from runtime.api.requests import CORRELATION
from runtime.browsers import read_cookies

if TYPE_CHECKING:
    from runtime.login.errors import LoginRefused

COMMON: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
"""Nothing here may be kept, and no page learns a code from the address that led to it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the login reads of an event; what is missing or of another type is empty."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in lower case."""
    cookies: Mapping[str, str]
    request_id: str
    correlation_id: str

    @property
    def marks(self) -> dict[str, str]:
        """Headers by which an answer is found in the log."""
        return {"x-request-id": self.request_id, "x-correlation-id": self.correlation_id}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway is to send."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...] = ()
    body: str = ""

    def with_cookies(self, *cookies: str) -> Answer:
        """The same with more cookies."""
        return replace(self, cookies=(*self.cookies, *cookies))

    def document(self, request: Request) -> dict[str, Any]:
        """As the gateway takes it."""
        return {
            "statusCode": self.status,
            "headers": COMMON | request.marks | dict(self.headers),
            "cookies": list(self.cookies),
            "body": self.body,
            "isBase64Encoded": False,
        }


def read_request(event: Any, invocation_id: str) -> Request:
    """The request in an event; anything else is a request for nothing."""
    document = _mapping(event)
    context = _mapping(document.get("requestContext"))
    http = _mapping(context.get("http"))
    headers = {name.lower(): value for name, value in _texts(document.get("headers")).items()}
    cookies = document.get("cookies")
    request_id = str(context.get("requestId") or invocation_id)
    correlation = headers.get("x-correlation-id", "")
    return Request(
        method=str(http.get("method")),
        path=str(document.get("rawPath")),
        query=_texts(document.get("queryStringParameters")),
        headers=headers,
        cookies=read_cookies(str(each) for each in cookies) if isinstance(cookies, list) else {},
        request_id=request_id,
        correlation_id=correlation if CORRELATION.fullmatch(correlation) else request_id,
    )


def redirect(address: str) -> Answer:
    """Send the browser on."""
    return Answer(302, {"location": address})


def refuse(refusal: LoginRefused, request_id: str) -> Answer:
    """Tell why not."""
    body = json.dumps(refusal.problem(request_id))
    return Answer(refusal.status, {"content-type": "application/json"} | refusal.headers, body=body)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> dict[str, str]:
    return {name: text for name, text in _mapping(value).items() if isinstance(text, str)}

"""What a Lambda function returned, as the HTTP answer that an HTTP API makes of it.

The format is in
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
That anything without a status passes as the body of a 200, and that a body without a type is plain
text, is what AWS's own tests have seen: https://github.com/aws/aws-lambda-dotnet/pull/1903
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, replace
from typing import Any, Final

from twin.event import HOP_BY_HOP

JSON_TYPE: Final = ("content-type", "application/json")
TEXT_TYPE: Final = ("content-type", "text/plain; charset=utf-8")
OWN_HEADERS: Final = HOP_BY_HOP | {"content-length", "date"}
"""What the gateway says for itself, whatever the function says."""
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Of a header (RFC 9110, 5.1)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, its headers with names in small letters, and its body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def adding(self, *headers: tuple[str, str]) -> Answer:
        """The same with more headers."""
        return replace(self, headers=self.headers + headers)

    def without(self, prefix: str) -> Answer:
        """The same without the headers whose name begins so."""
        kept = tuple((name, value) for name, value in self.headers if not name.startswith(prefix))
        return replace(self, headers=kept)


def gateway_answer(status: int, message: str) -> Answer:
    """What the gateway says itself, in its own form."""
    return Answer(status, (JSON_TYPE,), json.dumps({"message": message}, separators=(",", ":")).encode())


BAD_REQUEST: Final = gateway_answer(400, "Bad Request")
UNAUTHORIZED: Final = gateway_answer(401, "Unauthorized")
FORBIDDEN: Final = gateway_answer(403, "Forbidden")
NOT_FOUND: Final = gateway_answer(404, "Not Found")
TOO_LARGE: Final = gateway_answer(413, "Request Entity Too Large")
TOO_MANY: Final = gateway_answer(429, "Too Many Requests")
HEADERS_TOO_LARGE: Final = gateway_answer(431, "Request Header Fields Too Large")
FAILED: Final = gateway_answer(500, "Internal Server Error")
UNAVAILABLE: Final = gateway_answer(503, "Service Unavailable")


def read_answer(document: Any) -> Answer:
    """The answer that a function's document means, `FAILED` if it means none.

    Args:
        document: Any JSON. An object with a `statusCode` is an answer in parts; all else is the body of a
            200, text as it is.
    """
    if not isinstance(document, dict) or "statusCode" not in document:
        text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
        return Answer(200, (JSON_TYPE,), text.encode(errors="replace"))
    try:
        return Answer(_status(document), tuple(_headers(document)), _body(document))
    except (ValueError, TypeError, AttributeError):
        return FAILED


def _status(document: dict[str, Any]) -> int:
    status = document["statusCode"]
    if type(status) is not int or not 200 <= status <= 599:  # noqa: PLR2004 - final answers of HTTP
        raise ValueError(status)
    return status


def _headers(document: dict[str, Any]) -> list[tuple[str, str]]:
    found, cookies = document.get("headers") or {}, document.get("cookies") or []
    if not (isinstance(cookies, list) and all(map(_NAME.fullmatch, found))):
        raise ValueError(cookies)
    headers = {name.lower(): _header_value(value) for name, value in found.items()}
    kept = [(name, value) for name, value in headers.items() if name not in OWN_HEADERS]
    if "content-type" not in headers:
        kept.append(TEXT_TYPE)
    return kept + [("set-cookie", _header_value(cookie)) for cookie in cookies]


def _header_value(value: object) -> str:
    """A header's value; a line break in it would begin a header of its own, and a zero byte end it."""
    if isinstance(value, bool):
        return json.dumps(value)
    if not isinstance(value, str | int | float) or set("\r\n\0") & set(str(value)):
        raise ValueError(value)
    str(value).encode("latin-1")
    return str(value)


def _body(document: dict[str, Any]) -> bytes:
    body = document.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise TypeError(body)
    return b64decode(body, validate=True) if document.get("isBase64Encoded") else body.encode()

"""An HTTP request as the event that an HTTP API hands to a Lambda function: payload format 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html has
the format. What that page leaves open is taken from what people have seen of AWS:

- The path and its parameters arrive decoded, the raw query string as it was sent:
  https://github.com/aws/aws-lambda-dotnet/pull/1901
- Which bodies are text: https://github.com/ministackorg/ministack/pull/766
"""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twin.routing import Match

Event = dict[str, Any]

TEXT_TYPES: Final = frozenset({"application/json", "application/xml", "application/javascript"})
"""Media types, besides `text/*`, of which the body passes as text; all others as base64, forms too."""
HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers that are between the client and the gateway only (RFC 9110, 7.6.1)."""


@dataclass(frozen=True, slots=True)
class Api:
    """How the HTTP API calls itself in an event."""

    api_id: str = "local"
    account_id: str = "123456789012"
    region: str = "us-east-1"
    stage: str = "$default"
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the stage."""
    host: str | None = None
    """What requests were sent to at AWS, where their Host header says something of this machine."""

    @property
    def domain_name(self) -> str:
        """The host of its own address at AWS, or the one that it was asked by."""
        return self.host or f"{self.api_id}.execute-api.{self.region}.amazonaws.com"


def make_request_id() -> str:
    """A new name for a request, as an HTTP API makes them; a name, and no secret."""
    return b64encode(random.randbytes(11)).decode()  # noqa: S311  (a name)


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as it came.

    Attributes:
        method: In capitals.
        target: Path and query, encoded: `/tasks?title=a%20b`.
        headers: In their order, as often as they were sent.
        body: All of it.
        source_ip: Address of the client.
        protocol: As in the request's first line.
        request_id: By which the gateway knows it: new for each.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    request_id: str = field(default_factory=make_request_id)
    received: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """The query string, encoded."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """All values of a header, its name in small letters, or None."""
        values = [value for each, value in self.headers if each.lower() == name]
        return ",".join(values) if values else None


def make_event(request: Request, match: Match, api: Api) -> Event:
    """The event of a request that took a route; what is empty is left out, as AWS does."""
    event: Event = {
        "version": "2.0",
        "routeKey": match.route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "cookies": _cookies(request),
        "headers": _headers(request) | ({"host": api.host} if api.host else {}),
        "queryStringParameters": _joined(parse_qsl(request.query, keep_blank_values=True)),
        "requestContext": _context(request, match, api),
        "pathParameters": match.parameters,
        "stageVariables": dict(api.variables),
    }
    return {key: value for key, value in event.items() if value or value == ""} | _body(request)


def _context(request: Request, match: Match, api: Api) -> dict[str, Any]:
    return {
        "accountId": api.account_id,
        "apiId": api.api_id,
        "domainName": api.domain_name,
        "domainPrefix": api.domain_name.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent") or "",
        },
        "requestId": request.request_id,
        "routeKey": match.route_key,
        "stage": api.stage,
        "time": request.received.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(request.received.timestamp() * 1000),
    }


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One value for each name: those of a name that comes more than once are joined by commas."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: ",".join(each) for name, each in values.items()}


def _cookies(request: Request) -> list[str]:
    """Each cookie, also of several headers: a client of HTTP/2 may send them apart (RFC 9113, 8.2.3)."""
    sent = (value for name, value in request.headers if name.lower() == "cookie")
    return [each.strip() for value in sent for each in value.split(";") if each.strip()]


def _headers(request: Request) -> dict[str, str]:
    """The headers as the gateway passes them on; at AWS every request comes to it by TLS."""
    dropped = HOP_BY_HOP | {"cookie"}
    sent = _joined((name.lower(), value) for name, value in request.headers if name.lower() not in dropped)
    before = sent.get("x-forwarded-for")
    return sent | {
        "content-length": str(len(request.body)),
        "x-amzn-trace-id": sent.get("x-amzn-trace-id") or make_trace_id(request.received),
        "x-forwarded-for": f"{before}, {request.source_ip}" if before else request.source_ip,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def make_trace_id(moment: datetime) -> str:
    """A new identifier for AWS X-Ray: version, seconds since 1970 and 96 random bits."""
    unique = random.randbytes(12).hex()  # noqa: S311  (a name)
    return f"Root=1-{int(moment.timestamp()):08x}-{unique}"


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in TEXT_TYPES:
        return {"body": request.body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": b64encode(request.body).decode(), "isBase64Encoded": True}

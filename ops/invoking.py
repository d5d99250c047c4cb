"""Invokes a function of a living system: the api with a request as the gateway hands it on, or any event."""

from __future__ import annotations

import json
import os
import re
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from ops.aws import PASSING
from ops.errors import Refused, Unreached, Unready
from ops.hiding import HIDDEN
from runtime.contract import API_PREFIX, ORIGIN_HEADER, ROUTES, Function
from runtime.migrator.errors import AccessError
from stacks.values import API_ID, ORIGIN_SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.inventory import FunctionPlace
    from ops.live import Live
    from runtime.contract import Route

    Event = dict[str, Any]

READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
READING_ACTIONS: Final = frozenset({"status", "plan", "verify", "probe"})
"""Actions of the migrator that change nothing."""
DEFAULT_ROUTE: Final = "$default"
STAGE: Final = "$default"
TEST_ADDRESS: Final = "192.0.2.1"
"""An address that documentation may use (RFC 5737): the request comes from no client."""
PARAMETER: Final = re.compile(r"\{[^}]+\}")
PROVING: Final = frozenset({"authorization", "cookie", ORIGIN_HEADER})
"""Headers with a secret."""


class RouteUnknown(Unready):
    """The gateway would answer this request itself, since no route of the API takes it."""

    def __init__(self, method: str, path: str) -> None:
        self.method, self.path = method, path
        found = sorted({route.method for route in ROUTES if _parameters(route, path) is not None})
        there = f"the path takes {', '.join(found)}" if found else "docs/contract.md has all routes"
        super().__init__(f"no route of the API takes {method} {path}; {there}")


class EventRefused(Unready):
    """What was given is no event."""

    def __init__(self, where: str, found: str) -> None:
        self.where, self.found = where, found
        super().__init__(f"the event {where} {found}; give a JSON document")


class AnswerUnheard(AccessError):
    """The function was invoked and its answer did not come."""

    def __init__(self, function: str, environment: str, found: str) -> None:
        self.function, self.environment, self.found = function, environment, found
        super().__init__(
            f"no answer came from {function} ({found}) and it may still be at work; "
            f"look at `miyabi logs {environment}` before it is invoked again"
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the HTTP API; `target` is path and query, encoded, such as `/api/v1/tasks?limit=1`."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """The query, encoded."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation gave: the document, the end of the log, and which version it was.

    `error` is `Handled` or `Unhandled` where the function raised; `seconds` is the time until the answer.
    """

    version: str
    payload: Any
    log: tuple[str, ...]
    error: str | None
    seconds: float


def api_event(live: Live, request: Request) -> Event:
    """The event that the HTTP API makes of a request, payload format 2.0; raises `RouteUnknown`.

    "Create AWS Lambda proxy integrations for HTTP APIs", API Gateway Developer Guide. Where the functions
    ask for the header of CloudFront, it is there.
    """
    route_key, parameters = _route(live, request)
    api = live.value(API_ID)
    domain = f"{api}.execute-api.{live.region}.amazonaws.com"
    headers = _headers(live, request, domain)
    event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "queryStringParameters": _joined(request.query) or None,
        "pathParameters": parameters or None,
        "requestContext": {
            "accountId": live.require_account(),
            "apiId": api,
            "domainName": domain,
            "domainPrefix": api,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": TEST_ADDRESS,
                "userAgent": headers["user-agent"],
            },
            "requestId": b64encode(os.urandom(11)).decode(),
            "routeKey": route_key,
            "stage": STAGE,
            **_now(),
        },
    }
    return {key: value for key, value in event.items() if value is not None} | _body(request)


def without_secrets(event: Any) -> Any:
    """The event as it may be shown: headers that prove who somebody is are named and not told."""
    if not isinstance(event, dict) or not isinstance(event.get("headers"), dict):
        return event
    headers = {name: HIDDEN if name.lower() in PROVING else value for name, value in event["headers"].items()}
    return event | {"headers": headers}


def read_event(text: str, where: str) -> Any:
    """The event in a text; raises `EventRefused`."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise EventRefused(where, f"is no JSON ({error})") from None


def only_reads(function: Function, event: Any) -> bool:
    """Whether an event changes nothing, as far as our functions are concerned."""
    if not isinstance(event, dict):
        return False
    if function is Function.MIGRATOR:
        return event.get("action") in READING_ACTIONS
    http = event.get("requestContext", {}).get("http", {}) if function is Function.API else {}
    return http.get("method") in READING_METHODS


def invoke(live: Live, place: FunctionPlace, event: Any) -> Answer:
    """Invoke what callers use of a function, once, and wait for its answer.

    Raises `AnswerUnheard`, and other errors of access.
    """
    live.require_account()
    name, began = live.value(place.name), time.monotonic()
    thing = f"function {name}"
    try:
        answer = live.call(
            "lambda:Invoke",
            thing,
            FunctionName=name,
            Qualifier=place.qualifier,
            InvocationType="RequestResponse",
            LogType="Tail",
            Payload=json.dumps(event).encode(),
        )
        payload = answer["Payload"].read()
    except Refused as error:
        raise Refused("lambda:InvokeFunction", thing, error.code) from None
    except Unreached as error:
        if error.found.partition(":")[0] in PASSING:
            raise  # it was not run
        raise AnswerUnheard(name, live.environment.name, error.found) from None
    log = b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
    return Answer(
        answer.get("ExecutedVersion", "$LATEST"),
        _document(payload),
        tuple(log.splitlines()),
        answer.get("FunctionError"),
        time.monotonic() - began,
    )


def _document(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")


def _route(live: Live, request: Request) -> tuple[str, dict[str, str]]:
    """Key of the route that takes a request, and what its path has for the route's parameters."""
    if not live.environment.http_api.named_routes:
        return DEFAULT_ROUTE, {}
    matches = [
        (len(PARAMETER.findall(route.path)), route, found)
        for route in ROUTES
        if route.method == request.method
        and route.function is Function.API
        and (found := _parameters(route, request.path)) is not None
    ]
    if not matches:
        raise RouteUnknown(request.method, request.path)
    _, route, parameters = min(matches, key=lambda match: match[0])
    return route.key, parameters


def _parameters(route: Route, path: str) -> dict[str, str] | None:
    """The parameters of a path that a route takes; None where it does not."""
    wanted, given = (API_PREFIX + route.path).split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    found: dict[str, str] = {}
    for name, word in zip(wanted, given, strict=True):
        if name.startswith("{") and word:
            found[name.strip("{}")] = word
        elif name != word:
            return None
    return found


def _headers(live: Live, request: Request, domain: str) -> dict[str, str]:
    edge = live.environment.edge
    origin: dict[str, str] = {}
    if edge and edge.require_origin_header:
        secret = live.value(ORIGIN_SECRET)
        text = live.call("secretsmanager:GetSecretValue", f"secret {secret}", SecretId=secret)["SecretString"]
        origin = {ORIGIN_HEADER: json.loads(text)["secret"]}
    return {
        "accept": "application/json",
        "content-length": str(len(request.body)),
        "host": domain,
        "user-agent": "miyabi",
        "x-forwarded-for": TEST_ADDRESS,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        **({"content-type": "application/json"} if request.body else {}),
        **{name.lower(): value for name, value in request.headers.items()},
        **origin,
    }


def _joined(query: str) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: ",".join(each) for name, each in values.items()}


def _body(request: Request) -> Event:
    if not request.body:
        return {"isBase64Encoded": False}
    try:
        return {"body": request.body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": b64encode(request.body).decode(), "isBase64Encoded": True}


def _now() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"), "timeEpoch": int(now.timestamp() * 1000)}

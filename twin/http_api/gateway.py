"""The way of a request through an HTTP API: host, stage, CORS, route, throttle, authorization, integration.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.errors import OperationError
from twin.answer import (
    FAILED,
    FORBIDDEN,
    HEADERS_TOO_LARGE,
    NOT_FOUND,
    TOO_MANY,
    UNAUTHORIZED,
    gateway_answer,
)
from twin.aws.changes import changes_of
from twin.errors import TwinError
from twin.event import Api, make_event
from twin.http_api import metrics
from twin.http_api.access_log import AccessLog
from twin.http_api.calling import FAILURE, Caller
from twin.http_api.configuration import DEFAULT_STAGE, read_api
from twin.http_api.errors import NotServed
from twin.http_api.exchange import Exchange
from twin.http_api.permission import Permissions
from twin.http_api.target import target_of
from twin.http_api.throttling import Throttles

if TYPE_CHECKING:
    from twin.answer import Answer
    from twin.deployed import Deployed
    from twin.event import Request
    from twin.http_api.calling import Functions
    from twin.http_api.configuration import Route, ServedApi, Stage
    from twin.recording import Recorder
    from twin.routing import Match

MOST_HEADERS: Final = 10_240
"""Bytes of the request line and all headers' names and values.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""
NO_PERMISSION: Final = (
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call the "
    "integration. Check the permissions and try again."
)
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html."""
UNSIGNED: Final = "The request for the IAM Authorizer doesn't match the format that API Gateway expects."
HERE: Final = frozenset({"", "127.0.0.1", "localhost"})
"""Hosts by which clients of this machine mean the API's own address."""
NOT_SERVED: Final = 501
"""No answer of AWS's, so that nobody takes it for one."""


class Gateway:
    """Answers requests to all HTTP APIs of an account."""

    def __init__(self, deployed: Deployed, recorder: Recorder, functions: Functions) -> None:
        self._deployed, self._recorder = deployed, recorder
        self._caller = Caller(functions)
        self._throttles = Throttles()
        self._permissions = Permissions(deployed)
        self._log = AccessLog(recorder, deployed.aws.account)
        self._apis: dict[str, tuple[int, ServedApi | None]] = {}
        self._not_served: dict[str, None] = {}

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Sentences of what was asked for in vain, in order."""
        return (*self._not_served, *self._log.not_written)

    def close(self) -> None:
        """Call no function any more."""
        self._caller.close()

    def api(self, api_id: str) -> ServedApi | None:
        """An API as it is deployed now."""
        changes = changes_of(self._deployed.aws.account)
        seen, api = self._apis.get(api_id, (-1, None))
        if seen != changes:
            api = read_api(self._deployed, api_id)
            self._apis[api_id] = changes, api
        return api

    def handle(self, api_id: str, request: Request) -> Answer:
        """Answer a request to an API."""
        return self._answer(api_id, request).adding(("apigw-requestid", request.request_id))

    def _answer(self, api_id: str, request: Request) -> Answer:
        if _head_length(request) > MOST_HEADERS:
            return HEADERS_TOO_LARGE
        api = self.api(api_id)
        found = _addressed(api, request) if api else FORBIDDEN
        if not isinstance(found, tuple):
            return found
        exchange, path = found
        answer = self._serve(exchange, path)
        exchange.finish(answer)
        self._log.write(exchange)
        metrics.put(self._recorder, exchange)
        return answer

    def _serve(self, exchange: Exchange, path: str) -> Answer:
        """Answer a request to a stage; `path` is without what names the stage."""
        request, stage = exchange.request, exchange.stage
        if stage.cors and (preflight := stage.cors.preflight(request)):
            return preflight
        match = stage.table.match(request.method, path)
        if match is None:
            return exchange.refuse(NOT_FOUND, "RESOURCE_NOT_FOUND")
        exchange.route_key = match.route_key
        answer = self._route(exchange, match)
        return stage.cors.amend(request, answer) if stage.cors else answer

    def _route(self, exchange: Exchange, match: Match) -> Answer:
        stage = exchange.stage
        route, limit = stage.routes[match.route_key], stage.limit(match.route_key)
        if not self._throttles.let_in(exchange.api.api_id, stage.name, match.route_key, limit):
            return exchange.refuse(TOO_MANY, "THROTTLED")
        if route.integration is None:
            return exchange.refuse(NOT_FOUND, "RESOURCE_NOT_FOUND")
        try:
            return _unauthorized(exchange, route) or self._integrate(exchange, route, match)
        except (TwinError, OperationError) as error:
            self._not_served[f"route {route.key} of API {exchange.api.api_id}: {error}"] = None
            return exchange.refuse(gateway_answer(NOT_SERVED, str(error)), "NOT_SERVED")

    def _integrate(self, exchange: Exchange, route: Route, match: Match) -> Answer:
        stage, api, integration = exchange.stage, exchange.api, route.integration
        assert integration is not None  # noqa: S101  (a route without one is answered before)
        target = target_of(integration, stage.variables)
        if (
            target is None
            or not self._permissions.decide(api.api_id, stage, route, exchange.request.method, target).allowed
        ):
            exchange.integration_error = NO_PERMISSION
            return exchange.refuse(FAILED, FAILURE)
        aws = self._deployed.aws
        called = Api(api.api_id, aws.account, aws.region, stage.name, stage.variables, exchange.host)
        event = make_event(exchange.request, match, called)
        return self._caller.call(exchange, target, event, integration.timeout_ms / 1000)


def _head_length(request: Request) -> int:
    """Bytes of what comes before the body, as they are counted against the quota."""
    line = len(request.method) + len(request.target) + len(request.protocol) + 2
    return line + sum(len(name) + len(value) for name, value in request.headers)


def _addressed(api: ServedApi, request: Request) -> tuple[Exchange, str] | Answer:
    """The stage that a request is for, with the path in it, or what the gateway says if there is none.

    Without a stage nothing is logged or counted.
    """
    host = (request.header("host") or "").rpartition("@")[2].partition(":")[0].lower()
    if host in api.mappings:
        return _mapped(api, host, request)
    if host not in HERE and host != api.domain_name:
        return FORBIDDEN
    found = _named(api, request.path)
    if found is None or found[0].closed:
        return NOT_FOUND
    return Exchange(request, api, found[0], api.domain_name), found[1]


def _named(api: ServedApi, path: str) -> tuple[Stage, str] | None:
    """The stage that the first part of a path names, else the one without a name."""
    first, _, rest = path.removeprefix("/").partition("/")
    if first in api.stages and first != DEFAULT_STAGE:
        return api.stages[first], f"/{rest}"
    return (api.stages[DEFAULT_STAGE], path) if DEFAULT_STAGE in api.stages else None


def _mapped(api: ServedApi, host: str, request: Request) -> tuple[Exchange, str] | Answer:
    """The stage that a domain's longest mapping leads to.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html
    """
    mappings = api.mappings[host]
    for key in sorted(mappings, key=len, reverse=True):
        base = f"/{key}" if key else ""
        if request.path == base or request.path.startswith(f"{base}/"):
            stage = api.stages.get(mappings[key])
            if stage:
                rest = request.path.removeprefix(base) or "/"
                return Exchange(request, api, stage, host, base_path=key or None), rest
    return NOT_FOUND


def _unauthorized(exchange: Exchange, route: Route) -> Answer | None:
    """What somebody is told who may not call a route; None for who may.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
    """
    if route.authorization == "NONE":
        return None
    authorization = exchange.request.header("authorization")
    if route.authorization == "AWS_IAM":
        if authorization or "X-Amz-Signature=" in exchange.request.query:
            raise NotServed("signed requests")
        exchange.authorizer_error = UNSIGNED
        return exchange.refuse(FORBIDDEN, "ACCESS_DENIED")
    if route.authorization == "JWT" and not authorization:
        exchange.authorizer_error = "Unauthorized"
        bearer = UNAUTHORIZED.adding(("www-authenticate", "Bearer"))
        return exchange.refuse(bearer, "UNAUTHORIZED")
    raise NotServed(f"authorizers of type {route.authorization}")

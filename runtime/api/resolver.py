"""Powertools' resolver with our routes: matches, validates, calls, and validates what comes back."""

from __future__ import annotations

import json
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from runtime.api.call import current
from runtime.api.errors import NotFound
from runtime.api.requests import read_json
from runtime.api.routes import router
from runtime.contract import API_PREFIX

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder
    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

_event: ContextVar[BaseProxyEvent] = ContextVar("event")


class PathPattern:
    """A route's path in place of Powertools' expression, which is compiled at the start, for each route.

    Args:
        rule: Segments between slashes; one in `<>` stands for any.
    """

    def __init__(self, rule: str) -> None:
        self._segments = [(each.strip("<>"), each.startswith("<")) for each in rule.split("/")]
        self.groups = rule.count("<")

    def match(self, path: str) -> dict[str, str] | None:
        """The segments that stand for any, by name; None for another path."""
        given = path.split("/")
        if len(given) != len(self._segments):
            return None
        found = {}
        for (name, stands_for_any), text in zip(self._segments, given, strict=True):
            if stands_for_any and text:
                found[name] = text
            elif name != text:
                return None
        return found


class Resolver(APIGatewayHttpResolver):
    """Powertools' resolver, which calls the route that was found already, by the contract.

    The gateway chooses a route before it decodes the path, and the right to ask was looked up by its choice:
    where the decoded path is another route's, there is nothing.
    """

    def choose(self) -> None:
        """Lay the routes out by method and path; call it once all are registered."""
        routes = [*self._static_routes, *self._dynamic_routes]
        self._by_key = {f"{route.method} {route.openapi_path}": route for route in routes}

    def _resolve(self) -> ResponseBuilder[Any]:
        route = self._by_key[current().route.key]
        pattern = cast("PathPattern", route.rule)
        given = pattern.match(self.current_event.path)
        if given is None:
            raise NotFound("path")
        self.append_context(_route=route, _path=self.current_event.path)  # type: ignore[no-untyped-call]  # Powertools has no type for it
        return self._call_route(route, given)

    @staticmethod
    def _compile_regex(rule: str, base_regex: str = "") -> Any:  # noqa: ARG004  (as it is called there)
        return PathPattern(rule)

    @property
    def current_event(self) -> BaseProxyEvent:  # type: ignore[override]  # an attribute of the class there
        """The event that is being answered in this thread."""
        return _event.get()

    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        made = super()._to_proxy_event(event)
        _event.set(made)
        return made


def write_json(value: Any) -> str:
    """Write JSON as it is sent: no spaces, and letters as themselves, which are half as long as escapes."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def make_resolver() -> Resolver:
    """The routes of every module, under the prefix."""
    resolver = Resolver(
        enable_validation=True,
        # left out, an answer of ours that breaks its form would be told as the caller's mistake
        response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
        json_body_deserializer=read_json,
        serializer=write_json,
    )
    resolver.include_router(router, prefix=API_PREFIX)
    resolver.choose()
    return resolver

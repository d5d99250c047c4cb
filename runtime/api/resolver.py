"""Powertools' resolver with our routes: matches, validates, calls, and validates what comes back."""

from __future__ import annotations

import json
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from runtime.api.requests import read_json
from runtime.api.routes import router
from runtime.contract import API_PREFIX

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

_event: ContextVar[BaseProxyEvent] = ContextVar("event")


class Resolver(APIGatewayHttpResolver):
    """Powertools' resolver, which would keep the event that is being answered once for the whole process.

    A function answers one at a time; tests and `miyabi serve` have several applications, and threads.
    """

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
    return resolver

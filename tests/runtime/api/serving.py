"""Puts the API behind real HTTP, as the gateway does: for what speaks HTTP itself, a browser say."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runtime.contract import ROUTES, Function
from twin.front import Front
from twin.invocation import in_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Client


@contextmanager
def over_http(client: Client) -> Iterator[str]:
    """The address of the service while it is served; what is no route, it refuses itself."""

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return client.service.application.answer(event, context.get_remaining_time_in_millis())

    target = in_process(handle)
    keys = ["$default", *(route.key for route in ROUTES if route.function is Function.API)]
    with Front(dict.fromkeys(keys, target)) as front:
        yield front.url

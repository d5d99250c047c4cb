"""The api function: an event of the gateway, or of the login, in; an answer out.

In Lambda, all that can be done before the first request is done while this module is imported: that
phase runs at full speed whatever the function's memory is.
"""

from __future__ import annotations

import gc
import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look through every distribution
gc.disable()  # nothing of what is imported is garbage, and looking for some takes a thirtieth of the start

from runtime.journal import Journal, silence_libraries

silence_libraries()  # before what is imported below writes each of our routes

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from runtime.api.errors import Misconfigured
from runtime.api.service import Service, make_service
from runtime.api.settings import ConfigurationRefused, read_initialization, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.variables import Invocation

Document = dict[str, Any]


def handle(event: Mapping[str, Any], context: Invocation) -> Document:
    """Answer an event: payload 2.0 of the gateway, or what the login hands over."""
    try:
        service = _service()
    except ConfigurationRefused as refused:
        return _misconfigured(refused, event, context)
    milliseconds = context.get_remaining_time_in_millis()
    if "requestContext" not in event:
        return service.application.sign_in(event, context.aws_request_id, milliseconds)
    return service.application.answer(event, milliseconds)


@cache
def _service() -> Service:
    """The execution environment's own service."""
    return make_service(read_settings(), sys.stdout)


def _misconfigured(refused: ConfigurationRefused, event: Mapping[str, Any], context: Invocation) -> Document:
    """Say in the log what is wrong, and to the caller only that it is ours to mend."""
    request_id = event.get("requestContext", {}).get("requestId", context.aws_request_id)
    Journal(sys.stdout, "ERROR", {"request_id": request_id}).write("ERROR", str(refused))
    told = Misconfigured("the server is not set up; its operator finds the reason in the log")
    problem = told.problem(request_id)
    if "requestContext" not in event:
        return {"ok": False, "error": problem}
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {
        "statusCode": told.status,
        "headers": headers,
        "body": json.dumps(problem),
        "isBase64Encoded": False,
    }


def _initialize() -> None:
    """Do in the init phase what the first request would wait for."""
    try:
        service = _service()
    except ConfigurationRefused as refused:
        Journal(sys.stdout, "ERROR", {}).write("ERROR", str(refused))
        return
    if read_initialization() != "snap-start":  # no connection may be a part of the snapshot
        service.open()


if read_initialization():
    _initialize()
gc.freeze()  # what is here stays, and need not be looked through again
gc.enable()

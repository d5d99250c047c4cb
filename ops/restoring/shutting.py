"""Keeps requests from the database while it is switched: the api function gets no concurrency.

Lambda refuses every invocation then, and what runs ends within its 29 s. The way back is the template's own
number, so a run that was stopped knows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.errors import NotDeployed
from ops.stack import describe, follow
from ops.wanted import as_deployed
from stacks.values import API_FUNCTION_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.live import Live

DRAIN: Final = 35.0
"""Seconds until what was at work has ended: a request is given 29 s, and Lambda a moment to know."""


def is_shut(live: Live) -> bool:
    """Whether the api function is kept from running."""
    function = live.value(API_FUNCTION_NAME)
    found = live.call("lambda:GetFunctionConcurrency", f"function {function}", FunctionName=function)
    return bool(found.get("ReservedConcurrentExecutions") == 0)


def shut(live: Live, pause: Callable[[float], None]) -> None:
    """Let no request in any more, and wait for those at work."""
    function = live.value(API_FUNCTION_NAME)
    live.call(
        "lambda:PutFunctionConcurrency",
        f"function {function}",
        FunctionName=function,
        ReservedConcurrentExecutions=0,
    )
    pause(DRAIN)


def reopen(live: Live, pause: Callable[[float], None]) -> None:
    """Give the function what its stack gives it, whatever else may be wrong with that stack."""
    function, name = live.value(API_FUNCTION_NAME), live.stack_name("service")
    service = describe(live, name)
    if service and service.is_busy:
        service = follow(live, service.id, lambda _: None, pause=pause)
    if service is None:
        raise NotDeployed(f"stack {name}", live.region)
    resource = as_deployed(live, service).body["Resources"]["ApiFunction"]
    wanted = resource["Properties"].get("ReservedConcurrentExecutions")
    if wanted is None:
        live.call("lambda:DeleteFunctionConcurrency", f"function {function}", FunctionName=function)
    else:
        live.call(
            "lambda:PutFunctionConcurrency",
            f"function {function}",
            FunctionName=function,
            ReservedConcurrentExecutions=int(wanted),
        )

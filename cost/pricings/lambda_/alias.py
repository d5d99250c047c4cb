"""Aliases of functions: free, unless they keep execution environments ready.

What they keep ready is charged here, with the calls that their own usage tells; a function's
`provisioned_requests` are charged at the function, unless an alias or version of it tells its calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.month import HOURS
from cost.shared.functions import (
    ARM,
    READY,
    X86,
    Environment,
    billed_seconds,
    environment,
    function_of,
    kept_ready,
    on_ready_ones,
)
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Lambda::Alias"
USAGE = (
    Key(
        "monthly_duration_hrs",
        "h",
        "hours that environments are kept ready; left out, what the function's own usage says",
        default=HOURS,
    ),
    Key("monthly_requests", "requests", "calls in a month that run on them, beside those of the function"),
    Key("request_duration_ms", "ms", "billed duration of one; left out, the function's"),
    Key("memory_mb", "MB", "memory of the function; left out, what its template says", default=512),
    Key(
        "architecture",
        "",
        "of the function; left out, what its template says",
        default=X86,
        choices=(X86, ARM),
    ),
)
PRICES = ("AWSLambda/provisioned_*", "AWSLambda/requests*")
ELSEWHERE = (
    "no template has the function: it is taken to have 512 MB of memory, unless memory_mb tells another"
)
ON_DEMAND = "calls that no environment is kept ready for: tell them at the function"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Environments kept ready, and the calls that run on them."""
    requests = context.usage(resource, "monthly_requests")
    count = context.number(resource, READY, 0)
    if not count:
        if requests:
            yield NotPriced(ON_DEMAND)
        return
    function = function_of(resource, context)
    kind = _environment(resource, function, context)
    guessed = function is None and not context.is_told(resource, "memory_mb")
    hours = _nearest(resource, "monthly_duration_hrs", function, "provisioned_concurrency_hours", context)
    yield kept_ready(kind, count, hours, ELSEWHERE if guessed else "")
    yield Charge("requests", requests, kind.request_price)
    duration = _nearest(resource, "request_duration_ms", function, "request_duration_ms", context)
    yield on_ready_ones(kind, requests, billed_seconds(duration))


def _environment(resource: Resource, function: Resource | None, context: Context) -> Environment:
    """The function's environment; what usage tells of it goes before its properties."""
    told_memory, told_architecture = (context.is_told(resource, key) for key in ("memory_mb", "architecture"))
    own = Environment(
        context.usage(resource, "memory_mb") / 1024, arm=context.word(resource, "architecture") == ARM
    )
    if function is None or (told_memory and told_architecture):
        return own
    written = environment(function, context)
    return Environment(
        own.memory_gb if told_memory else written.memory_gb, own.arm if told_architecture else written.arm
    )


def _nearest(
    resource: Resource, key: str, function: Resource | None, its_key: str, context: Context
) -> Decimal:
    """A figure of the alias, or what usage tells of the function in its place."""
    if function is not None and not context.is_told(resource, key) and context.is_told(function, its_key):
        return context.usage(function, its_key)
    return context.usage(resource, key)

"""Functions of the Serverless Application Model: the function, its alias, and what its events imply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.pricings.lambda_ import function
from cost.pricings.lambda_.function import USAGE
from cost.pricings.scheduler.schedule import BY_EXPRESSION
from cost.pricings.scheduler.schedule import PRICES as SCHEDULER
from cost.shared.apart import apart
from cost.shared.sam import read_as_real
from cost.shared.schedules import runs_a_month

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

__all__ = ["PRICES", "TYPE", "USAGE", "price"]

TYPE = "AWS::Serverless::Function"
PRICES = (
    *function.PRICES,
    *SCHEDULER,
    "AmazonApiGateway/http_api_requests",
    "AmazonApiGateway/rest_api_requests",
)
APIS = {
    "Api": ("RestApiId", "AmazonApiGateway/rest_api_requests"),
    "HttpApi": ("ApiId", "AmazonApiGateway/http_api_requests"),
}
"""Events that make an API, unless this property names one; and what its requests cost."""
BY_API = "every call comes by the API that the function's events make, and is not larger than 512 KB"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What a Lambda function of these properties costs, and its events."""
    context = read_as_real(context)
    yield from apart(function.price(resource, context), _events(resource, context))


def _events(resource: Resource, context: Context) -> Iterator[Item]:
    events = context.get(resource, "Events")
    names = sorted(map(str, events)) if isinstance(events, dict) else []
    kinds = {f"Events.{name}.Properties": context.text(resource, f"Events.{name}.Type", "") for name in names}
    implied = {APIS[kind] for given, kind in kinds.items() if _makes_an_api(resource, given, kind, context)}
    for _, name in sorted(implied)[:1]:
        yield Charge("API requests", context.usage(resource, "monthly_requests"), name, BY_API)
    for given, kind in kinds.items():
        if kind == "ScheduleV2" and context.text(resource, f"{given}.State", "") != "DISABLED":
            runs = runs_a_month(resource, f"{given}.ScheduleExpression", context)
            yield Charge("schedule", runs, "AWSEvents/scheduler_invocations", BY_EXPRESSION)


def _makes_an_api(resource: Resource, given: str, kind: str, context: Context) -> bool:
    return kind in APIS and context.get(resource, f"{given}.{APIS[kind][0]}") is None

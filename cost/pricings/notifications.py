"""SNS topics and what they deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost.assumptions import NOTIFICATIONS
from cost.lines import Charge, NotPriced
from cost.money import plain
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

DELIVERIES = {
    "email": "delivery_email",
    "email-json": "delivery_email",
    "http": "delivery_http",
    "https": "delivery_http",
}
FREE = {"lambda", "sqs"}
ASSUMPTION = f"{plain(NOTIFICATIONS)} messages a month to each topic"


@pricing("AWS::SNS::Topic")
def topic(resource: Resource, context: Context) -> Iterator[Item]:
    """Messages published, and those delivered to the subscriptions written inside it."""
    yield Charge("messages", NOTIFICATIONS, context.price("AmazonSNS", "api_requests"), ASSUMPTION)
    for inside in context.mappings(resource, "Subscription"):
        yield from _deliveries(inside.get("Protocol"), context)


@pricing("AWS::SNS::Subscription")
def subscription(resource: Resource, context: Context) -> Iterator[Item]:
    """Messages delivered."""
    yield from _deliveries(context.get(resource, "Protocol"), context)


def _deliveries(protocol: Any, context: Context) -> Iterator[Item]:
    if protocol in DELIVERIES:
        yield Charge(
            "deliveries", NOTIFICATIONS, context.price("AmazonSNS", DELIVERIES[protocol]), ASSUMPTION
        )
    elif protocol not in FREE:
        yield NotPriced(f"deliveries by {protocol}")

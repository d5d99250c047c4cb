"""Subscriptions: messages delivered, by the way they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Note
from cost.shared.metering import steps
from cost.shared.notifications import CHUNK_KB, KEYS, TOPIC, deliveries
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::SNS::Subscription"
USAGE = (
    Key("monthly_requests", "notifications", "messages delivered in a month; left out, all of its topic"),
    Key("request_size_kb", "KB", "one message, in steps of 64; left out, as its topic has it"),
)
PRICES = ("AmazonSNS/delivery_*",)
AT_TOPIC = "deliveries of a FIFO topic are charged at the topic"
COUNTED_AT_TOPIC = "its deliveries are among those that its topic's usage tells"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """One delivery of each message; what a FIFO topic delivers is charged there."""
    topic = topic_of(resource, context)
    if topic is not None and context.flag(topic, "FifoTopic"):
        yield Note(AT_TOPIC)
        return
    protocol = context.text(resource, "Protocol", "")
    if topic is not None and protocol in KEYS and context.is_told(topic, KEYS[protocol]):
        yield Note(COUNTED_AT_TOPIC)
        return
    chunks = steps(_nearest(resource, topic, "request_size_kb", context), CHUNK_KB)
    yield from deliveries(protocol, delivered(resource, topic, context), chunks)


def topic_of(resource: Resource, context: Context) -> Resource | None:
    """The topic that a subscription is to; None where no template has it."""
    return next((each for each in context.targets(resource, "TopicArn") if each.type == TOPIC), None)


def delivered(resource: Resource, topic: Resource | None, context: Context) -> Decimal:
    """Messages that a subscription gets in a month: its own figure, or all that its topic gets."""
    return _nearest(resource, topic, "monthly_requests", context)


def _nearest(resource: Resource, topic: Resource | None, key: str, context: Context) -> Decimal:
    """What a usage file says of the subscription, else of its topic, else what traffic implies."""
    stated_there = topic is not None and context.figures.stated(topic, key) is not None
    if topic is None or not stated_there or context.figures.stated(resource, key) is not None:
        return context.usage(resource, key)
    return context.usage(topic, key)

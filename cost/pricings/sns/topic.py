"""Topics: messages published, and those delivered to subscriptions written inside or told by usage."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced, total
from cost.pricings.sns.subscription import TYPE as SUBSCRIPTION
from cost.pricings.sns.subscription import delivered
from cost.shared.metering import steps
from cost.shared.notifications import CHUNK_KB, KEYS, TOPIC, deliveries, told_price
from cost.shared.places import referrers
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = TOPIC
COUNTED = "; told, they stand for those of the templates. With a FIFO topic they cost nothing"
USAGE = (
    Key("monthly_requests", "requests", "messages published in a month"),
    Key("request_size_kb", "KB", "one message, in steps of 64; of a FIFO topic as it is"),
    Key("http_subscriptions", "subscriptions", f"by HTTP and HTTPS{COUNTED}"),
    Key("email_subscriptions", "subscriptions", f"by e-mail{COUNTED}"),
    Key("kinesis_subscriptions", "subscriptions", f"by Firehose{COUNTED}"),
    Key("mobile_push_subscriptions", "subscriptions", f"of mobile devices{COUNTED}"),
    Key("macos_subscriptions", "subscriptions", f"of macOS devices{COUNTED}"),
    Key("sms_subscriptions", "subscriptions", f"by SMS{COUNTED}"),
    Key("sms_notification_price", "USD", "price of one SMS; without one it costs nothing"),
)
PRICES = ("AmazonSNS/*",)
TOLD = {
    "http_subscriptions": "http",
    "email_subscriptions": "email",
    "kinesis_subscriptions": "firehose",
    "mobile_push_subscriptions": "application",
    "macos_subscriptions": "macos",
    "sms_subscriptions": "sms",
}
"""Protocol of the subscriptions that a usage key counts."""
BESIDE = {
    "ArchivePolicy": "messages that a topic archives, and their replay",
    "DataProtectionPolicy": "messages that are looked through for sensitive data, by the GB",
}
"""Properties that bring charges which have no price here."""
KB_IN_GB = 1024**2
NO_SIZE = "request_size_kb is not told: the payload of a FIFO topic's messages is not counted"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Messages, and one delivery of each for every subscription."""
    for name, said in BESIDE.items():
        if context.get(resource, name) is not None:
            yield NotPriced(said)
    if context.flag(resource, "FifoTopic"):
        yield from _fifo(resource, context)
        return
    messages = context.usage(resource, "monthly_requests")
    chunks = steps(context.usage(resource, "request_size_kb"), CHUNK_KB)
    yield Charge("messages", messages * chunks, "AmazonSNS/api_requests")
    sms = context.usage(resource, "sms_notification_price")
    told = told_price(sms, context) if context.is_told(resource, "sms_notification_price") else None
    for protocol, count in _subscriptions(resource, context).items():
        yield from deliveries(protocol, messages * count, chunks, told)


def _subscriptions(resource: Resource, context: Context) -> dict[str, Decimal]:
    """How many subscriptions of each protocol are counted at the topic."""
    told = {key: context.usage(resource, key) for key in TOLD if context.is_told(resource, key)}
    inside = [
        context.text(resource, f"Subscription.{index}.Protocol", "")
        for index, _ in enumerate(context.mappings(resource, "Subscription"))
    ]
    counted = Counter(protocol for protocol in inside if KEYS.get(protocol) not in told)
    return {TOLD[key]: count for key, count in told.items()} | {
        protocol: Decimal(count) for protocol, count in counted.items()
    }


def _fifo(resource: Resource, context: Context) -> Iterator[Item]:
    """Messages and their payload, and both once more for each subscription, at a lower price."""
    messages, size_kb = (context.usage(resource, key) for key in ("monthly_requests", "request_size_kb"))
    beside = referrers(context, SUBSCRIPTION, "TopicArn", resource)
    inside = len(context.entries(resource, "Subscription"))
    out = messages * inside + total(delivered(each, resource, context) for each in beside)
    yield Charge("messages", messages, "AmazonSNS/fifo_requests")
    yield Charge("message payload", messages * size_kb / KB_IN_GB, "AmazonSNS/fifo_payload")
    yield Charge("deliveries", out, "AmazonSNS/fifo_delivery")
    yield Charge("delivery payload", out * size_kb / KB_IN_GB, "AmazonSNS/fifo_delivery_payload")
    if messages and not size_kb:
        yield Note(NO_SIZE)

"""Notifications on their way from a topic to a subscriber."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.pricebook import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cost.context import Context
    from cost.lines import Item
    from cost.pricebook import Price

TOPIC = "AWS::SNS::Topic"
CHUNK_KB = 64
"""Each begun so many KB of a message count as one of it."""
DELIVERIES = {
    "application": "delivery_mobile_push",
    "email": "delivery_email",
    "email-json": "delivery_email",
    "firehose": "delivery_firehose",
    "http": "delivery_http",
    "https": "delivery_http",
    "macos": "delivery_macos",
    "sms": "delivery_sms",
}
"""Price of each protocol; `macos` is what AWS counts `application` as, for such devices."""
IN_CHUNKS = {"firehose", "http", "https"}
"""Protocols that count chunks; the others count messages."""
FREE = {"lambda", "sqs"}
KEYS = {
    "application": "mobile_push_subscriptions",
    "email": "email_subscriptions",
    "email-json": "email_subscriptions",
    "firehose": "kinesis_subscriptions",
    "http": "http_subscriptions",
    "https": "http_subscriptions",
    "sms": "sms_subscriptions",
}
"""Usage key of a topic that counts the subscriptions of a protocol."""
COMPONENT = "deliveries"
SMS = "AmazonSNS/delivery_sms"
TO_THE_UNITED_STATES = (
    "an SMS goes to the United States; prices differ by country and carrier, and the topic's "
    "sms_notification_price tells another"
)


def deliveries(
    protocol: str, messages: Decimal, chunks: Decimal = Decimal(1), sms: Price | None = None
) -> Iterator[Item]:
    """What messages cost that go out by one protocol; to queues and functions they are free.

    Args:
        protocol: As a subscription writes it.
        messages: How many are delivered.
        chunks: How many times 64 KB each begins.
        sms: What an SMS costs, if that is told.

    """
    if protocol in DELIVERIES:
        metered = messages * chunks if protocol in IN_CHUNKS else messages
        guessed = protocol == "sms" and sms is None
        price = sms if protocol == "sms" and sms else f"AmazonSNS/{DELIVERIES[protocol]}"
        yield Charge(COMPONENT, metered, price, TO_THE_UNITED_STATES if guessed else "")
    elif protocol not in FREE:
        yield NotPriced(f"deliveries by {protocol or 'a protocol that is not written'}")


def told_price(usd: Decimal, context: Context) -> Price:
    """The price of an SMS that a usage file tells."""
    return replace(
        context.price(SMS),
        tiers=(Tier(None, usd),),
        source="sms_notification_price of the usage file",
        date="",
        confidence="told",
        rate_codes=(),
        notes="",
        region=context.prices.region,
    )

"""HTTP APIs: requests by size. WebSocket APIs: messages by size, and time connected. Both: data out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import PropertyRefused
from cost.lines import Charge
from cost.shared.metering import steps
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ApiGatewayV2::Api"
USAGE = (
    Key(
        "monthly_requests",
        "requests",
        "requests in a month; a WebSocket API has messages, and this costs nothing",
    ),
    Key("request_size_kb", "KB", "average of the larger of request and answer; of an HTTP API"),
    Key(
        "monthly_messages",
        "messages",
        "messages to and from a WebSocket API in a month; else this costs nothing",
    ),
    Key("message_size_kb", "KB", "average message of a WebSocket API"),
    Key(
        "monthly_connection_mins",
        "min",
        "minutes that clients are connected to a WebSocket API, all together; else this costs nothing",
    ),
    Key("monthly_data_out_gb", "GB", "answers that leave for the internet"),
)
PRICES = (
    "AmazonApiGateway/http_api_requests",
    "AmazonApiGateway/websocket_messages",
    "AmazonApiGateway/websocket_connection_minutes",
    "AWSDataTransfer/internet_out",
)
INCREMENT_KB = 512
MESSAGE_INCREMENT_KB = 32


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What its protocol is charged for, and data out."""
    protocol = context.text(resource, "ProtocolType", "HTTP")
    if protocol == "HTTP":
        yield from _requests(resource, context)
    elif protocol == "WEBSOCKET":
        yield from _messages(resource, context)
    else:
        raise PropertyRefused(resource.logical_id, "ProtocolType", protocol, "HTTP or WEBSOCKET")
    yield Charge("data out", context.usage(resource, "monthly_data_out_gb"), "AWSDataTransfer/internet_out")


def _requests(resource: Resource, context: Context) -> Iterator[Item]:
    """Every 512 KB of a request or its response, whichever is larger, count as one request."""
    increments = steps(context.usage(resource, "request_size_kb"), INCREMENT_KB)
    metered = context.usage(resource, "monthly_requests") * increments
    yield Charge("requests", metered, "AmazonApiGateway/http_api_requests")


def _messages(resource: Resource, context: Context) -> Iterator[Item]:
    """Every 32 KB of a message, sent or received, count as one; connections by the minute."""
    increments = steps(context.usage(resource, "message_size_kb"), MESSAGE_INCREMENT_KB)
    metered = context.usage(resource, "monthly_messages") * increments
    yield Charge("messages", metered, "AmazonApiGateway/websocket_messages")
    minutes = context.usage(resource, "monthly_connection_mins")
    yield Charge("connections", minutes, "AmazonApiGateway/websocket_connection_minutes")

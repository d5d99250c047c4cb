"""HTTP APIs of the Serverless Application Model: the API and its stage in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced
from cost.pricings.apigatewayv2 import api, stage
from cost.shared.apart import apart
from cost.shared.sam import read_as_real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Serverless::HttpApi"
WEB_SOCKET = ("monthly_messages", "message_size_kb", "monthly_connection_mins")
USAGE = (*(key for key in api.USAGE if key.name not in WEB_SOCKET), *stage.USAGE)
PRICES = ("AmazonApiGateway/http_api_requests", "AWSDataTransfer/internet_out")
METRICS = "metrics of its routes, which events of functions make"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What an HTTP API costs; metrics of routes can't be counted."""
    context = read_as_real(context, ProtocolType="HTTP")
    yield from apart(api.price(resource, context), _metrics(resource, context))


def _metrics(resource: Resource, context: Context) -> Iterator[Item]:
    if context.flag(resource, "DefaultRouteSettings.DetailedMetricsEnabled"):
        yield NotPriced(METRICS)

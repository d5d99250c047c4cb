"""REST APIs: requests, and what goes out to the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ApiGateway::RestApi"
USAGE = (
    Key("monthly_requests", "requests", "requests in a month"),
    Key(
        "monthly_data_out_gb",
        "GB",
        "answers that leave for the internet; a private API sends none, and this costs nothing there",
    ),
)
PRICES = ("AmazonApiGateway/rest_api_requests", "AWSDataTransfer/internet_out")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Requests of any size; caches stand at their stages."""
    yield Charge(
        "requests", context.usage(resource, "monthly_requests"), "AmazonApiGateway/rest_api_requests"
    )
    if "PRIVATE" not in context.entries(resource, "EndpointConfiguration.Types"):
        out = context.usage(resource, "monthly_data_out_gb")
        yield Charge("data out", out, "AWSDataTransfer/internet_out")

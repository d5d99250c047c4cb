"""REST APIs of the Serverless Application Model: the API and its stage in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.pricings.apigateway import rest_api, stage
from cost.shared.apart import apart
from cost.shared.sam import read_as_real
from cost.shared.traces import traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Serverless::Api"
USAGE = (*rest_api.USAGE, *stage.USAGE)
PRICES = (*rest_api.PRICES, *stage.PRICES)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What a REST API and a stage of these properties cost; its methods are made by functions' events."""
    context = read_as_real(context)
    yield from apart(
        rest_api.price(resource, context),
        stage.cache(resource, context),
        stage.metrics(resource, 0, context),
        _traced(resource, context),
    )


def _traced(resource: Resource, context: Context) -> Iterator[Item]:
    if context.flag(resource, "TracingEnabled"):
        yield traces(context.usage(resource, "monthly_requests"))

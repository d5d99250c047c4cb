"""Task sets: the tasks of a service whose deployments another controller makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import PropertyUnknown
from cost.month import HOURS
from cost.shared import fargate
from cost.shared.apart import apart
from cost.shared.places import meant, nearest
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ECS::TaskSet"
USAGE = (Key("monthly_hrs", "h", "hours that each of its tasks runs", default=HOURS),)
PRICES = fargate.PRICES


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Its share of the service's tasks."""
    service = meant(context, context.get(resource, "Service"), "AWS::ECS::Service", "ServiceName")
    if service is None:
        raise PropertyUnknown(resource.logical_id, "Service", "it is in none of these templates")
    share = context.number(resource, "Scale.Value", 100) / 100
    count = context.number(service, "DesiredCount", 1) * share
    hours = context.usage(resource, "monthly_hrs")
    network = nearest(context, [(resource, "NetworkConfiguration"), (service, "NetworkConfiguration")])[0]
    found = fargate.launched(count, [resource, service], context)
    yield from apart(
        fargate.run(resource, found, hours, context),
        fargate.task_addresses(network, found, hours, context),
    )

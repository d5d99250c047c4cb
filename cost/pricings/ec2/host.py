"""Dedicated Hosts: hours by their family, whatever runs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import PropertyRefused
from cost.lines import Charge
from cost.month import HOURS
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::Host"
USAGE = (Key("monthly_hrs", "h", "hours that it is allocated", default=HOURS),)
PRICES = ("AmazonEC2/dedicated_host_*",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of the host."""
    hours = context.usage(resource, "monthly_hrs")
    yield Charge("host", hours, f"AmazonEC2/dedicated_host_{_family(resource, context)}")


def _family(resource: Resource, context: Context) -> str:
    """`mac1`, given as such or by a class such as `mac1.metal`."""
    family = context.text(resource, "InstanceFamily", "") or context.text(resource, "InstanceType", "")
    if not family:
        raise PropertyRefused(resource.logical_id, "InstanceType", "missing", "a class or a family")
    return family.partition(".")[0]

"""Volumes: gigabytes, IOPS and throughput by their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.shared import block_storage
from cost.shared.apart import apart
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::Volume"
USAGE = (
    Key("monthly_hrs", "h", "hours that it exists, attached or not", default=HOURS),
    Key(
        "monthly_standard_io_requests",
        "requests",
        "reads and writes of a volume of the kind standard; those of others are free",
    ),
)
PRICES = block_storage.PRICES


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Storage and what is provisioned over what every volume of its kind has."""
    months = context.usage(resource, "monthly_hrs") / HOURS
    yield from apart(
        block_storage.volume(context, [(resource, "")], size="Size", months=months),
        _requests(resource, context),
    )


def _requests(resource: Resource, context: Context) -> Iterator[Charge]:
    if context.text(resource, "VolumeType", "gp2") == "standard":
        requests = context.usage(resource, "monthly_standard_io_requests")
        yield Charge("I/O requests", requests, "AmazonEC2/ebs_magnetic_io_requests")

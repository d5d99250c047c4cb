"""Data that leaves a machine, a task or a load balancer; what comes in is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context

DATA_OUT = Key("monthly_data_out_gb", "GB", "sent to the internet in a month")
TRANSFER = (
    DATA_OUT,
    Key("monthly_data_between_zones_gb", "GB", "sent to other zones in a month; charged at both ends"),
    Key("monthly_data_to_other_regions_gb", "GB", "sent to other regions in a month"),
    Key(
        "monthly_data_to_us_east_gb",
        "GB",
        "of us-east-1 or us-east-2 to the other in a month; from elsewhere, as to other regions",
    ),
)
INTERNET, ZONES = "AWSDataTransfer/internet_out", "AWSDataTransfer/inter_az_each_direction"
REGIONS, US_EAST = "AWSDataTransfer/inter_region_out", "AWSDataTransfer/inter_region_out_us_east"
PRICES = (INTERNET, ZONES, REGIONS, US_EAST)
US_EAST_REGIONS = ("us-east-1", "us-east-2")


def transfer(resource: Resource, context: Context) -> Iterator[Charge]:
    """GB that the usage keys of TRANSFER give."""
    to_us_east = US_EAST if context.prices.region in US_EAST_REGIONS else REGIONS
    for component, key, times, price in (
        ("data out", DATA_OUT.name, 1, INTERNET),
        ("data between zones", "monthly_data_between_zones_gb", 2, ZONES),
        ("data to other regions", "monthly_data_to_other_regions_gb", 1, REGIONS),
        ("data to US East", "monthly_data_to_us_east_gb", 1, to_us_east),
    ):
        yield Charge(component, context.usage(resource, key) * times, price)

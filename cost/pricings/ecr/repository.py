"""Private repositories of images: what they hold, and what is pulled to the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.shared.data_transfer import DATA_OUT
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ECR::Repository"
USAGE = (Key("storage_gb", "GB", "of images held"), DATA_OUT)
PRICES = ("AmazonECR/storage", "AWSDataTransfer/internet_out")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Storage, and data out; pulls within the region are free."""
    yield Charge("storage", context.usage(resource, "storage_gb"), "AmazonECR/storage")
    yield Charge("data out", context.usage(resource, DATA_OUT.name), "AWSDataTransfer/internet_out")

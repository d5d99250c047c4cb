"""Node groups: machines of a cluster, each with its disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.shared import data_transfer, devices
from cost.shared import machines as shared
from cost.shared.apart import apart
from cost.shared.launch_templates import ELSEWHERE, is_elsewhere, launch_template
from cost.shared.machines import IMAGE_ROOT, Machines, is_windows, machines
from cost.shared.places import nearest
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EKS::Nodegroup"
USAGE = (
    Key("instances", "instances", "that run on average; left out, ScalingConfig's DesiredSize"),
    *shared.USAGE,
    *data_transfer.TRANSFER,
)
PRICES = (*shared.PRICES, *data_transfer.PRICES)
DEFAULT_CLASS = "t3.medium"
DEFAULT_NODES = 2
DISK_GB, WINDOWS_DISK_GB = 20, 50
SIZES = ("ScalingConfig.DesiredSize", "ScalingConfig.MinSize")
DISK = "the disk of a node is taken to be gp2"
FIRST = "of the classes that a group may start, the first is taken"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Machines by the group's class, or by that of its launch template, and data that leaves them."""
    yield from apart(_machines(resource, context), data_transfer.transfer(resource, context))


def _machines(resource: Resource, context: Context) -> Iterator[Item]:
    template = launch_template(resource, "LaunchTemplate", context)
    elsewhere = is_elsewhere(resource, "LaunchTemplate", context)
    count = _count(resource, context)
    spot = context.text(resource, "CapacityType", "ON_DEMAND") == "SPOT"
    image = context.text(resource, "AmiType", "")
    group = Machines(
        resource,
        (resource,) if template is None else (resource, template),
        default=None if elsewhere else DEFAULT_CLASS,
        count=count,
        spot=count if spot else count * 0,
        windows=is_windows(resource, context) or image.startswith("WINDOWS"),
    )
    yield from apart(
        machines(group, [(resource, "Subnets")], context),
        _disk(resource, context, count) if context.get(resource, "LaunchTemplate") is None else (),
    )
    if elsewhere:
        yield NotPriced(ELSEWHERE)
    elif template is not None and not devices.has_root(context, group.places("devices")):
        yield Note(IMAGE_ROOT)
    if len(context.entries(resource, "InstanceTypes")) > 1:
        yield Note(FIRST)


def _disk(resource: Resource, context: Context, count: Decimal) -> Iterator[Charge]:
    windows = context.text(resource, "AmiType", "").startswith("WINDOWS")
    gigabytes = context.number(resource, "DiskSize", WINDOWS_DISK_GB if windows else DISK_GB)
    yield Charge("disk storage", gigabytes * count, "AmazonEC2/ebs_gp2", DISK)


def _count(resource: Resource, context: Context) -> Decimal:
    if context.is_told(resource, "instances"):
        return context.usage(resource, "instances")
    return context.number(*nearest(context, [(resource, path) for path in SIZES]), DEFAULT_NODES)

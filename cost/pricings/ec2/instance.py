"""Instances: hours of their class, what runs beside them, volumes, address, data that leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced
from cost.month import HOURS
from cost.shared import data_transfer, devices
from cost.shared import machines as shared
from cost.shared.apart import apart
from cost.shared.launch_templates import ELSEWHERE, is_elsewhere, launch_template
from cost.shared.machines import Machines, is_windows, machines
from cost.shared.places import referrers
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EC2::Instance"
USAGE = (
    Key("monthly_hrs", "h", "hours that it runs; its volumes are there all month", default=HOURS),
    *shared.USAGE,
    *data_transfer.TRANSFER,
)
PRICES = (*shared.PRICES, *data_transfer.PRICES)
DEFAULT_CLASS = "m1.small"
SUBNETS = ("SubnetId", "NetworkInterfaces.0.SubnetId")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """One machine, with a root volume even where none is described, and data that leaves it."""
    yield from apart(_machine(resource, context), data_transfer.transfer(resource, context))


def _machine(resource: Resource, context: Context) -> Iterator[Item]:
    template = launch_template(resource, "LaunchTemplate", context)
    elsewhere = is_elsewhere(resource, "LaunchTemplate", context)
    machine = Machines(
        resource,
        (resource,) if template is None else (resource, template),
        default=None if elsewhere or template else DEFAULT_CLASS,
        hours=context.usage(resource, "monthly_hrs"),
        windows=is_windows(resource, context),
        addressed=_has_elastic_address(resource, context),
    )
    subnets = [(resource, path) for path in SUBNETS]
    yield from apart(
        machines(machine, subnets, context),
        devices.assumed_root(context, machine.places("devices")),
        [NotPriced(ELSEWHERE)] if elsewhere else (),
    )


def _has_elastic_address(resource: Resource, context: Context) -> bool:
    associated = referrers(context, "AWS::EC2::EIPAssociation", "InstanceId", resource)
    return bool(associated or referrers(context, "AWS::EC2::EIP", "InstanceId", resource))

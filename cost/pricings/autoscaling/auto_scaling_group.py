"""Groups of machines: what each costs, as often as the group wants them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from cost.lines import Note, NotPriced
from cost.shared import data_transfer, devices
from cost.shared import machines as shared
from cost.shared.apart import apart
from cost.shared.launch_templates import ELSEWHERE, is_elsewhere, launch_template
from cost.shared.machines import IMAGE_ROOT, Machines, is_windows, machines
from cost.shared.places import meant, nearest
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::AutoScaling::AutoScalingGroup"
USAGE = (
    Key("instances", "instances", "that run on average; left out, DesiredCapacity, or MinSize"),
    *shared.USAGE,
    *data_transfer.TRANSFER,
)
PRICES = (*shared.PRICES, *data_transfer.PRICES)
CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"
MIXED = "MixedInstancesPolicy.LaunchTemplate"
TEMPLATES = ("LaunchTemplate", f"{MIXED}.LaunchTemplateSpecification")
"""Where a group may name its launch template."""
DISTRIBUTION = "MixedInstancesPolicy.InstancesDistribution"
FIRST = "of the classes that a group may start, the first is taken"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many machines a group has, and how many of them are Spot Instances."""

    count: Decimal
    spot: Decimal = Decimal(0)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Machines by the launch template or the launch configuration that describes them, data that leaves."""
    yield from apart(_machines(resource, context), data_transfer.transfer(resource, context))


def _machines(resource: Resource, context: Context) -> Iterator[Item]:
    wanted = _wanted(resource, context)
    configuration = meant(
        context, context.get(resource, "LaunchConfigurationName"), CONFIGURATION, "LaunchConfigurationName"
    )
    template = _template(resource, context)
    group = Machines(
        resource,
        tuple(each for each in (configuration, template) if each is not None),
        class_=_override(resource, context),
        count=wanted.count,
        spot=wanted.spot,
        windows=is_windows(resource, context),
    )
    root = devices.assumed_root(context, group.places("devices"), wanted.count)
    yield from apart(
        machines(group, [(resource, "VPCZoneIdentifier")], context),
        root if configuration is not None else (),
        _told(resource, group, context),
    )


def _told(resource: Resource, group: Machines, context: Context) -> Iterator[Item]:
    if not group.count:
        return
    if any(is_elsewhere(resource, path, context) for path in TEMPLATES):
        yield NotPriced(ELSEWHERE)
    elif _has_template(group) and not devices.has_root(context, group.places("devices")):
        yield Note(IMAGE_ROOT)
    if group.class_ is not None:
        yield Note(FIRST)


def _has_template(group: Machines) -> bool:
    return any(each.type != CONFIGURATION for each in group.written)


def _template(resource: Resource, context: Context) -> Resource | None:
    found = (launch_template(resource, path, context) for path in TEMPLATES)
    return next((template for template in found if template is not None), None)


def _override(resource: Resource, context: Context) -> str | None:
    """The class that the first override names."""
    path = f"{MIXED}.Overrides.0.InstanceType"
    return None if context.get(resource, path) is None else context.text(resource, path)


def _wanted(resource: Resource, context: Context) -> Wanted:
    """Units of capacity over the weight of a machine; the base and a share of the others are on demand."""
    capacity, weight = _capacity(resource, context)
    base = context.number(resource, f"{DISTRIBUTION}.OnDemandBaseCapacity", 0)
    share = context.number(resource, f"{DISTRIBUTION}.OnDemandPercentageAboveBaseCapacity", 100) / 100
    on_demand = min(capacity, base + _up(max(Decimal(0), capacity - base) * share))
    count, on_demand = (units if weight == 1 else _up(units / weight) for units in (capacity, on_demand))
    return Wanted(count, count - on_demand)


def _capacity(resource: Resource, context: Context) -> tuple[Decimal, Decimal]:
    """How many units are wanted, and how many one machine brings."""
    if context.is_told(resource, "instances"):
        return context.usage(resource, "instances"), Decimal(1)
    places = [(resource, name) for name in ("DesiredCapacity", "MinSize")]
    weight = context.number(resource, f"{MIXED}.Overrides.0.WeightedCapacity", 1)
    return context.number(*nearest(context, places), 0), weight or Decimal(1)


def _up(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_CEILING)

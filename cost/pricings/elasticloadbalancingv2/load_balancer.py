"""Load balancers for applications, networks and appliances: hours, capacity units, public addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cost.errors import PropertyRefused
from cost.lines import Charge, NotPriced
from cost.month import HOURS
from cost.shared import data_transfer
from cost.shared.apart import apart
from cost.shared.balancer_addresses import balancer_addresses
from cost.shared.places import referrers
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ElasticLoadBalancingV2::LoadBalancer"
USAGE = (
    Key("new_connections", "connections", "made in a month"),
    Key("active_connections", "connections", "open at a time, on average"),
    Key("processed_bytes_gb", "GB", "through the load balancer in a month"),
    Key(
        "rule_evaluations",
        "evaluations/s",
        "of rules beyond the ten free ones, on average; free but with an application load balancer",
    ),
    *data_transfer.TRANSFER,
)
PRICES = ("AWSELB/?lb_*", "AWSELB/gwlb_*", "AmazonVPC/public_ipv4_in_use", *data_transfer.PRICES)


@dataclass(frozen=True, slots=True)
class Unit:
    """What one capacity unit serves."""

    new_per_second: int
    active: int
    gb_per_hour: int = 1
    rules_per_second: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of load balancer: the prices of its hours and of its capacity units."""

    hour: str
    capacity: str
    unit: Unit


KINDS = {
    "application": Kind("alb_hour", "alb_lcu", Unit(25, 3_000, rules_per_second=1_000)),
    "network": Kind("nlb_hour", "nlb_nlcu", Unit(800, 100_000)),
    "gateway": Kind("gwlb_hour", "gwlb_glcu", Unit(600, 60_000)),
}
BY_PROTOCOL = {"UDP": Unit(400, 50_000), "TLS": Unit(50, 3_000)}
"""What a unit of a network load balancer serves where all its listeners speak one of these; TCP otherwise."""
SECONDS = 3_600
EVEN = (
    "use is spread evenly over the month, and the capacity units are those of the largest of its dimensions"
)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of the load balancer, hours of its capacity units, addresses, and data that leaves it."""
    name = context.text(resource, "Type", "application")
    if name not in KINDS:
        raise PropertyRefused(resource.logical_id, "Type", repr(name), f"one of {', '.join(KINDS)}")
    yield from apart(
        _hours(resource, context, name),
        _capacity(resource, context, name),
        data_transfer.transfer(resource, context),
        () if name == "gateway" else balancer_addresses(resource, context),
    )


def _hours(resource: Resource, context: Context, name: str) -> Iterator[Charge]:
    """A gateway load balancer is charged in each of its zones."""
    zones = 1
    if name == "gateway":
        paths = ("Subnets", "SubnetMappings")
        zones = max(1, sum(len(context.entries(resource, path)) for path in paths))
    yield Charge("load balancer hours", HOURS * zones, f"AWSELB/{KINDS[name].hour}")


def _capacity(resource: Resource, context: Context, name: str) -> Iterator[Item]:
    if context.get(resource, "MinimumLoadBalancerCapacity") is not None:
        yield NotPriced("capacity units that are reserved")
    unit = _unit(resource, context, name)
    hours = [
        context.usage(resource, "new_connections") / (unit.new_per_second * SECONDS),
        context.usage(resource, "active_connections") * HOURS / unit.active,
        context.usage(resource, "processed_bytes_gb") / unit.gb_per_hour,
    ]
    if unit.rules_per_second is not None:
        hours.append(context.usage(resource, "rule_evaluations") * HOURS / unit.rules_per_second)
    yield Charge("capacity units", max(hours), f"AWSELB/{KINDS[name].capacity}", EVEN)


def _unit(resource: Resource, context: Context, name: str) -> Unit:
    if name != "network":
        return KINDS[name].unit
    listeners = referrers(context, "AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn", resource)
    protocols = {str(context.get(listener, "Protocol")) for listener in listeners}
    return BY_PROTOCOL.get(protocols.pop(), KINDS[name].unit) if len(protocols) == 1 else KINDS[name].unit

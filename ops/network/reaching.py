"""Whether a connection from one place to a port of another comes about: groups, ACLs, routes, gateways.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.Scenarios.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ops.network.acls import stopped_by_acls
from ops.network.flow import Flow, Ports
from ops.network.groups import stopped_by_groups
from ops.network.internet import addresses_of_nat, stopped_on_the_way_out, way_in
from ops.network.place import OUTSIDE, Place, Reach
from ops.network.routes import LOCAL, route_to, table_of
from ops.network.stop import Kind, Stop, all_of, first_of
from ops.network.subnets import has_gateway, network_of, resolves_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.network.account import Account
    from ops.network.stop import Step


@dataclass(frozen=True, slots=True)
class Pair:
    """A way from one subnet to another, with all that stops it in its order; nothing where it is open."""

    source: Place
    target: Place
    stops: tuple[Stop, ...]

    @property
    def is_open(self) -> bool:
        """Whether nothing stops it."""
        return not self.stops

    @property
    def is_closed(self) -> bool:
        """Whether something stops it for sure."""
        return any(stop.followed for stop in self.stops)


def reach(account: Account, source: Place, target: Place, port: int, protocol: str = "tcp") -> Reach:
    """Whether whoever is at the source can connect to a port of the target.

    Each subnet of both counts: whoever may be in several is in any of them. Raises NetworkRefused where the
    answer hangs on a prefix list of AWS's.
    """
    pairs = [(one, other) for one in source.spread() for other in target.spread()]
    stops = [first_of(_steps(account, one, other, Ports(port, port), protocol)) for one, other in pairs]
    return together(stops, f"{source.name} reaches {target.name} at {port}")


def every_pair(
    account: Account, source: Place, target: Place, port: int, protocol: str = "tcp"
) -> Iterator[Pair]:
    """The same for each pair of subnets, with all that stops and not the first alone."""
    for one in source.spread():
        for other in target.spread():
            steps = _steps(account, one, other, Ports(port, port), protocol)
            yield Pair(one, other, tuple(all_of(steps)))


def together(stops: Sequence[Stop | None], fine: str) -> Reach:
    """What comes of several ways, each with what stops it or None; `fine` is for none."""
    found = [stop for stop in stops if stop is not None]
    if not found:
        return Reach(allowed=True, why=fine)
    first = next((stop for stop in found if stop.followed), found[0])
    partly = len(found) < len(stops)
    return Reach(allowed=False, why=first.why, partly=partly, followed=first.followed, stop=first)


def _steps(account: Account, source: Place, target: Place, ports: Ports, protocol: str) -> Iterator[Step]:
    """What a connection between two places in no more than a subnet each has to pass."""
    if not resolves_names(account, source):
        why = f"{source.vpc_id} of {source.name} has enableDnsSupport off, so no name is resolved there"
        yield lambda: Stop(Kind.NAMES, why, str(source.vpc_id))
    if source.vpc_id is None and target.vpc_id is None:
        return
    if source.vpc_id is None:
        yield from way_in(account, source, target, ports, protocol)
    elif target.vpc_id is None:
        yield lambda: stopped_on_the_way_out(account, source, target, ports, protocol).stop
    else:
        yield from _inside(account, source, target, ports, protocol)


def _inside(account: Account, source: Place, target: Place, ports: Ports, protocol: str) -> Iterator[Step]:
    """From subnet to subnet: the routes, both places' groups, both subnets' ACLs unless they are one."""
    [outer], [inner] = source.subnet_ids, target.subnet_ids
    here, there = network_of(account, outer), network_of(account, inner)
    if here is None or there is None:
        gone = inner if here else outer
        yield lambda: Stop(Kind.SUBNET, f"subnet {gone} is not there", gone)
        return
    flow = Flow(here, there, ports, protocol)
    if source.vpc_id == target.vpc_id:
        yield partial(stopped_by_route, account, source, outer, flow)
    elif _is_public(account, target) and not _is_connected(account, source, outer, flow):
        yield from _over_the_internet(account, source, target, ports, protocol)
        return
    else:
        yield partial(_stopped_between, account, source, target, flow)
    yield partial(stopped_by_groups, account, "egress", source, target, flow)
    yield partial(stopped_by_groups, account, "ingress", target, source, flow)
    if outer != inner:
        yield partial(stopped_by_acls, account, outer, flow, leaves=True)
        yield partial(stopped_by_acls, account, inner, flow, leaves=False)
    if outer != inner and source.vpc_id == target.vpc_id:
        yield partial(stopped_by_route, account, target, inner, flow.answers())


def stopped_by_route(account: Account, source: Place, subnet: str, flow: Flow) -> Stop | None:
    """Why a subnet's table leads packets to its own VPC astray, or None."""
    route = route_to(account, str(source.vpc_id), subnet, flow.target)
    if route and route.active and route.target == LOCAL:
        return None
    where = f"({flow.target}, from {source.name})"
    if route is None:
        table = table_of(account, str(source.vpc_id), subnet)["RouteTableId"]
        return Stop(Kind.ROUTE, f"the route table of subnet {subnet} has no route there {where}", table)
    how = "is not followed" if route.active else "is not there (a blackhole)"
    why = f"route table {route.table} leads to {route.target}, which {how} {where}"
    return Stop(Kind.ROUTE, why, route.table, followed=not route.active)


def _stopped_between(account: Account, source: Place, target: Place, flow: Flow) -> Stop:
    """From VPC to VPC: by a route there and one back, of which nothing is known beyond what they lead to."""
    between = f"{source.name} is in {source.vpc_id} and {target.name} in {target.vpc_id}"
    ways = ((source, flow.target), (target, flow.source))
    for place, network in ways:
        [subnet] = place.subnet_ids
        route = route_to(account, str(place.vpc_id), subnet, network)
        if route is not None and not route.active:
            return Stop(Kind.OTHER_VPC, f"{between}: {route.blackhole}", route.table)
        if route is None or not route.leads_on:
            why = f"{between}, and no route leads from {place.vpc_id} to {network}"
            return Stop(Kind.OTHER_VPC, why, str(place.vpc_id))
        through = route.target
    why = f"{between}, connected by {through}, which is not followed"
    return Stop(Kind.OTHER_VPC, why, through, followed=False)


def _is_connected(account: Account, source: Place, subnet: str, flow: Flow) -> bool:
    """Whether a route of a subnet leads to another VPC, other than over the internet."""
    route = route_to(account, str(source.vpc_id), subnet, flow.target)
    return route is not None and route.leads_on


def _is_public(account: Account, place: Place) -> bool:
    """Left to RDS, an instance is public where its VPC has a gateway."""
    return has_gateway(account, place.vpc_id) if place.public is None else place.public


def _over_the_internet(
    account: Account, source: Place, target: Place, ports: Ports, protocol: str
) -> Iterator[Step]:
    """From another VPC, the name of a public instance leads to its public address: out, and in again."""
    outside = replace(OUTSIDE, name=target.name)
    out = stopped_on_the_way_out(account, source, outside, ports, protocol)
    yield lambda: out.stop
    addresses = addresses_of_nat(account, out.nat) if out.nat else []
    seen = Place.at(addresses[0]) if addresses else OUTSIDE
    yield from way_in(account, seen, target, ports, protocol)

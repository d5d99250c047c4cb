"""Whether a connection from one place to a port of another comes about: groups, ACLs, routes, gateways.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.Scenarios.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.network.acls import stopped_by_acls
from twin.network.flow import Flow, Ports
from twin.network.groups import stopped_by_groups
from twin.network.internet import stopped_on_the_way_in, stopped_on_the_way_out
from twin.network.place import Reach
from twin.network.routes import LOCAL, route_to
from twin.network.subnets import network_of, resolves_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.deployed import Deployed
    from twin.network.place import Place


def reach(deployed: Deployed, source: Place, target: Place, port: int, protocol: str = "tcp") -> Reach:
    """Whether whoever is at the source can connect to a port of the target.

    Each subnet of both counts: whoever may be in several is in any of them. Raises NetworkRefused where the
    answer hangs on a prefix list of AWS's.
    """
    pairs = [(one, other) for one in source.spread() for other in target.spread()]
    stops = [_stopped(deployed, one, other, Ports(port, port), protocol) for one, other in pairs]
    return together(stops, f"{source.name} reaches {target.name} at {port}")


def together(stops: Sequence[str | None], fine: str) -> Reach:
    """What comes of several ways, each with the reason why it is stopped or None; `fine` is for none."""
    reasons = [stop for stop in stops if stop is not None]
    if not reasons:
        return Reach(allowed=True, why=fine)
    return Reach(allowed=False, why=reasons[0], partly=len(reasons) < len(stops))


def _stopped(deployed: Deployed, source: Place, target: Place, ports: Ports, protocol: str) -> str | None:
    """Why a connection between two places in no more than a subnet each is stopped, or None."""
    if not resolves_names(deployed, source):
        return f"{source.vpc_id} of {source.name} has enableDnsSupport off, so no name is resolved there"
    if source.vpc_id is None and target.vpc_id is None:
        return None
    if source.vpc_id is None:
        return stopped_on_the_way_in(deployed, source, target, ports, protocol)
    if target.vpc_id is None:
        return stopped_on_the_way_out(deployed, source, target, ports, protocol).stop
    if source.vpc_id != target.vpc_id:
        return (
            f"{source.name} is in {source.vpc_id} and {target.name} in {target.vpc_id}, "
            "and the twin follows no way from one VPC into another"
        )
    return _stopped_within(deployed, source, target, ports, protocol)


def _stopped_within(
    deployed: Deployed, source: Place, target: Place, ports: Ports, protocol: str
) -> str | None:
    """Within one VPC: its own route, both places' groups, both subnets' ACLs unless they are one."""
    [outer], [inner] = source.subnet_ids, target.subnet_ids
    here, there = network_of(deployed, outer), network_of(deployed, inner)
    if here is None or there is None:
        return f"subnet {inner if here else outer} is not there"
    flow = Flow(here, there, ports, protocol)
    stop = (
        stopped_by_route(deployed, source, outer, flow)
        or stopped_by_groups(deployed, "egress", source, target, flow)
        or stopped_by_groups(deployed, "ingress", target, source, flow)
    )
    if stop or outer == inner:
        return stop
    return (
        stopped_by_acls(deployed, outer, flow, leaves=True)
        or stopped_by_acls(deployed, inner, flow, leaves=False)
        or stopped_by_route(deployed, target, inner, flow.answers())
    )


def stopped_by_route(deployed: Deployed, source: Place, subnet: str, flow: Flow) -> str | None:
    """Why a subnet's table leads packets to its own VPC astray, or None."""
    route = route_to(deployed, str(source.vpc_id), subnet, flow.target)
    if route and route.target == LOCAL:
        return None
    led = f"leads to {route.target}, which the twin does not follow" if route else "has no route there"
    table = f"route table {route.table}" if route else f"the route table of subnet {subnet}"
    return f"{table} {led} ({flow.target}, from {source.name})"

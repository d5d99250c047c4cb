"""Ways between a VPC and the internet: in by a gateway to a public address, out by NAT as well.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twin.network.acls import stopped_by_acls
from twin.network.flow import Flow
from twin.network.groups import stopped_by_groups
from twin.network.place import IPV4, IPV6
from twin.network.routes import route_to
from twin.network.subnets import has_gateway, network_of

if TYPE_CHECKING:
    from twin.deployed import Deployed
    from twin.network.flow import Ports
    from twin.network.place import Network, Place

_GATEWAY = "igw-"
_OUT_ONLY = "eigw-"
_NAT = "nat-"


class WayOut(NamedTuple):
    """Why there is none, or None, and the id of the NAT gateway that it goes through."""

    stop: str | None
    nat: str | None = None


def stopped_on_the_way_in(
    deployed: Deployed, source: Place, target: Place, ports: Ports, protocol: str
) -> str | None:
    """Why somebody on the internet does not reach a place in a subnet, or None."""
    address = source.network
    [subnet] = target.subnet_ids
    # left to RDS, an instance is public where its VPC has a gateway ("CreateDBInstance", RDS API Reference)
    public = has_gateway(deployed, target.vpc_id) if target.public is None else target.public
    if not public:
        return f"{target.name} has no public address: from the internet its name leads to a private one"
    there = network_of(deployed, subnet)
    if address.version != IPV4 or there is None:
        return f"{target.name} has no public address by IPv{address.version}"
    flow = Flow(address, there, ports, protocol)
    return (
        _stopped_before_the_gateway(deployed, target, subnet, address)
        or stopped_by_acls(deployed, subnet, flow, leaves=False)
        or stopped_by_groups(deployed, "ingress", target, source, flow)
    )


def stopped_on_the_way_out(
    deployed: Deployed, source: Place, target: Place, ports: Ports, protocol: str
) -> WayOut:
    """Why a place in a subnet does not reach somebody on the internet, and by which NAT gateway it does."""
    address = target.network
    [subnet] = source.subnet_ids
    here = network_of(deployed, subnet, address.version)
    if here is None or (address.version == IPV6 and not source.ipv6):
        return WayOut(f"{source.name} has no address by IPv{address.version} in subnet {subnet}")
    flow = Flow(here, address, ports, protocol)
    stop = stopped_by_groups(deployed, "egress", source, target, flow) or stopped_by_acls(
        deployed, subnet, flow, leaves=True
    )
    if stop:
        return WayOut(stop)
    route = route_to(deployed, str(source.vpc_id), subnet, address)
    if route is None or not route.active:
        return WayOut(f"subnet {subnet} of {source.name} has no route to the internet")
    if route.target.startswith(_NAT):
        return WayOut(_stopped_at_nat(deployed, route.target, flow), route.target)
    return WayOut(_stopped_at(deployed, source, subnet, address, route.target))


def _stopped_at(deployed: Deployed, source: Place, subnet: str, address: Network, gateway: str) -> str | None:
    """At whatever a route to the internet leads to, other than NAT: who has no public address is stuck."""
    if address.version == IPV6 and gateway.startswith(_OUT_ONLY):
        return None
    if not gateway.startswith(_GATEWAY):
        return f"subnet {subnet} of {source.name} has a route to {gateway}, which the twin does not follow"
    if address.version == IPV4 and not source.public:
        return (
            f"subnet {subnet} of {source.name} has a route to {gateway}, which takes nothing from a private "
            "address; lead it to a NAT gateway"
        )
    return _stopped_before_the_gateway(deployed, source, subnet, address)


def _stopped_before_the_gateway(
    deployed: Deployed, place: Place, subnet: str, address: Network
) -> str | None:
    """Between a subnet and the internet gateway: a route, and that the gateway is attached to the VPC."""
    route = route_to(deployed, str(place.vpc_id), subnet, address)
    if route is None or not route.active or not route.target.startswith(_GATEWAY):
        return f"subnet {subnet} of {place.name} has no route to an internet gateway"
    if not has_gateway(deployed, place.vpc_id, route.target):
        return f"internet gateway {route.target} is not attached to {place.vpc_id}"
    return None


def _stopped_at_nat(deployed: Deployed, nat_id: str, flow: Flow) -> str | None:
    """At a NAT gateway, and between it and the internet; it has no security groups."""
    filters = [{"Name": "nat-gateway-id", "Values": [nat_id]}]
    found = deployed.call("ec2", "describe_nat_gateways", Filters=filters)["NatGateways"]
    if not found or found[0]["State"] != "available":
        return f"NAT gateway {nat_id} is not available"
    nat = found[0]
    if nat.get("ConnectivityType", "public") != "public":
        return f"NAT gateway {nat_id} is private, and leads to no internet"
    subnet, vpc_id = nat["SubnetId"], nat["VpcId"]
    here = network_of(deployed, subnet)
    route = route_to(deployed, vpc_id, subnet, flow.target)
    if here is None or route is None or not route.target.startswith(_GATEWAY):
        return f"subnet {subnet} of NAT gateway {nat_id} has no route to an internet gateway"
    if not has_gateway(deployed, vpc_id, route.target):
        return f"internet gateway {route.target} is not attached to {vpc_id}"
    beyond = Flow(here, flow.target, flow.ports, flow.protocol)
    return stopped_by_acls(deployed, subnet, flow, leaves=False) or stopped_by_acls(
        deployed, subnet, beyond, leaves=True
    )

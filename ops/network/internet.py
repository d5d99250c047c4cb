"""Ways between a VPC and the internet: in by a gateway to a public address, out by NAT as well.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ops.network.acls import stopped_by_acls
from ops.network.flow import Flow
from ops.network.groups import stopped_by_groups
from ops.network.place import IPV4, IPV6
from ops.network.routes import route_to, table_of
from ops.network.stop import Kind, Stop, first_of
from ops.network.subnets import blocked, has_gateway, network_of

if TYPE_CHECKING:
    from ops.network.account import Account
    from ops.network.flow import Ports
    from ops.network.place import Network, Place
    from ops.network.stop import Step

_GATEWAY = "igw-"
_OUT_ONLY = "eigw-"
_NAT = "nat-"
_BLOCKS_BOTH = "block-bidirectional"
_BLOCKS_IN = "block-ingress"


class WayOut(NamedTuple):
    """Why there is none, or None, and the id of the NAT gateway that it goes through."""

    stop: Stop | None
    nat: str | None = None


def way_in(account: Account, source: Place, target: Place, ports: Ports, protocol: str) -> list[Step]:
    """What somebody on the internet has to pass on the way to a place in a subnet."""
    address = source.network
    [subnet] = target.subnet_ids
    # left to RDS, an instance is public where its VPC has a gateway ("CreateDBInstance", RDS API Reference)
    public = has_gateway(account, target.vpc_id) if target.public is None else target.public
    if not public:
        private = f"{target.name} has no public address: from the internet its name leads to a private one"
        return [lambda: Stop(Kind.PRIVATE, private)]
    there = network_of(account, subnet)
    if address.version != IPV4 or there is None:
        lacking = f"{target.name} has no public address by IPv{address.version}"
        return [lambda: Stop(Kind.PRIVATE, lacking)]
    flow = Flow(address, there, ports, protocol)
    return [
        partial(_stopped_before_the_gateway, account, target, subnet, address),
        partial(_blocked, account, subnet, _BLOCKS_BOTH, _BLOCKS_IN),
        partial(stopped_by_acls, account, subnet, flow, leaves=False),
        partial(stopped_by_groups, account, "ingress", target, source, flow),
    ]


def stopped_on_the_way_out(
    account: Account, source: Place, target: Place, ports: Ports, protocol: str
) -> WayOut:
    """Why a place in a subnet does not reach somebody on the internet, and by which NAT gateway it does."""
    address = target.network
    [subnet] = source.subnet_ids
    here = network_of(account, subnet, address.version)
    if here is None or (address.version == IPV6 and not source.ipv6):
        lacking = f"{source.name} has no address by IPv{address.version} in subnet {subnet}"
        return WayOut(Stop(Kind.SUBNET, lacking, subnet))
    flow = Flow(here, address, ports, protocol)
    stop = stopped_by_groups(account, "egress", source, target, flow) or stopped_by_acls(
        account, subnet, flow, leaves=True
    )
    if stop:
        return WayOut(stop)
    route = route_to(account, str(source.vpc_id), subnet, address)
    if route is None:
        lacking = f"subnet {subnet} of {source.name} has no route to the internet"
        return WayOut(
            Stop(Kind.ROUTE, lacking, table_of(account, str(source.vpc_id), subnet)["RouteTableId"])
        )
    if not route.active:
        why = f"subnet {subnet} of {source.name} has no route to the internet that works: {route.blackhole}"
        return WayOut(Stop(Kind.ROUTE, why, route.table))
    if route.target.startswith(_NAT):
        return WayOut(_stopped_at_nat(account, route.target, flow), route.target)
    return WayOut(_stopped_at(account, source, subnet, address, route.target))


def _stopped_at(account: Account, source: Place, subnet: str, address: Network, gateway: str) -> Stop | None:
    """At whatever a route to the internet leads to, other than NAT: who has no public address is stuck."""
    if address.version == IPV6 and gateway.startswith(_OUT_ONLY):
        return None
    if not gateway.startswith(_GATEWAY):
        why = f"subnet {subnet} of {source.name} has a route to {gateway}, which is not followed"
        return Stop(Kind.ROUTE, why, gateway, followed=False)
    if address.version == IPV4 and not source.public:
        why = (
            f"subnet {subnet} of {source.name} has a route to {gateway}, which takes nothing from a private "
            "address; lead it to a NAT gateway"
        )
        return Stop(Kind.ROUTE, why, gateway)
    return _stopped_before_the_gateway(account, source, subnet, address)


def _stopped_before_the_gateway(account: Account, place: Place, subnet: str, address: Network) -> Stop | None:
    """Between a subnet and the internet gateway: a route, and that the gateway is attached to the VPC."""
    route = route_to(account, str(place.vpc_id), subnet, address)
    if route is None or not route.active or not route.target.startswith(_GATEWAY):
        table = route.table if route else table_of(account, str(place.vpc_id), subnet)["RouteTableId"]
        why = f"subnet {subnet} of {place.name} has no route to an internet gateway"
        followed = route is None or not route.leads_on
        return Stop(Kind.ROUTE, why, table, followed=followed)
    return _detached(account, place.vpc_id, route.target)


def _blocked(account: Account, subnet: str, *modes: str) -> Stop | None:
    """By the account, which lets nothing between its subnets and internet gateways."""
    mode = blocked(account, subnet, *modes)
    if mode is None:
        return None
    return Stop(Kind.GATEWAY, f"VPC Block Public Access is {mode} for subnet {subnet}", subnet)


def _detached(account: Account, vpc_id: str | None, gateway: str) -> Stop | None:
    if has_gateway(account, vpc_id, gateway):
        return None
    return Stop(Kind.GATEWAY, f"internet gateway {gateway} is not attached to {vpc_id}", gateway)


def _stopped_at_nat(account: Account, nat_id: str, flow: Flow) -> Stop | None:
    """At a NAT gateway, and between it and the internet; it has no security groups."""
    filters = [{"Name": "nat-gateway-id", "Values": [nat_id]}]
    found = account.call("ec2", "describe_nat_gateways", Filters=filters)["NatGateways"]
    if not found or found[0]["State"] != "available":
        state = f"it is {found[0]['State']}" if found else "there is none"
        return Stop(Kind.GATEWAY, f"NAT gateway {nat_id} is not available: {state}", nat_id)
    nat = found[0]
    if nat.get("ConnectivityType", "public") != "public":
        return Stop(Kind.GATEWAY, f"NAT gateway {nat_id} is private, and leads to no internet", nat_id)
    subnet, vpc_id = nat["SubnetId"], nat["VpcId"]
    here = network_of(account, subnet)
    route = route_to(account, vpc_id, subnet, flow.target)
    if here is None or route is None or not route.active or not route.target.startswith(_GATEWAY):
        why = f"subnet {subnet} of NAT gateway {nat_id} has no route to an internet gateway"
        return Stop(Kind.ROUTE, why, nat_id, followed=route is None or not route.leads_on)
    beyond = Flow(here, flow.target, flow.ports, flow.protocol)
    return first_of(
        [
            partial(_detached, account, vpc_id, route.target),
            partial(_blocked, account, subnet, _BLOCKS_BOTH),
            partial(stopped_by_acls, account, subnet, flow, leaves=False),
            partial(stopped_by_acls, account, subnet, beyond, leaves=True),
        ]
    )


def addresses_of_nat(account: Account, nat_id: str) -> list[str]:
    """The public addresses from which others see what comes through a NAT gateway."""
    filters = [{"Name": "nat-gateway-id", "Values": [nat_id]}]
    found = account.call("ec2", "describe_nat_gateways", Filters=filters)["NatGateways"]
    addresses = (each.get("PublicIp") for nat in found for each in nat.get("NatGatewayAddresses", ()))
    return [str(each) for each in addresses if each]

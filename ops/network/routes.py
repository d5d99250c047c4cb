"""Where a subnet's packets go: by the most specific route of its table, or of its VPC's main one.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from ops.network.account import Account
    from ops.network.place import Network

_CIDRS: Final = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
_TARGETS: Final = (
    "GatewayId",
    "NatGatewayId",
    "EgressOnlyInternetGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
)
LOCAL: Final = "local"
OWN_WAYS: Final = (LOCAL, "igw-", "eigw-", "nat-")
"""How targets begin that are followed; the rest are connections to elsewhere, and appliances."""


class Route(NamedTuple):
    """A route that was found: its table, its target such as `local` or `igw-...`, and whether it works."""

    table: str
    target: str
    active: bool

    @property
    def blackhole(self) -> str:
        """How one that does not work is told of."""
        return f"that of table {self.table} leads to {self.target}, which is not there (a blackhole)"

    @property
    def leads_on(self) -> bool:
        """Whether it works, and leads to what is not followed: a peering connection, an appliance."""
        return self.active and not self.target.startswith(OWN_WAYS)


def table_of(account: Account, vpc_id: str, subnet: str) -> dict[str, Any]:
    """The route table of a subnet: the one that it is associated with, or the VPC's main one."""
    for name, value in (("association.subnet-id", subnet), ("association.main", "true")):
        filters = [{"Name": name, "Values": [value]}, {"Name": "vpc-id", "Values": [vpc_id]}]
        found = account.call("ec2", "describe_route_tables", Filters=filters)["RouteTables"]
        if found:
            table: dict[str, Any] = found[0]
            return table
    return {"RouteTableId": "(none)", "Routes": []}


def route_to(account: Account, vpc_id: str, subnet: str, target: Network) -> Route | None:
    """The route that packets from a subnet to a network take; None if there is none.

    Routes to prefix lists are left out: they lead to services of AWS (ops.network.services).
    """
    table = table_of(account, vpc_id, subnet)
    best: tuple[int, dict[str, Any]] | None = None
    for route in table["Routes"]:
        cidr = next((route[key] for key in _CIDRS if route.get(key)), None)
        if cidr is None:
            continue
        network = ipaddress.ip_network(cidr, strict=False)
        if network.version != target.version or not network.overlaps(target):
            continue
        if best is None or network.prefixlen > best[0]:
            best = (network.prefixlen, route)
    if best is None:
        return None
    found = next((str(best[1][key]) for key in _TARGETS if best[1].get(key)), "nothing")
    return Route(table["RouteTableId"], found, best[1].get("State", "active") == "active")

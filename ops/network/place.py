"""Where something is in the network: in some subnets of a VPC, with security groups, or outside any VPC."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from ops.network.errors import NetworkRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

    from ops.network.stop import Stop

Network: TypeAlias = "IPv4Network | IPv6Network"
IPV4: Final = 4
IPV6: Final = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A function, a database instance, or somebody who is in no VPC.

    >>> Place.of_function({"FunctionName": "f", "VpcConfig": {"VpcId": ""}}) == OUTSIDE
    True
    """

    name: str
    """What sentences call it, such as `function miyabi-api`."""
    vpc_id: str | None = None
    subnet_ids: tuple[str, ...] = ()
    """Each is one in which it may be."""
    group_ids: tuple[str, ...] = ()
    public: bool | None = False
    """Whether it has a public address besides; None where that was left to RDS."""
    address: str | None = None
    """Where it is when it is in no VPC."""
    ipv6: bool = False
    """Whether it has an IPv6 address of its subnet."""
    prefix_list_id: str | None = None
    """What rules and routes may name it by, if it is a service behind a gateway endpoint."""

    @classmethod
    def of_function(cls, configuration: Mapping[str, Any]) -> Place:
        """Of a function or a version by its configuration, as GetFunctionConfiguration tells it.

        One without subnets is in a VPC of Lambda's own, from where the internet is reached.
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
        """
        vpc: Mapping[str, Any] = configuration.get("VpcConfig") or {}
        if not vpc.get("SubnetIds"):
            return OUTSIDE
        return cls(
            f"function {configuration['FunctionName']}",
            vpc["VpcId"],
            tuple(vpc["SubnetIds"]),
            tuple(vpc.get("SecurityGroupIds", ())),
            ipv6=bool(vpc.get("Ipv6AllowedForDualStack")),
        )

    @classmethod
    def of_database(cls, instance: Mapping[str, Any]) -> Place:
        """Of an instance, as DescribeDBInstances tells it; raises NetworkRefused for one without subnets.

        Of its subnet group, the subnets count that lie in its zone or its standby's; all, if none is told.
        """
        name = f"database {instance['DBInstanceIdentifier']}"
        group = instance.get("DBSubnetGroup")
        if not group:
            raise NetworkRefused(name, "has no subnet group", "give it one by DBSubnetGroupName")
        zones = {instance.get("AvailabilityZone")}
        if instance.get("MultiAZ"):
            zones.add(instance.get("SecondaryAvailabilityZone"))
        subnets = {one["SubnetIdentifier"]: one["SubnetAvailabilityZone"]["Name"] for one in group["Subnets"]}
        standing = tuple(subnet for subnet, zone in subnets.items() if zone in zones)
        return cls(
            name,
            group["VpcId"],
            tuple(subnets) if None in zones or not standing else standing,
            tuple(one["VpcSecurityGroupId"] for one in instance.get("VpcSecurityGroups", ())),
            public=instance.get("PubliclyAccessible"),
            ipv6=instance.get("NetworkType") == "DUAL",
        )

    @classmethod
    def at(cls, address: str) -> Place:
        """Somebody on the internet at a public address, by IPv4 or IPv6; raises ValueError for none."""
        return cls(f"{ipaddress.ip_address(address)} on the internet", address=address)

    @property
    def network(self) -> Network:
        """The address of a place that is in no VPC."""
        return ipaddress.ip_network(str(self.address))

    def spread(self) -> tuple[Self, ...]:
        """The same in each of its subnets alone: where one execution environment may be."""
        return tuple(replace(self, subnet_ids=(subnet,)) for subnet in self.subnet_ids) or (self,)


OUTSIDE: Final = Place("the internet", address="203.0.113.77")
"""Anybody on the internet, and functions outside of any VPC: an address that no rule has in mind by itself.

It is kept free for documents. https://www.rfc-editor.org/rfc/rfc5737
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a connection comes about, and one sentence for it, without a capital and a full stop."""

    allowed: bool
    """From and to each subnet that may be meant."""
    why: str
    partly: bool = False
    """Not allowed, and yet it comes about between some of the subnets: at AWS, now and then."""
    through: str | None = None
    """The id of an endpoint or a NAT gateway that it goes through."""
    followed: bool = True
    """Whether that is known; not allowed and not followed is what hangs on something not looked into."""
    stop: Stop | None = field(default=None, compare=False)
    """What stops it."""

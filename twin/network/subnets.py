"""Subnets and gateways of a VPC, as they are read back."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from twin.network.place import IPV4

if TYPE_CHECKING:
    from twin.deployed import Deployed
    from twin.network.place import Network, Place


def network_of(deployed: Deployed, subnet: str, version: int = IPV4) -> Network | None:
    """The addresses of a subnet by IPv4 or IPv6; None if it has none such, or is not there."""
    filters = [{"Name": "subnet-id", "Values": [subnet]}]
    for found in deployed.call("ec2", "describe_subnets", Filters=filters)["Subnets"]:
        if version == IPV4:
            return ipaddress.ip_network(found["CidrBlock"])
        for block in found["Ipv6CidrBlockAssociationSet"]:
            return ipaddress.ip_network(block["Ipv6CidrBlock"])
    return None


def has_gateway(deployed: Deployed, vpc_id: str | None, gateway: str | None = None) -> bool:
    """Whether an internet gateway, or the one of that id, is attached to a VPC."""
    filters = [{"Name": "attachment.vpc-id", "Values": [str(vpc_id)]}]
    found = deployed.call("ec2", "describe_internet_gateways", Filters=filters)["InternetGateways"]
    return any(gateway in (None, one["InternetGatewayId"]) for one in found)


def resolves_names(deployed: Deployed, place: Place) -> bool:
    """Whether a place's VPC has AWS's DNS; without it no name leads anywhere.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
    """
    if place.vpc_id is None:
        return True
    attribute: dict[str, Any] = deployed.call(
        "ec2", "describe_vpc_attribute", VpcId=place.vpc_id, Attribute="enableDnsSupport"
    )
    return bool(attribute["EnableDnsSupport"]["Value"])

"""Subnets and gateways of a VPC, as they are read back."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from ops.network.place import IPV4

if TYPE_CHECKING:
    from ops.network.account import Account
    from ops.network.place import Network, Place


def network_of(account: Account, subnet: str, version: int = IPV4) -> Network | None:
    """The addresses of a subnet by IPv4 or IPv6; None if it has none such, or is not there."""
    filters = [{"Name": "subnet-id", "Values": [subnet]}]
    for found in account.call("ec2", "describe_subnets", Filters=filters)["Subnets"]:
        if version == IPV4:
            return ipaddress.ip_network(found["CidrBlock"]) if found.get("CidrBlock") else None
        for block in found.get("Ipv6CidrBlockAssociationSet", ()):
            return ipaddress.ip_network(block["Ipv6CidrBlock"])
    return None


def blocked(account: Account, subnet: str, *modes: str) -> str | None:
    """Which of these modes the account's block of public access has for a subnet; None for none of them.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
    """
    filters = [{"Name": "subnet-id", "Values": [subnet]}]
    for found in account.call("ec2", "describe_subnets", Filters=filters)["Subnets"]:
        mode = (found.get("BlockPublicAccessStates") or {}).get("InternetGatewayBlockMode")
        return str(mode) if mode in modes else None
    return None


def has_gateway(account: Account, vpc_id: str | None, gateway: str | None = None) -> bool:
    """Whether an internet gateway, or the one of that id, is attached to a VPC."""
    filters = [{"Name": "attachment.vpc-id", "Values": [str(vpc_id)]}]
    found = account.call("ec2", "describe_internet_gateways", Filters=filters)["InternetGateways"]
    return any(gateway in (None, one["InternetGatewayId"]) for one in found)


def resolves_names(account: Account, place: Place) -> bool:
    """Whether a place's VPC has AWS's DNS; without it no name leads anywhere.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
    """
    return place.vpc_id is None or _attribute(account, place.vpc_id, "enableDnsSupport")


def gives_names(account: Account, vpc_id: str) -> bool:
    """Whether a VPC has DNS hostnames, by the same page."""
    return _attribute(account, vpc_id, "enableDnsHostnames")


def _attribute(account: Account, vpc_id: str, name: str) -> bool:
    told = account.call("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute=name)
    return bool(told[name[0].upper() + name[1:]]["Value"])

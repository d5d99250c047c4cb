"""Which addresses subnets span, and whether a rule's meet them; what is unknown meets everything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any, TypeAlias

from cfn.values import many

if TYPE_CHECKING:
    from cfn.deployment import Deployment

Network: TypeAlias = IPv4Network | IPv6Network

# IP version, the subnet's property that states its block, and the one that takes it from a pool instead.
_FAMILIES = ((4, "CidrBlock", "Ipv4IpamPoolId"), (6, "Ipv6CidrBlock", "Ipv6IpamPoolId"))


@dataclass(frozen=True, slots=True)
class Extent:
    """Networks that something lies in, and the IP versions for which they are not known."""

    networks: tuple[Network, ...] = ()
    unknown: frozenset[int] = frozenset()

    def meets(self, addresses: Any) -> bool:
        """Whether a CIDR holds an address of the extent; a prefix list or an Unknown always may."""
        network = network_of(addresses)
        if network is None:
            return True
        if network.is_loopback:
            return False
        return network.version in self.unknown or any(_overlap(network, own) for own in self.networks)


ANYWHERE = Extent(unknown=frozenset({4, 6}))
"""The extent of what lies in subnets that no template makes."""


def extent_of(deployment: Deployment, subnets: Any) -> Extent:
    """What a property that names one or several subnets spans."""
    resources = [deployment.resource(subnet) for subnet in many(subnets)]
    networks: list[Network] = []
    unknown: set[int] = set()
    for subnet in resources:
        if subnet is None:
            return ANYWHERE
        for version, block, pool in _FAMILIES:
            stated = deployment.get(subnet, block)
            network = network_of(stated)
            if network:
                networks.append(network)
            elif stated is not None or deployment.get(subnet, pool) is not None:
                unknown.add(version)
    return Extent(tuple(networks), frozenset(unknown)) if resources else ANYWHERE


def network_of(addresses: Any) -> Network | None:
    """A CIDR as a network; None for a prefix list, or for what is unknown."""
    return _parsed(addresses) if isinstance(addresses, str) else None


def is_loopback(addresses: Any) -> bool:
    """Whether a CIDR holds nobody else: 127.0.0.1/32 is written to displace the allow-all default."""
    network = network_of(addresses)
    return network is not None and network.is_loopback


@lru_cache(maxsize=1024)
def _parsed(addresses: str) -> Network | None:
    try:
        return ip_network(addresses, strict=False)
    except ValueError:
        return None


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)

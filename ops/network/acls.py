"""What network ACLs let through: the first rule that is about a packet decides, and answers are packets too.

https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.network.flow import Ports, ports_of, same_protocol
from ops.network.stop import Kind, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.network.account import Account
    from ops.network.flow import Flow
    from ops.network.place import Network


LAST: Final = 32767
"""The number by which EC2's API tells of the rule `*`."""


@dataclass(frozen=True, slots=True)
class Packets:
    """Packets that differ in their address and their port alone."""

    network: Network
    ports: Ports

    def meet(self, other: Packets) -> Packets | None:
        """Those that are in both."""
        first, last = max(self.ports.first, other.ports.first), min(self.ports.last, other.ports.last)
        if first > last or self.network.version != other.network.version:
            return None
        # two networks are one within the other, or have nothing in common
        smaller, larger = sorted((self.network, other.network), key=lambda one: -one.prefixlen)
        if not smaller.subnet_of(larger):  # type: ignore[arg-type]  # same version
            return None
        return Packets(smaller, Ports(first, last))

    def without(self, part: Packets) -> Iterator[Packets]:
        """Those that are not in a part of them."""
        if self.ports.first < part.ports.first:
            yield Packets(self.network, Ports(self.ports.first, part.ports.first - 1))
        if part.ports.last < self.ports.last:
            yield Packets(self.network, Ports(part.ports.last + 1, self.ports.last))
        if part.network != self.network:
            for rest in self.network.address_exclude(part.network):  # type: ignore[arg-type]  # same version
                yield Packets(rest, part.ports)


def stopped_by_acls(account: Account, subnet: str, flow: Flow, *, leaves: bool) -> Stop | None:
    """Why a subnet's ACL stops a flow that leaves or enters it, or the answers to it; None if it does not."""
    found = account.call(
        "ec2", "describe_network_acls", Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )["NetworkAcls"]
    if not found:
        return Stop(Kind.SUBNET, f"subnet {subnet} is not there", subnet)
    acl = found[0]
    for packets, egress, called in (
        (flow, leaves, "what it asks"),
        (flow.answers(), not leaves, "the answers"),
    ):
        number = _stopping_number(acl["Entries"], packets, egress=egress)
        if number is not None:
            way = "out of" if egress else "into"
            ports = "-".join(map(str, sorted(set(packets.ports))))
            acl_id = acl["NetworkAclId"]
            rule = _named(number)
            why = f"{rule} of network ACL {acl_id} denies {called} {way} subnet {subnet} (port {ports})"
            return Stop(Kind.ACL, why, acl_id, flow=packets, egress=egress, number=number)
    return None


def stopping_rule(entries: Iterable[dict[str, Any]], flow: Flow, *, egress: bool) -> str | None:
    """The first rule that denies any packet of a flow, such as `rule 90`; None if all come through.

    What no rule is about is denied by the last, which has `*` for a number.
    """
    number = _stopping_number(entries, flow, egress=egress)
    return None if number is None else _named(number)


def _named(number: int) -> str:
    return "rule *" if number == LAST else f"rule {number}"


def _stopping_number(entries: Iterable[dict[str, Any]], flow: Flow, *, egress: bool) -> int | None:
    network = flow.target if egress else flow.source
    return stopping_number(entries, network, flow.ports, flow.protocol, egress=egress)


def stopping_number(
    entries: Iterable[dict[str, Any]], network: Network, ports: Ports, protocol: str = "tcp", *, egress: bool
) -> int | None:
    """The number of the first rule that denies any packet to or from a network; None if all come through."""
    left = [Packets(network, ports)]
    for entry in sorted(entries, key=lambda one: int(one["RuleNumber"])):
        if entry["Egress"] != egress or not same_protocol(entry["Protocol"], protocol):
            continue
        remaining: list[Packets] = []
        for packets in left:
            met = packets.meet(_packets_of(entry))
            if met is None:
                remaining.append(packets)
            elif entry["RuleAction"] == "deny":
                return int(entry["RuleNumber"])
            else:
                remaining += packets.without(met)
        left = remaining
    return LAST if left else None


def _packets_of(entry: dict[str, Any]) -> Packets:
    network = ipaddress.ip_network(entry.get("CidrBlock") or entry["Ipv6CidrBlock"], strict=False)
    return Packets(network, ports_of(entry["Protocol"], entry.get("PortRange") or {}, "From", "To"))

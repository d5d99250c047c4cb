"""What flows: from one network to a port of another, by one protocol."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.network.place import Network

_NUMBERS: Final[Mapping[str, str]] = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"}
_EVERY_PROTOCOL: Final = ("-1", "all")


class Ports(NamedTuple):
    """The first and the last of some ports."""

    first: int
    last: int


EPHEMERAL: Final = Ports(1024, 65535)
"""Where answers come in.

https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html
"""
EVERY_PORT: Final = Ports(0, 65535)


@dataclass(frozen=True, slots=True)
class Flow:
    """Packets of one direction; all that each end may be is meant."""

    source: Network
    target: Network
    ports: Ports
    """Ports of the target."""
    protocol: str = "tcp"

    def answers(self) -> Flow:
        """What comes back."""
        return replace(self, source=self.target, target=self.source, ports=EPHEMERAL)


def same_protocol(rule: str, protocol: str) -> bool:
    """Whether a rule, which may have a protocol's number or `-1` for all, is about the protocol."""
    rule = rule.lower()
    return rule in _EVERY_PROTOCOL or _NUMBERS.get(rule, rule) == _NUMBERS.get(protocol, protocol)


def ports_of(protocol: str, rule: Mapping[str, Any], first: str, last: str) -> Ports:
    """Ports of a rule, by the names of its two ends: all, where they are left out or -1.

    Ports beside the protocol `-1` mean nothing: it "allows traffic on all ports, regardless of any port range
    you specify". https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    start, end = rule.get(first), rule.get(last)
    if protocol.lower() in _EVERY_PROTOCOL or start is None or end is None or start == -1:
        return EVERY_PORT
    return Ports(int(start), int(end))

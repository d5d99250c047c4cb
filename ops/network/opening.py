"""Which entries open network ACLs: all that is denied, both ways, by numbers that are free.

An ACL keeps no state, so that what is asked and what is answered both need a rule, at both subnets. The rule
with the lowest number that is about a packet decides: one that opens has a lower number than what denies.
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ops.network.acls import LAST, stopping_number
from ops.network.flow import Ports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ops.network.flow import Flow
    from ops.network.place import Network
    from ops.network.stop import Stop

STEP: Final = 10
"""Between the numbers of an ACL's entries, as the console proposes them."""


@dataclass(frozen=True, slots=True, order=True)
class Lack:
    """Packets that an ACL is to let through: out of its subnets where `egress`, else into them."""

    egress: bool
    ports: Ports
    network: Network

    @classmethod
    def of(cls, flow: Flow, *, egress: bool) -> Lack:
        """What a flow needs at the end that it leaves, or comes to."""
        return cls(egress, flow.ports, flow.target if egress else flow.source)


@dataclass(frozen=True, slots=True)
class Opening:
    """An entry to be made, or where nothing has a lower number (`lack` is None), one to be taken away."""

    acl: str
    egress: bool
    number: int
    lack: Lack | None = None


def lacks(stop: Stop, port: int) -> Iterator[Lack]:
    """What an ACL that stops a connection to a port is to let through: of what is asked, the answers too."""
    if stop.flow is None:
        return
    yield Lack.of(stop.flow, egress=stop.egress)
    if stop.flow.ports == Ports(port, port):
        yield Lack.of(stop.flow.answers(), egress=not stop.egress)


def openings(acl: str, entries: Iterable[Mapping[str, Any]], wanted: Iterable[Lack]) -> Iterator[Opening]:
    """The fewest changes of an ACL's entries by which all that is wanted comes through."""
    for egress, found in groupby(sorted(set(wanted)), key=attrgetter("egress")):
        own = [dict(each) for each in entries if each["Egress"] == egress]
        for _, alike in groupby(found, key=attrgetter("ports")):
            yield from _opened(acl, own, list(alike))


def _opened(acl: str, entries: list[dict[str, Any]], alike: list[Lack]) -> Iterator[Opening]:
    """The changes for packets of one direction and the same ports, each of which is made in `entries`."""
    egress = alike[0].egress
    while denied := {each: _denying(entries, each) for each in alike if _denying(entries, each) is not None}:
        below = min(number for number in denied.values() if number is not None)
        number = _free({int(each["RuleNumber"]) for each in entries}, below)
        if number is None:
            entries[:] = [each for each in entries if int(each["RuleNumber"]) != below]
            yield Opening(acl, egress, below)
            continue
        networks = ipaddress.collapse_addresses(each.network for each in denied)  # type: ignore[type-var]  # one version
        lack = replace(alike[0], network=next(iter(networks)))
        entries.append(_entry(number, lack))
        yield Opening(acl, egress, number, lack)


def _denying(entries: Iterable[dict[str, Any]], lack: Lack) -> int | None:
    return stopping_number(entries, lack.network, lack.ports, egress=lack.egress)


def _free(taken: set[int], below: int) -> int | None:
    """A free number below one: the next of tens where only the last rule is after it; None for none."""
    if below == LAST:
        highest = max(taken - {LAST}, default=0)
        below = min((highest // STEP + 1) * STEP + 1, LAST)
    return next((number for number in range(below - 1, 0, -1) if number not in taken), None)


def _entry(number: int, lack: Lack) -> dict[str, Any]:
    """As EC2 tells of it."""
    key = "CidrBlock" if lack.network.version == 4 else "Ipv6CidrBlock"  # noqa: PLR2004  (IP's own)
    return {
        "RuleNumber": number,
        "Egress": lack.egress,
        "Protocol": "6",
        "RuleAction": "allow",
        key: str(lack.network),
        "PortRange": {"From": lack.ports.first, "To": lack.ports.last},
    }

"""Do rules let the connection through: of the function's groups, of the database's, of the network ACLs?"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED
from ops.doctor.checks.network_mending import admitted_at, attach, open_acls, open_egress, open_ingress
from ops.doctor.checks.network_stops import NO_MORE, decided_by, fits, stopped, to_database
from ops.network.stop import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.network import Network
    from ops.doctor.evidence.whole import Evidence
    from ops.network.stop import Stop

WIDE: Final = 22
"""The length of a prefix up to which a range of public addresses may be one of AWS's own."""


@check("NET-005", Effect.FAILS, signs=FAILED, ran=True)
@to_database
def not_let_out(evidence: Evidence) -> Answer:
    """One rule of any of the function's groups is enough."""
    if not evidence.network.is_inside:
        return ruled_out(f"{evidence.network.outside}, so it has no security group")
    return stopped(evidence, (Kind.EGRESS,), open_egress)


@check("NET-001", Effect.FAILS, signs=FAILED, ran=True)
@to_database
def not_let_in(evidence: Evidence) -> Answer:
    """One rule of any of the database's groups is enough."""
    network = evidence.network
    if network.stops(Kind.PRIVATE, Kind.OTHER_VPC):
        return _nobody_let_in(evidence)
    wide = [] if network.is_inside else _wide_ranges(network)
    if wide and network.stops(Kind.INGRESS):
        return unknown(
            f"{network.outside}, so that its address is any of AWS's, and {network.target.name} admits "
            f"{' and '.join(wide[:NO_MORE])}",
            decide=decided_by(evidence),
        )
    return stopped(evidence, (Kind.INGRESS,), open_ingress, also=_admitted(evidence))


@check("NET-006", Effect.FAILS, signs=FAILED, ran=True)
@to_database
def denied_by_acl(evidence: Evidence) -> Answer:
    """Of the function's subnet and of the database's, each both ways."""
    return stopped(evidence, (Kind.ACL,), _opened)


def _opened(evidence: Evidence, stop: Stop) -> Sequence[str]:
    """Whichever it is that stops: all of them at once, or the next would be met, or the next failover."""
    del stop
    network = evidence.network
    return open_acls(evidence, [*network.stops(Kind.ACL), *network.stops_after_failover(Kind.ACL)])


def _wide_ranges(network: Network) -> list[str]:
    """Ranges of public addresses that the database's groups admit, in which a function of AWS's may be."""
    ranges = [ipaddress.ip_network(each, strict=False) for each in admitted_at(network) if "/" in each]
    return [str(each) for each in ranges if each.prefixlen <= WIDE and each.is_global]


def _nobody_let_in(evidence: Evidence) -> Answer:
    """Of a function that is elsewhere for now: whether there is anybody whom the groups admit."""
    network = evidence.network
    name, groups = network.target.name, " and ".join(network.target.group_ids)
    if admitted := admitted_at(network):
        return ruled_out(f"{groups} of {name} admits {' and '.join(admitted)} at {network.port}")
    return proved(
        f"security group {groups} of {name} admits nobody at {network.port}, wherever the function is",
        *attach(evidence),
        explains=fits(evidence),
    )


def _admitted(evidence: Evidence) -> str:
    """Whom the database's groups admit in place of the function: at another port, or under another group."""
    network = evidence.network
    told: list[str] = []
    for group_id in network.target.group_ids:
        group: Any = network.group(group_id)
        if group is None:
            return f" ({group_id} is not there)"
        for rule in group.get("IpPermissions", ()):
            told += _peers(network, rule)
    return f"; it admits {', '.join(told[:NO_MORE])}" if told else "; it admits nobody"


def _peers(network: Network, rule: dict[str, Any]) -> list[str]:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    ports = "at any port" if first in (None, -1) else f"at {first}" if first == last else f"at {first}-{last}"
    named = [str(pair["GroupId"]) for pair in rule.get("UserIdGroupPairs", ()) if pair.get("GroupId")]
    gone = [each for each in named if network.group(each) is None]
    ranges = [str(each["CidrIp"]) for each in rule.get("IpRanges", ())]
    ranges += [str(each["CidrIpv6"]) for each in rule.get("Ipv6Ranges", ())]
    peers = [f"{each} (which is not there)" if each in gone else each for each in named] + ranges
    protocol = "" if rule.get("IpProtocol") in ("tcp", "6", "-1") else f" by {rule.get('IpProtocol')}"
    return [f"{peer} {ports}{protocol}" for peer in peers]

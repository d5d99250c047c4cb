"""What security groups let through: only what a rule names, and the answers to it.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final

from ops.network.errors import NetworkRefused
from ops.network.flow import ports_of, same_protocol
from ops.network.stop import Kind, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.network.account import Account
    from ops.network.flow import Flow
    from ops.network.place import Network, Place

_RULES: Final = {"egress": "IpPermissionsEgress", "ingress": "IpPermissions"}
_SENTENCES: Final = {"egress": "lets it out to", "ingress": "lets in"}


def stopped_by_groups(account: Account, way: str, inside: Place, other: Place, flow: Flow) -> Stop | None:
    """Why the groups of a place stop a flow, or None if one of their rules lets it through.

    Args:
        account: The account.
        way: `egress` for what leaves the place, `ingress` for what comes to it.
        inside: The place whose groups are asked.
        other: The other end, which a rule may name by its groups.
        flow: From its source to its target, whichever of them is inside.

    Raises NetworkRefused where it hangs on a prefix list whose addresses are not known.
    """
    end = flow.target if way == "egress" else flow.source
    about = [
        rule
        for group_id in inside.group_ids
        for rule in _rules(account, group_id, way)
        if _speaks_of(rule, flow)
    ]
    if any(_names(rule, other) for rule in about):
        return None
    ranges = [cidr for rule in about for cidr in _ranges(rule)]
    unknown: list[str] = []
    for listed in (listed for rule in about for listed in _prefix_lists(rule)):
        addresses = _addresses(account, listed)
        ranges += addresses or ()
        unknown += [listed] if addresses is None else ()
    if _within(end, ranges):
        return None
    if unknown:
        raise NetworkRefused(
            f"prefix list {unknown[0]}", "has addresses of AWS's", "name an address or a group in the rule"
        )
    kind = Kind.EGRESS if way == "egress" else Kind.INGRESS
    return Stop(kind, _why(way, inside, other, flow), next(iter(inside.group_ids), ""))


def _why(way: str, inside: Place, other: Place, flow: Flow) -> str:
    groups = " and ".join(inside.group_ids) or "(none)"
    peer = " or ".join(other.group_ids) or other.name
    named = "security groups" if len(inside.group_ids) > 1 else "security group"
    return (
        f"{named} {groups} of {inside.name} has no rule that {_SENTENCES[way]} {peer} at {flow.ports.first}"
    )


def _rules(account: Account, group_id: str, way: str) -> Iterable[dict[str, Any]]:
    """Rules of a group; none of one that is not there."""
    found = account.call(
        "ec2", "describe_security_groups", Filters=[{"Name": "group-id", "Values": [group_id]}]
    )["SecurityGroups"]
    return [rule for group in found for rule in group.get(_RULES[way], ())]


def _speaks_of(rule: dict[str, Any], flow: Flow) -> bool:
    ports = ports_of(rule["IpProtocol"], rule, "FromPort", "ToPort")
    return (
        same_protocol(rule["IpProtocol"], flow.protocol)
        and ports.first <= flow.ports.first
        and flow.ports.last <= ports.last
    )


def _names(rule: dict[str, Any], other: Place) -> bool:
    """Whether the rule names the other end by one of its groups, or by the prefix list of its service."""
    return other.prefix_list_id in _prefix_lists(rule) or any(
        pair.get("GroupId") in other.group_ids for pair in rule.get("UserIdGroupPairs", ())
    )


def _prefix_lists(rule: dict[str, Any]) -> list[str]:
    return [one["PrefixListId"] for one in rule.get("PrefixListIds", ())]


def _ranges(rule: dict[str, Any]) -> Iterator[str]:
    yield from (one["CidrIp"] for one in rule.get("IpRanges", ()))
    yield from (one["CidrIpv6"] for one in rule.get("Ipv6Ranges", ()))


def _within(end: Network, ranges: Iterable[str]) -> bool:
    """Whether all that the other end may be lies in these ranges taken together."""
    networks = [ipaddress.ip_network(one, strict=False) for one in ranges]
    alike = [one for one in networks if one.version == end.version]
    merged = ipaddress.collapse_addresses(alike)  # type: ignore[type-var]  # all of one version
    return any(end.subnet_of(one) for one in merged)  # type: ignore[arg-type]  # same version


def _addresses(account: Account, prefix_list: str) -> list[str] | None:
    """What a prefix list of the account's own holds; None for one of AWS's, which nobody can read here."""
    listed = account.call("ec2", "describe_managed_prefix_lists", PrefixListIds=[prefix_list])["PrefixLists"]
    if not listed or listed[0]["OwnerId"] == "AWS":
        return None
    entries = account.call("ec2", "get_managed_prefix_list_entries", PrefixListId=prefix_list)["Entries"]
    return [entry["Cidr"] for entry in entries]

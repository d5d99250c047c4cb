"""Security groups as rules of one shape, whether written inside the group or as resources of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cfn.template import Resource
from cfn.values import Unknown, many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cfn.deployment import Deployment

GROUP = "AWS::EC2::SecurityGroup"

Direction: TypeAlias = Literal["Ingress", "Egress"]
Identity: TypeAlias = Resource | Unknown | str
"""Who something is: the resource that makes it, else the id or the unknown value that stands for it."""

_GROUP_KEYS = ("SourceSecurityGroupId", "SourceSecurityGroupName", "DestinationSecurityGroupId")
_ADDRESS_KEYS = ("CidrIp", "CidrIpv6", "SourcePrefixListId", "DestinationPrefixListId")
_EVERY_PROTOCOL = ("-1", "all")
_TCP = ("6", "tcp")


@dataclass(frozen=True, slots=True)
class Rule:
    """Lets TCP through between a group and either another group or addresses."""

    group: Identity
    why: str
    ports: tuple[int, int]
    peer: Identity | None = None
    addresses: Any = None
    """A CIDR, a prefix list, or an Unknown; None when the rule names a group."""
    certain: bool = True
    """False when an unknown condition decides whether there is such a rule."""

    def admits(self, port: int) -> bool:
        """Whether the rule is about this port."""
        return self.ports[0] <= port <= self.ports[1]


EVERY_PORT = (0, 65535)
NO_PORT = (1, 0)


def identity(deployment: Deployment, value: Any) -> Identity:
    """The resource behind a value, if a template of the deployment makes it."""
    if isinstance(value, Resource | Unknown):
        return value
    return deployment.resource(value) or str(value)


def is_made_here(group: Identity) -> bool:
    """Whether a template makes the group, so that all of its rules and members are in the templates."""
    return isinstance(group, Resource) and group.type == GROUP


class SecurityGroups:
    """All rules of a deployment, by group."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._ingress = _by_group(self._rules("Ingress"))
        self._egress = _by_group(self._rules("Egress"))

    def ingress(self, groups: Iterable[Identity], port: int) -> list[Rule]:
        """What may come to a port of a member of these groups."""
        return [rule for group in groups for rule in self._ingress.get(group, ()) if rule.admits(port)]

    def egress(self, groups: Iterable[Identity], port: int) -> list[Rule]:
        """What a member of these groups may open at a port: everything, if its group states no egress.

        A group that no template makes, or whose rules are uncertain, is taken to have that default besides.
        """
        return [rule for group in groups for rule in self._egress_of(group) if rule.admits(port)]

    def _egress_of(self, group: Identity) -> list[Rule]:
        stated = self._egress.get(group, [])
        if is_made_here(group) and any(rule.certain for rule in stated):
            return stated
        why = f"{group} states no egress, so everything may leave"
        return [
            *stated,
            *(Rule(group, why, EVERY_PORT, addresses=addresses) for addresses in ("0.0.0.0/0", "::/0")),
        ]

    def _rules(self, direction: Direction) -> Iterator[Rule]:
        for made in self._deployment.resources(GROUP):
            for body in many(self._deployment.get(made, f"SecurityGroup{direction}")):
                yield self._rule(made, body, str(made))
        for resource in self._deployment.resources(f"AWS::EC2::SecurityGroup{direction}"):
            body = self._deployment.properties(resource)
            group = identity(self._deployment, body.get("GroupId", body.get("GroupName")))
            certain = self._deployment.resolver(resource.template.name).exists(resource) is True
            yield replace(self._rule(group, body, str(resource)), certain=certain)

    def _rule(self, group: Identity, body: Any, where: str) -> Rule:
        if isinstance(body, Unknown):
            return Rule(
                group, f"{where} has a rule that is unknown: {body.reason}", EVERY_PORT, addresses=body
            )
        if not isinstance(body, dict):
            return Rule(
                group, f"{where} has a rule that can't be read", EVERY_PORT, addresses=Unknown("no rule")
            )
        why = str(body.get("Description", where))
        peers = [body[key] for key in _GROUP_KEYS if key in body]
        if peers:
            return Rule(group, why, _ports(body), peer=identity(self._deployment, peers[0]))
        addresses = [body[key] for key in _ADDRESS_KEYS if key in body]
        if addresses:
            return Rule(group, why, _ports(body), addresses=addresses[0])
        return Rule(group, why, NO_PORT)  # EC2 takes a rule for nobody and leaves it out


def _by_group(rules: Iterable[Rule]) -> dict[Identity, list[Rule]]:
    by_group: dict[Identity, list[Rule]] = {}
    for rule in rules:
        by_group.setdefault(rule.group, []).append(rule)
    return by_group


def _ports(body: dict[str, Any]) -> tuple[int, int]:
    """TCP ports of a rule; what is unknown or left out counts as open."""
    protocol = body.get("IpProtocol")
    if not isinstance(protocol, str | int) or str(protocol).lower() in _EVERY_PROTOCOL:
        return EVERY_PORT
    if str(protocol).lower() not in _TCP:
        return NO_PORT
    return _port(body.get("FromPort"), EVERY_PORT[0]), _port(body.get("ToPort"), EVERY_PORT[1])


def _port(value: Any, otherwise: int) -> int:
    return int(value) if isinstance(value, str | int) and str(value).isdecimal() else otherwise

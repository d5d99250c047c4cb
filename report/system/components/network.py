"""Networks, and who may reach whom in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfn.values import Reference, many
from report.system.facts import Fact, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from report.system.components.making import Maker
    from report.system.facts import Component

GROUP: Final = "AWS::EC2::SecurityGroup"
VPC: Final = "AWS::EC2::VPC"
SUBNET: Final = "AWS::EC2::Subnet"
NOWHERE: Final = ("127.0.0.1/32", "::1/128")
"""A rule to the host itself lets nothing out; without any, EC2 adds one to everywhere."""
EVERYBODY: Final = {"0.0.0.0/0": "anywhere (0.0.0.0/0)", "::/0": "anywhere (::/0)"}
PEERS: Final = (
    "SourceSecurityGroupId",
    "DestinationSecurityGroupId",
    "CidrIp",
    "CidrIpv6",
    "SourcePrefixListId",
    "DestinationPrefixListId",
)
SERVICES: Final = {"5432": "PostgreSQL (5432)", "443": "HTTPS (443)"}


def networks(maker: Maker) -> Iterator[Component]:
    """Every VPC that a template makes."""
    for vpc in maker.of(VPC):
        subnets = maker.pointing_at(vpc, "VpcId", SUBNET)
        facts = [
            Fact("ID", (maker.told.id(vpc),)),
            *maker.told.fact(vpc, "Addresses", "CidrBlock"),
            Fact("Subnets", tuple(_subnet(maker, one) for one in subnets) or (Value("none here"),)),
        ]
        yield maker.component("Network", "VPC", vpc.logical_id, facts, [vpc, *subnets], layers=("network",))


def _subnet(maker: Maker, subnet: Resource) -> Value:
    found = maker.told.id(subnet)
    cidr = maker.told.text(maker.get(subnet, "CidrBlock"))
    return Value(f"{found.text or subnet.logical_id}, {cidr}")


def groups(maker: Maker) -> Iterator[Component]:
    """Every security group."""
    for group in maker.of(GROUP):
        yield maker.component(
            "Network", "Security group", group.logical_id, _facts(maker, group), [group], layers=("network",)
        )


def _facts(maker: Maker, group: Resource) -> Iterator[Fact]:
    told = maker.told
    yield Fact("ID", (told.id(group),))
    yield Fact("Inbound", tuple(_rules(maker, group, "Ingress", "from")) or (Value("nothing may come in"),))
    yield Fact("Outbound", tuple(_rules(maker, group, "Egress", "to")) or (Value("everything may leave"),))
    vpc = maker.get(group, "VpcId")
    if vpc is not None:
        yield Fact("VPC", (_vpc(maker, vpc),))


def _vpc(maker: Maker, vpc: Any) -> Value:
    made = maker.told.deployment.resource(vpc) if isinstance(vpc, Reference) else None
    found = maker.told.value(vpc, code=True)
    return Value(made.logical_id) if made is not None and not found.is_known else found


def _rules(maker: Maker, group: Resource, direction: str, word: str) -> Iterator[Value]:
    own = [one for one in many(maker.get(group, f"SecurityGroup{direction}")) if isinstance(one, dict)]
    kind = f"AWS::EC2::SecurityGroup{direction}"
    apart = [maker.told.deployment.properties(one) for one in maker.pointing_at(group, "GroupId", kind)]
    found = [*own, *apart]
    for rule in found:
        if any(rule.get(key) in NOWHERE for key in ("CidrIp", "CidrIpv6")):
            if len(found) == 1:
                yield Value("nothing may leave" if direction == "Egress" else "nothing may come in")
            continue
        yield Value(f"{_ports(maker, rule)} {word} {_peer(maker, rule)}")


def _ports(maker: Maker, rule: dict[str, Any]) -> str:
    protocol = maker.told.text(rule.get("IpProtocol", "-1"))
    if protocol == "-1":
        return "everything"
    first, last = maker.told.text(rule.get("FromPort")), maker.told.text(rule.get("ToPort"))
    ports = first if first == last else f"{first} to {last}"
    return SERVICES.get(ports, f"{protocol} {ports}")


def _peer(maker: Maker, rule: dict[str, Any]) -> str:
    found = next((rule[key] for key in PEERS if key in rule), None)
    made = maker.told.deployment.resource(found)
    if made is not None:
        return made.logical_id
    text = maker.told.text(found) if found is not None else "nobody"
    return EVERYBODY.get(text, text)

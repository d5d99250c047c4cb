"""The proof of reachability against packets sent one by one, over systems drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfn.reach import Addresses, Strangers
from tests.cfn.houses import function, group, instance, names, of, reached
from tests.cfn.making import deployment, resource, template
from tests.sampling import examples

if TYPE_CHECKING:
    from cfn import Template


@dataclass(frozen=True)
class Drawn:
    """A rule as it is meant, before it is written into a template in one of many ways."""

    group: str
    direction: str
    ports: tuple[int, int] | None
    peer: str
    protocol: Any
    inline: bool
    as_text: bool

    def lets_through(self, port: int, groups: list[str], address: str) -> bool:
        """Whether a packet to this port passes, its other end being in these groups at this address."""
        fits = self.protocol in (-1, "-1") or (
            self.protocol != "udp" and self.ports is not None and self.ports[0] <= port <= self.ports[1]
        )
        return fits and (
            self.peer in groups or ("/" in self.peer and ip_address(address) in ip_network(self.peer))
        )

    def body(self) -> dict[str, Any]:
        """The rule as CloudFormation wants it."""
        side = "Source" if self.direction == "Ingress" else "Destination"
        peer = {"CidrIp": self.peer} if "/" in self.peer else {f"{side}SecurityGroupId": of(self.peer)}
        first, last = self.ports or (0, 65535)
        ports = (
            {"FromPort": str(first), "ToPort": str(last)}
            if self.as_text
            else {"FromPort": first, "ToPort": last}
        )
        return {"IpProtocol": self.protocol, **ports, **peer}


GROUPS = ["DatabaseOne", "DatabaseTwo", "ActorOne", "ActorTwo"]
CIDRS = [
    "10.0.1.0/24",
    "10.0.2.0/24",
    "10.0.3.0/24",
    "10.0.2.7/32",
    "10.0.0.0/16",
    "0.0.0.0/0",
    "127.0.0.1/32",
]
ADDRESSES = {
    name: [f"10.0.{net}.7", f"10.0.{net}.200"] for name, net in (("One", 1), ("Two", 2), ("Three", 3))
}
RULES = st.lists(
    st.builds(
        Drawn,
        group=st.sampled_from(GROUPS),
        direction=st.sampled_from(["Ingress", "Egress"]),
        ports=st.sampled_from([(5432, 5432), (5000, 6000), (0, 65535), (443, 443)]),
        peer=st.sampled_from(GROUPS + CIDRS),
        protocol=st.sampled_from(["tcp", "tcp", "6", 6, "-1", -1, "udp"]),
        inline=st.booleans(),
        as_text=st.booleans(),
    ),
    min_size=3,
    max_size=10,
)
CARRIED = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2, unique=True)
ACTORS = st.lists(st.tuples(CARRIED, st.sampled_from(["One", "Two", "Three"])), min_size=1, max_size=3)


def written_down(rules: list[Drawn], inside: list[str], actors: list[tuple[list[str], str]]) -> Template:
    """The template of a drawn system."""
    made: dict[str, Any] = {
        name: resource("EC2::Subnet", CidrBlock=f"{addresses[0][:-1]}0/24")
        for name, addresses in ADDRESSES.items()
    }
    made["SubnetGroup"] = resource("RDS::DBSubnetGroup", SubnetIds=[{"Ref": "Three"}])
    made["Database"] = instance(*map(of, inside), DBSubnetGroupName={"Ref": "SubnetGroup"})
    for name in GROUPS:
        inline = [rule for rule in rules if rule.inline and rule.group == name]
        made[name] = group(
            **{
                f"SecurityGroup{direction}": [rule.body() for rule in inline if rule.direction == direction]
                for direction in ("Ingress", "Egress")
            }
        )
    for number, rule in enumerate(rules):
        if not rule.inline:
            made[f"Rule{number}"] = resource(
                f"EC2::SecurityGroup{rule.direction}", GroupId=of(rule.group), **rule.body()
            )
    for number, (carried, subnet) in enumerate(actors):
        made[f"Actor{number}"] = function(*map(of, carried), subnets=[{"Ref": subnet}])
    return template("drawn", **made)


def gets_through(rules: list[Drawn], inside: list[str], outside: list[str], source: str, target: str) -> bool:
    """Whether one packet from one address arrives at another."""
    leaves = any(
        rule.lets_through(5432, inside, target)
        for rule in rules
        if rule.direction == "Egress" and rule.group in outside
    )
    unbound = any(not any(r.direction == "Egress" and r.group == name for r in rules) for name in outside)
    enters = any(
        rule.lets_through(5432, outside, source)
        for rule in rules
        if rule.direction == "Ingress" and rule.group in inside
    )
    return (leaves or unbound) and enters


@settings(max_examples=examples(200, soak=10_000))
@given(RULES, CARRIED, ACTORS)
def test_the_proof_agrees_with_packets_sent_one_by_one(
    rules: list[Drawn], inside: list[str], actors: list[tuple[list[str], str]]
) -> None:
    expected = [
        f"Actor{number}"
        for number, (outside, subnet) in enumerate(actors)
        if any(
            gets_through(rules, inside, outside, source, target)
            for source in ADDRESSES[subnet]
            for target in ADDRESSES["Three"]
        )
    ]
    cidrs = {
        rule.peer
        for rule in rules
        if rule.direction == "Ingress"
        and rule.group in inside
        and "/" in rule.peer
        and rule.peer != "127.0.0.1/32"
        if rule.lets_through(5432, [], rule.peer.partition("/")[0])
    }

    found = reached(deployment(written_down(rules, inside, actors)))

    assert expected == names(found)
    assert cidrs == {source.cidr for source in found if isinstance(source, Addresses)}
    assert not any(isinstance(source, Strangers) for source in found)


@given(RULES, CARRIED, ACTORS)
def test_a_rule_more_never_keeps_anybody_out_who_had_egress_already(
    rules: list[Drawn], inside: list[str], actors: list[tuple[list[str], str]]
) -> None:
    entrance = Drawn(inside[0], "Ingress", (5432, 5432), "10.0.0.0/16", "tcp", inline=False, as_text=False)

    before = names(reached(deployment(written_down(rules, inside, actors))))
    after = names(reached(deployment(written_down([*rules, entrance], inside, actors))))

    assert set(before) <= set(after)

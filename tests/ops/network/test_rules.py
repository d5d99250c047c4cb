"""An ACL as a whole lets through what its rules do packet by packet, and the most specific route is taken."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.network.acls import stopping_rule
from ops.network.flow import EVERY_PORT, Flow, Ports, ports_of

SMALL = ["10.0.0.0/29", "10.0.0.0/30", "10.0.0.4/30", "10.0.0.1/32", "10.0.0.6/31", "0.0.0.0/0"]
PORTS = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: Ports(min(pair), max(pair)))

entries = st.lists(
    st.builds(
        lambda number, action, cidr, ports, protocol: {
            "RuleNumber": number,
            "Egress": False,
            "Protocol": protocol,
            "RuleAction": action,
            "CidrBlock": cidr,
            "PortRange": {"From": ports.first, "To": ports.last},
        },
        st.integers(1, 9),
        st.sampled_from(["allow", "allow", "deny"]),
        st.sampled_from(SMALL),
        PORTS,
        st.sampled_from(["6", "6", "-1", "17"]),
    ),
    max_size=6,
    unique_by=lambda entry: entry["RuleNumber"],
)


def lets_in(rules: list[dict[str, Any]], address: str, port: int) -> bool:
    """What EC2 does with one packet."""
    for rule in sorted(rules, key=lambda one: one["RuleNumber"]):
        inside = ipaddress.ip_address(address) in ipaddress.ip_network(rule["CidrBlock"])
        ports = rule["PortRange"]
        about = rule["Protocol"] == "6" and ports["From"] <= port <= ports["To"]
        if inside and (about or rule["Protocol"] == "-1"):
            return bool(rule["RuleAction"] == "allow")
    return False


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"FromPort": 1, "ToPort": 2, "IpProtocol": "tcp"}, Ports(1, 2)),
        ({"FromPort": 0, "ToPort": 0, "IpProtocol": "tcp"}, Ports(0, 0)),
        ({"FromPort": 1, "ToPort": 2, "IpProtocol": "-1"}, EVERY_PORT),
        ({"FromPort": -1, "ToPort": -1, "IpProtocol": "icmp"}, EVERY_PORT),
        ({"FromPort": 1, "IpProtocol": "tcp"}, EVERY_PORT),
        ({"IpProtocol": "-1"}, EVERY_PORT),
    ],
)
def test_a_rule_for_every_protocol_is_one_for_every_port(rule: dict[str, Any], expected: Ports) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html."""
    assert expected == ports_of(rule["IpProtocol"], rule, "FromPort", "ToPort")


@settings(max_examples=80)
@given(entries, st.sampled_from(SMALL[:-1]), PORTS)
def test_an_acl_lets_a_flow_in_if_it_does_each_packet(
    rules: list[dict[str, Any]], source: str, ports: Ports
) -> None:
    flow = Flow(ipaddress.ip_network(source), ipaddress.ip_network("10.9.0.0/24"), ports)
    packets = [
        (str(address), port)
        for address in ipaddress.ip_network(source)
        for port in range(ports.first, ports.last + 1)
    ]

    expected = all(lets_in(rules, address, port) for address, port in packets)

    assert expected == (stopping_rule(rules, flow, egress=False) is None)

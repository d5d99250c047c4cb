"""Entries that open a network ACL have numbers that are free, and come before whatever denies."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ops.network.acls import LAST, stopping_number
from ops.network.flow import EPHEMERAL, Flow, Ports
from ops.network.opening import Lack, Opening, lacks, openings
from ops.network.stop import Kind, Stop

PORTS = Ports(5432, 5432)
NETWORKS = [IPv4Network(f"10.0.{third}.0/24") for third in range(4)]
HERE, THERE = NETWORKS[:2]
WHOLE = IPv4Network("10.0.0.0/22")


def rule(number: int, action: str, network: str = "0.0.0.0/0", *, egress: bool = True) -> dict[str, Any]:
    return {
        "RuleNumber": number,
        "Egress": egress,
        "Protocol": "-1",
        "RuleAction": action,
        "CidrBlock": network,
    }


def numbers(*entries: dict[str, Any]) -> list[tuple[int, bool]]:
    """The numbers of what is made for one network's packets, and whether each is made and not taken away."""
    wanted = [Lack(egress=True, ports=PORTS, network=HERE)]
    return [(each.number, each.lack is not None) for each in openings("acl", entries, wanted)]


def test_what_nothing_allows_gets_the_next_number_of_tens() -> None:
    last = rule(LAST, "deny")
    assert [(10, True)] == numbers(last)
    assert [(110, True)] == numbers(rule(100, "allow", "10.9.0.0/16"), last)
    assert [(32765, True)] == numbers(rule(32766, "allow", "10.9.0.0/16"), last)


def test_what_is_denied_gets_the_nearest_free_number_before_that() -> None:
    assert [(49, True)] == numbers(rule(50, "deny"), rule(60, "allow"))
    assert [(48, True)] == numbers(rule(49, "allow", "10.9.0.0/16"), rule(50, "deny"))


def test_what_denies_without_a_free_number_before_it_is_taken_away() -> None:
    assert [(1, False)] == numbers(rule(1, "deny"), rule(2, "allow"))
    assert [(1, False), (10, True)] == numbers(rule(1, "deny"), rule(LAST, "deny"))


def test_nothing_is_made_where_all_comes_through() -> None:
    assert [] == numbers(rule(100, "allow"))
    assert [] == list(openings("acl", [rule(1, "deny")], [Lack(egress=False, ports=PORTS, network=HERE)]))[1:]


def test_networks_that_are_one_get_one_entry() -> None:
    wanted = [Lack(egress=True, ports=PORTS, network=each) for each in NETWORKS]
    [made] = openings("acl", [rule(LAST, "deny")], wanted)
    assert Opening("acl", egress=True, number=10, lack=replace(wanted[0], network=WHOLE)) == made


def test_who_may_not_ask_may_not_be_answered_either() -> None:
    asked = Flow(HERE, THERE, PORTS)
    denied = Stop(Kind.ACL, "so", "acl", flow=asked, egress=True, number=LAST)
    answered = Stop(Kind.ACL, "so", "acl", flow=asked.answers(), egress=False, number=LAST)
    back = Lack(egress=False, ports=EPHEMERAL, network=THERE)
    assert [Lack(egress=True, ports=PORTS, network=THERE), back] == list(lacks(denied, PORTS.first))
    assert [back] == list(lacks(answered, PORTS.first))
    assert [] == list(lacks(Stop(Kind.ACL, "so"), PORTS.first))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 60),
            st.sampled_from(["allow", "deny"]),
            st.sampled_from(["0.0.0.0/0", "10.0.0.0/23", "10.0.1.0/24", "10.0.0.128/25"]),
            st.booleans(),
        ),
        max_size=8,
        unique_by=lambda drawn: (drawn[0], drawn[3]),
    ),
    st.sets(st.sampled_from(NETWORKS), min_size=1),
)
def test_after_what_is_made_everything_comes_through(
    drawn: list[tuple[int, str, str, bool]], networks: set[IPv4Network]
) -> None:
    entries = [rule(number, action, network, egress=way) for number, action, network, way in drawn]
    wanted = [
        Lack(egress=way, ports=ports, network=each)
        for each in networks
        for way, ports in ((True, PORTS), (False, EPHEMERAL))
    ]
    for made in openings("acl", entries, wanted):
        same = [one for one in entries if (one["RuleNumber"], one["Egress"]) == (made.number, made.egress)]
        if made.lack is None:
            entries.remove(*same)
        else:
            assert [] == same
            entries.append(rule(made.number, "allow", str(made.lack.network), egress=made.egress))
    assert {None} == {
        stopping_number(entries, each.network, each.ports, egress=each.egress) for each in wanted
    }

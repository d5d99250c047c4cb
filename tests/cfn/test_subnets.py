"""Fn::Cidr divides a block of addresses as AWS does."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn import TemplateInvalid, Unknown
from tests.cfn.resolving import resolve

IPV6 = {"Fn::Select": [0, {"Fn::GetAtt": ["Database", "Ipv6CidrBlocks"]}]}


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (["10.0.0.0/16", 3, 8], ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
        (
            ["192.168.0.0/24", "6", "5"],
            [f"192.168.0.{address}/27" for address in (0, 32, 64, 96, 128, 160)],
        ),
        (["10.0.0.0/24", 1, 8], ["10.0.0.0/24"]),
        (["10.1.2.3/16", 1, 4], ["10.1.0.0/28"]),
        (["2001:db8:0:100::/56", 2, 64], ["2001:db8:0:100::/64", "2001:db8:0:101::/64"]),
        (
            [{"Fn::Sub": "10.${Size}.0.0/16"}, {"Fn::Length": {"Ref": "Ports"}}, 13],
            ["10.20.0.0/19", "10.20.32.0/19"],
        ),
    ],
)
def test_blocks_follow_each_other_from_the_first(argument: Any, expected: list[str]) -> None:
    assert expected == resolve({"Fn::Cidr": argument})


@given(st.integers(0, 2**32 - 1), st.integers(8, 28), st.integers(1, 256), st.integers(2, 24))
def test_blocks_are_the_subnets_of_their_block(address: int, prefix: int, count: int, bits: int) -> None:
    block = ip_network((address, prefix), strict=False)
    if count * 2**bits > block.num_addresses:
        return

    found = resolve({"Fn::Cidr": [str(block), count, bits]})

    assert found == [
        str(each) for each, _ in zip(block.subnets(new_prefix=32 - bits), range(count), strict=False)
    ]


@pytest.mark.parametrize(
    "argument", [[IPV6, 2, 64], ["10.0.0.0/16", 2, {"Ref": "Nobody"}], ["10.0.0.0/16", 2]]
)
def test_blocks_of_what_is_unknown_are_as_many_unknowns(argument: Any) -> None:
    first, second = resolve({"Fn::Cidr": argument})

    assert first != second
    assert {type(first), type(second)} == {Unknown}


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ([], "a list of 0 stands where a list of 3 is needed"),
        ("10.0.0.0/16", "a text stands where a list of 3 is needed"),
        (["10.0.0.0/16", 0, 8], "the count is 0; give a whole number from 1 to 256"),
        (["10.0.0.0/16", 257, 8], "the count is 257"),
        (["10.0.0.0/16", "many", 8], "the count is many"),
        (["10.0.0.0/16", {"a": 1}, 8], "the count is a mapping"),
        (["10.0.0.0", 1, 8], "10.0.0.0 is no block of addresses"),
        (["ten/16", 1, 8], "ten/16 is no block of addresses"),
        ([7, 1, 8], "7 is no block of addresses"),
        (["10.0.0.0/16", 1, 33], "the bits of each block are 33; give a whole number from 1 to 32"),
        (["10.0.0.0/16", 1, "x"], "the bits of each block are x"),
        (["10.0.0.0/24", 2, 8], "10.0.0.0/24 has no room for 2 blocks of 8 bits"),
    ],
)
def test_what_cannot_be_divided_is_refused(argument: Any, sentence: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        resolve({"Fn::Cidr": argument})

    assert sentence in str(refused.value)

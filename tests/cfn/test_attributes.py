"""An attribute that the template states is known; one that only the living resource has is a Reference."""

from __future__ import annotations

from typing import Any

import pytest

from cfn import CircularReference, Reference, Resolver, TemplateInvalid, Unknown
from tests.cfn.making import resource, template

TEMPLATE = template(
    "network",
    {"Block": {"Type": "String"}},
    Vpc=resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
    Given=resource("EC2::VPC", CidrBlock={"Ref": "Block"}),
    Pooled=resource("EC2::VPC", Ipv4IpamPoolId="pool"),
    Subnet=resource(
        "EC2::Subnet",
        VpcId={"Ref": "Vpc"},
        CidrBlock={"Fn::Select": [1, {"Fn::Cidr": [{"Fn::GetAtt": "Vpc.CidrBlock"}, 2, 8]}]},
        AvailabilityZone="eu-west-1a",
    ),
    Stored=resource("SSM::Parameter", Name="/x", Type="String", Value={"Ref": "Vpc"}),
    Broken=resource("EC2::VPC", CidrBlock={"Ref": "Nobody"}),
)


def get_att(logical_id: str, attribute: str) -> Any:
    return Resolver(TEMPLATE, region="x").resolve({"Fn::GetAtt": [logical_id, attribute]})


@pytest.mark.parametrize(
    ("logical_id", "attribute", "expected"),
    [
        ("Vpc", "CidrBlock", "10.0.0.0/16"),
        ("Vpc", "VpcId", Reference("network", "Vpc", "VpcId")),
        ("Pooled", "CidrBlock", Reference("network", "Pooled", "CidrBlock")),
        ("Subnet", "CidrBlock", "10.0.1.0/24"),
        ("Subnet", "AvailabilityZone", "eu-west-1a"),
        ("Subnet", "VpcId", Reference("network", "Subnet", "VpcId")),
        ("Stored", "Type", "String"),
        ("Stored", "Value", Reference("network", "Vpc")),
        ("Given", "CidrBlock", Unknown("parameter Block of network has no default and was given no value")),
    ],
)
def test_an_attribute_comes_to(logical_id: str, attribute: str, expected: Any) -> None:
    assert expected == get_att(logical_id, attribute)


def test_a_mistake_in_what_is_stated_is_named_where_it_stands() -> None:
    with pytest.raises(TemplateInvalid, match="Resources/Broken/Properties/CidrBlock/Ref: Nobody is neither"):
        get_att("Broken", "CidrBlock")


def test_attributes_that_wait_for_each_other_are_shown_as_a_circle() -> None:
    circle = template(
        A=resource("EC2::VPC", CidrBlock={"Fn::GetAtt": "B.CidrBlock"}),
        B=resource("EC2::VPC", CidrBlock={"Fn::GetAtt": "A.CidrBlock"}),
    )

    with pytest.raises(CircularReference) as refused:
        Resolver(circle, region="x").properties(circle.resources["A"])

    assert refused.value.path == ("B.CidrBlock", "A.CidrBlock", "B.CidrBlock")

"""Whether a subnet can speak to the internet, as its route table says."""

from __future__ import annotations

from typing import Any

import pytest

from cfn import Template, Unknown
from cfn.reach import internet_facing, internet_routes
from tests.cfn.making import deployment, resource, stored, template, written


def network(**more: Any) -> Template:
    """A VPC with a subnet that has a route table of its own."""
    return template(
        "network",
        {"Gateway": {"Type": "String"}},
        Vpc=resource("EC2::VPC"),
        Subnet=resource("EC2::Subnet", VpcId={"Ref": "Vpc"}),
        Bare=resource("EC2::Subnet", VpcId={"Ref": "Vpc"}),
        Table=resource("EC2::RouteTable", VpcId={"Ref": "Vpc"}),
        Association=resource(
            "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Subnet"}, RouteTableId={"Ref": "Table"}
        ),
        InternetGateway=resource("EC2::InternetGateway"),
        VpnGateway=resource("EC2::VPNGateway"),
        Nat=resource("EC2::NatGateway"),
        SubnetParameter=written("/subnet", {"Ref": "Subnet"}),
        **more,
    )


def route(to: str, **target: Any) -> dict[str, Any]:
    key = "DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock"
    return resource("EC2::Route", RouteTableId={"Ref": "Table"}, **{key: to}, **target)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (route("0.0.0.0/0", GatewayId={"Ref": "InternetGateway"}), True),
        (route("0.0.0.0/0", GatewayId={"Fn::GetAtt": "InternetGateway.InternetGatewayId"}), True),
        (route("203.0.113.0/24", GatewayId={"Ref": "InternetGateway"}), True),
        (route("0.0.0.0/0", NatGatewayId={"Ref": "Nat"}), True),
        (route("203.0.113.0/24", NatGatewayId={"Ref": "Nat"}), True),
        (route("2001:db8::/32", EgressOnlyInternetGatewayId="eigw-1"), True),
        (route("::/0", EgressOnlyInternetGatewayId="eigw-1"), True),
        (route("203.0.113.0/24", GatewayId="igw-1"), True),
        (route("203.0.113.0/24", GatewayId={"Ref": "Gateway"}), True),
        (route("0.0.0.0/0", TransitGatewayId="tgw-1"), True),
        (route("192.168.0.0/16", GatewayId={"Ref": "VpnGateway"}), False),
        (route("192.168.0.0/16", GatewayId="vgw-1"), False),
        (route("192.168.0.0/16", VpcPeeringConnectionId="pcx-1"), False),
        (route("0.0.0.0/0", GatewayId="igw-1") | {"Condition": "Never"}, False),
    ],
)
def test_a_subnet_faces_the_internet_by_its_routes(found: dict[str, Any], *, expected: bool) -> None:
    made = network(Way=found)
    made.body["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}

    assert internet_facing(deployment(made), made.resources["Subnet"]) is expected
    assert internet_facing(deployment(made), made.resources["Bare"]) is False


def test_the_routes_that_lead_out_are_named() -> None:
    made = network(
        Way=route("0.0.0.0/0", NatGatewayId={"Ref": "Nat"}), Local=route("10.1.0.0/16", InstanceId="i-1")
    )

    assert internet_routes(deployment(made), made.resources["Subnet"]) == [made.resources["Way"]]


def test_a_table_without_routes_leads_nowhere() -> None:
    made = network()

    assert internet_facing(deployment(made), made.resources["Subnet"]) is False


def test_a_subnet_may_be_named_by_a_value_of_another_stack() -> None:
    made = network(Way=route("0.0.0.0/0", NatGatewayId={"Ref": "Nat"}))
    service = template(
        "service", {"Subnet": stored("/subnet")}, Topic=resource("SNS::Topic", X={"Ref": "Subnet"})
    )
    system = deployment(made, service)

    assert internet_facing(system, system.get(service.resources["Topic"], "X")) is True


def test_an_adopted_subnet_is_unknown() -> None:
    system = deployment(network())

    assert internet_facing(system, "subnet-1") == Unknown(
        "the route table of subnet subnet-1 is not made by a template"
    )
    assert isinstance(internet_facing(system, Unknown("somewhere")), Unknown)


def test_a_new_subnet_of_an_adopted_vpc_has_that_vpcs_unknown_main_table() -> None:
    made = template("network", Subnet=resource("EC2::Subnet", VpcId="vpc-1"))

    assert isinstance(internet_facing(deployment(made), made.resources["Subnet"]), Unknown)


def test_a_new_subnet_of_an_adopted_vpc_with_a_table_of_its_own_is_known() -> None:
    made = template(
        "network",
        Subnet=resource("EC2::Subnet", VpcId="vpc-1"),
        Table=resource("EC2::RouteTable", VpcId="vpc-1"),
        Association=resource(
            "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Subnet"}, RouteTableId={"Ref": "Table"}
        ),
    )

    assert internet_facing(deployment(made), made.resources["Subnet"]) is False


def test_an_adopted_table_may_have_more_routes_than_the_templates_add() -> None:
    made = template(
        "network",
        Association=resource("EC2::SubnetRouteTableAssociation", SubnetId="subnet-1", RouteTableId="rtb-1"),
        Other=resource("EC2::SubnetRouteTableAssociation", SubnetId="subnet-2", RouteTableId="rtb-2"),
        Way=resource(
            "EC2::Route", RouteTableId="rtb-2", DestinationCidrBlock="0.0.0.0/0", NatGatewayId="nat-1"
        ),
    )

    assert isinstance(internet_facing(deployment(made), "subnet-1"), Unknown)
    assert internet_facing(deployment(made), "subnet-2") is True

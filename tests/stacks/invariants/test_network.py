"""Every rule about the VPC and its subnets notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
GATEWAY = {"GatewayId": {"Ref": "Gateway"}}
NAT = {"NatGatewayId": "nat-0123456789abcdef0"}
TABLE = {"Ref": "DatabaseRouteTable"}


def _network(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "network", path, wrong, *rules)


_network("Vpc/EnableDnsSupport", [REMOVED, UNKNOWN, False], "MIYABI.NET.6")
_network("Vpc/EnableDnsHostnames", [REMOVED, UNKNOWN, False], "MIYABI.NET.6")
_network("Vpc/CidrBlock", [REMOVED, UNKNOWN, "10.20.0.0/24", "nowhere"], "MIYABI.NET.7")
_network("DatabaseSubnet1/MapPublicIpOnLaunch", [REMOVED, UNKNOWN, True], "EC2.15")
_network(
    "DatabaseSubnet1/CidrBlock",
    [REMOVED, UNKNOWN, "10.21.0.0/24", "10.20.17.0/25", "10.20.0.0/18", "::/64"],
    "MIYABI.NET.7",
)
_network("FunctionSubnet2/AvailabilityZoneId", [REMOVED, UNKNOWN, "use1-az1"], "MIYABI.NET.8", "Lambda.5")
_network("!FlowLog", [REMOVED], "EC2.6", "MIYABI.TEMPLATE.7")
_network("!DatabaseSubnet1RouteTable", [REMOVED], "MIYABI.NET.8", "MIYABI.NET.9")
_network("FlowLog/ResourceId", [REMOVED, UNKNOWN, {"Ref": "DatabaseSubnet1"}], "EC2.6")
_network("FlowLog/TrafficType", [REMOVED, UNKNOWN, "ACCEPT"], "EC2.6")
_network(
    "DatabaseSubnet1RouteTable/RouteTableId",
    [REMOVED, UNKNOWN, "rtb-1"],
    "RDS.46",
    "MIYABI.NET.8",
    "MIYABI.NET.9",
)


@breaks(MUTATIONS, "RDS.46", "MIYABI.NET.9", "MIYABI.TEMPLATE.1")
def lead_the_database_to_the_internet(templates: Templates) -> None:
    _add(templates, "Gateway", "AWS::EC2::InternetGateway")
    _add(templates, "Out", "AWS::EC2::Route", RouteTableId=TABLE, DestinationCidrBlock="0.0.0.0/0", **GATEWAY)


@breaks(MUTATIONS, "RDS.46", "MIYABI.NET.9", "MIYABI.TEMPLATE.1")
def lead_the_database_to_a_part_of_the_internet(templates: Templates) -> None:
    _add(templates, "Gateway", "AWS::EC2::InternetGateway")
    _add(
        templates,
        "Out",
        "AWS::EC2::Route",
        RouteTableId=TABLE,
        DestinationCidrBlock="93.184.0.0/16",
        **GATEWAY,
    )


@breaks(MUTATIONS, "MIYABI.NET.9", "MIYABI.TEMPLATE.1")
def lead_the_database_out_through_nat(templates: Templates) -> None:
    _add(templates, "Out", "AWS::EC2::Route", RouteTableId=TABLE, DestinationCidrBlock="0.0.0.0/0", **NAT)


@breaks(
    MUTATIONS,
    "MIYABI.NET.1",
    "MIYABI.NET.5",
    "MIYABI.NET.10",
    "MIYABI.IAM.12",
    "MIYABI.TEMPLATE.6",
    "Lambda.3",
)
def take_the_api_out_of_the_vpc(templates: Templates) -> None:
    del templates["service"]["Resources"]["ApiFunction"]["Properties"]["VpcConfig"]


def _add(templates: Templates, logical_id: str, kind: str, **properties: Any) -> None:
    templates["network"]["Resources"][logical_id] = {"Type": kind, "Properties": properties}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_the_network_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}

    assert {"EC2.6", "EC2.15", "RDS.46", *(f"MIYABI.NET.{number}" for number in range(6, 11))} <= tested

"""Every rule about security groups notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
EVERYBODY = {
    "IpProtocol": "tcp",
    "FromPort": 5432,
    "ToPort": 5432,
    "CidrIp": "0.0.0.0/0",
    "Description": "All",
}


def _network(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "network", path, wrong, *rules)


_network("DatabaseSecurityGroup/VpcId", [REMOVED, UNKNOWN, "vpc-0123456789abcdef0"], "MIYABI.NET.2")
_network("DatabaseSecurityGroup/GroupDescription", [REMOVED, UNKNOWN, " "], "MIYABI.NET.4")
_network("ApiToDatabaseIngress/Description", [REMOVED, UNKNOWN, ""], "MIYABI.NET.4")
_network("ApiToDatabaseEgress/Description", [REMOVED, UNKNOWN, ""], "MIYABI.NET.4")
_network("ApiSecurityGroup/SecurityGroupEgress/0/Description", [REMOVED, ""], "MIYABI.NET.4")
_network("ApiSecurityGroup/SecurityGroupEgress", [REMOVED, []], "MIYABI.NET.3")
_network(
    "ApiSecurityGroup/SecurityGroupEgress",
    [UNKNOWN, ["everything"]],
    "MIYABI.NET.1",
    "MIYABI.NET.3",
    "MIYABI.NET.4",
)
_network(
    "DatabaseSecurityGroup/SecurityGroupIngress",
    [UNKNOWN, ["everything"]],
    "EC2.18",
    "MIYABI.NET.1",
    "MIYABI.NET.4",
)
_network(
    "ApiSecurityGroup/SecurityGroupEgress/0/CidrIp",
    [UNKNOWN, "0.0.0.0/0", "0.0.0.0/1", "nowhere"],
    "MIYABI.NET.3",
)
_network("ApiSecurityGroup/SecurityGroupEgress/0/CidrIpv6", ["::/0", "2000::/3"], "MIYABI.NET.3")
_network("ApiToDatabaseEgress/DestinationPrefixListId", ["pl-63a5400a"], "MIYABI.NET.3")
_network("!MigratorToDatabaseIngress", [REMOVED], "MIYABI.NET.1")
_network("!ApiToDatabaseEgress", [REMOVED], "MIYABI.NET.1")
_network("ApiToDatabaseIngress/SourceSecurityGroupId", [REMOVED, UNKNOWN, "sg-1"], "MIYABI.NET.1")
_network("ApiToDatabaseIngress/GroupId", [REMOVED, UNKNOWN, "sg-1"], "MIYABI.NET.1")
_network("ApiToDatabaseIngress/FromPort", [6432], "MIYABI.NET.1")
_network("ApiToDatabaseEgress/DestinationSecurityGroupId", [REMOVED, UNKNOWN, "sg-1"], "MIYABI.NET.1")
spoils(
    MUTATIONS,
    "database",
    "Database/VPCSecurityGroups",
    [REMOVED, UNKNOWN, [], ["sg-1"]],
    "MIYABI.NET.1",
    "MIYABI.NET.5",
    "MIYABI.TEMPLATE.6",
)
spoils(MUTATIONS, "database", "Database/Port", [UNKNOWN, 6432, "5433"], "MIYABI.NET.1")


@breaks(MUTATIONS, "MIYABI.NET.1", "EC2.18")
def open_the_database_to_the_world(templates: Templates) -> None:
    group = templates["network"]["Resources"]["DatabaseSecurityGroup"]["Properties"]
    group["SecurityGroupIngress"] = [EVERYBODY]


@breaks(MUTATIONS, "MIYABI.NET.1", "EC2.18")
def open_the_database_to_the_world_by_a_rule_of_its_own(templates: Templates) -> None:
    _add(
        templates,
        "Everybody",
        "AWS::EC2::SecurityGroupIngress",
        GroupId={"Ref": "DatabaseSecurityGroup"},
        **EVERYBODY,
    )


@breaks(MUTATIONS, "MIYABI.NET.1", "EC2.18")
def open_the_database_to_half_of_the_world(templates: Templates) -> None:
    half = EVERYBODY | {"CidrIp": "128.0.0.0/1"}
    _add(
        templates, "Half", "AWS::EC2::SecurityGroupIngress", GroupId={"Ref": "DatabaseSecurityGroup"}, **half
    )


@breaks(MUTATIONS, "MIYABI.NET.1", "EC2.18")
def open_the_database_to_the_world_over_ipv6(templates: Templates) -> None:
    group = templates["network"]["Resources"]["DatabaseSecurityGroup"]["Properties"]
    rule = {key: value for key, value in EVERYBODY.items() if key != "CidrIp"}
    group["SecurityGroupIngress"] = [rule | {"CidrIpv6": "::/0"}]


@breaks(MUTATIONS, "MIYABI.NET.1", "EC2.18")
def open_the_database_to_addresses_that_nobody_has_given(templates: Templates) -> None:
    group = templates["network"]["Resources"]["DatabaseSecurityGroup"]["Properties"]
    group["SecurityGroupIngress"] = [EVERYBODY | {"CidrIp": UNKNOWN}]


@breaks(MUTATIONS, "MIYABI.NET.1")
def open_the_database_to_the_vpc(templates: Templates) -> None:
    group = templates["network"]["Resources"]["DatabaseSecurityGroup"]["Properties"]
    group["SecurityGroupIngress"] = [EVERYBODY | {"CidrIp": "10.20.0.0/16"}]


@breaks(MUTATIONS, "EC2.18")
def open_another_port_of_another_group_to_the_world(templates: Templates) -> None:
    group = templates["network"]["Resources"]["MigratorSecurityGroup"]["Properties"]
    group["SecurityGroupIngress"] = [EVERYBODY | {"FromPort": 22, "ToPort": 22}]


@breaks(MUTATIONS, "MIYABI.NET.1", "MIYABI.IAM.11")
def let_the_login_function_join_the_apis_group(templates: Templates) -> None:
    service = templates["service"]["Resources"]
    service["LoginFunction"]["Properties"]["VpcConfig"] = service["ApiFunction"]["Properties"]["VpcConfig"]


@breaks(MUTATIONS, "MIYABI.NET.1", environment="production")
def give_the_database_a_group_of_strangers(templates: Templates) -> None:
    templates["database"]["Resources"]["Database"]["Properties"]["VPCSecurityGroups"].append(
        "sg-0123456789abcdef0"
    )


@breaks(MUTATIONS, "MIYABI.NET.5", "MIYABI.TEMPLATE.7")
def leave_a_group_behind(templates: Templates) -> None:
    group = templates["network"]["Resources"]["ApiSecurityGroup"]["Properties"]
    _add(templates, "ForgottenSecurityGroup", "AWS::EC2::SecurityGroup", **group)


def _add(templates: Templates, logical_id: str, kind: str, **properties: Any) -> None:
    templates["network"]["Resources"][logical_id] = {"Type": kind, "Properties": properties}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_security_groups_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}

    assert {"EC2.18", *(f"MIYABI.NET.{number}" for number in range(1, 6))} <= tested

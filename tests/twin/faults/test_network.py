"""Closing a database takes every rule that lets somebody in at its port, and no other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from twin.aws import keeping
from twin.aws.clients import Aws
from twin.faults.injectors.network import close_database

if TYPE_CHECKING:
    from twin.faults.targets import Targets, World

ACCOUNT = "610600000003"


def rule(protocol: str, first: int = 0, last: int = 0) -> dict[str, Any]:
    """A rule for everybody."""
    ports = {} if protocol == "-1" else {"FromPort": first, "ToPort": last}
    return {"IpProtocol": protocol, **ports, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}


def test_rules_that_cover_the_port_are_revoked_and_come_back() -> None:
    aws = Aws(ACCOUNT, "us-east-1")
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="d")["GroupId"]
    others = [rule("tcp", 80, 443), rule("udp", 5432, 5432), rule("tcp", 5433, 5440)]
    covering = [rule("tcp", 5432, 5432), rule("tcp", 5000, 6000), rule("-1")]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[*others, *covering])

    def left() -> set[tuple[str, int | None]]:
        [found] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        return {(each["IpProtocol"], each.get("FromPort")) for each in found["IpPermissions"]}

    before = left()
    world = cast("World", SimpleNamespace(aws=aws))
    database = {"VpcSecurityGroups": [{"VpcSecurityGroupId": group}], "Endpoint": {"Port": 5432}}
    done = close_database(world, cast("Targets", SimpleNamespace(database=database)))

    assert {("tcp", 80), ("udp", 5432), ("tcp", 5433)} == left()
    assert "(3 rules revoked)" in done.did

    done.undo()

    assert before == left()
    keeping.forget(ACCOUNT)

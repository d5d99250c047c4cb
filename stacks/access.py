"""Security groups that admit nothing until `allow` says so, with a reason on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import ec2

if TYPE_CHECKING:
    from stacks.stack import Stack

NOWHERE = [
    {
        "CidrIp": "127.0.0.1/32",
        "IpProtocol": "-1",
        "Description": "Nowhere, instead of the rule to everywhere that EC2 adds to a group without one",
    }
]


def add_group(stack: Stack, name: str, vpc: Any, purpose: Any, **properties: Any) -> ec2.SecurityGroup:
    """Add a group without any way in or out."""
    return stack.add(
        ec2.SecurityGroup(
            name,
            GroupDescription=purpose,
            VpcId=vpc,
            SecurityGroupEgress=[ec2.SecurityGroupRule(**rule) for rule in NOWHERE],
            **properties,
        )
    )


def allow(stack: Stack, *, source: ec2.SecurityGroup, target: ec2.SecurityGroup, port: int, why: str) -> None:
    """Open one TCP port from one group to another, out of the first and into the second."""
    path = f"{_actor(source)}To{_actor(target)}"
    common: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "Description": why}
    stack.add(
        ec2.SecurityGroupEgress(
            f"{path}Egress",
            GroupId=source.get_att("GroupId"),
            DestinationSecurityGroupId=target.get_att("GroupId"),
            **common,
        )
    )
    stack.add(
        ec2.SecurityGroupIngress(
            f"{path}Ingress",
            GroupId=target.get_att("GroupId"),
            SourceSecurityGroupId=source.get_att("GroupId"),
            **common,
        )
    )


def _actor(group: ec2.SecurityGroup) -> str:
    return str(group.title).removesuffix("SecurityGroup")

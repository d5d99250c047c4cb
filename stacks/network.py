"""The network stack: the VPC, who may reach what in it, and the key.

There is no internet gateway and no NAT gateway: what runs in the VPC needs the database and
nothing else. An adopted VPC stays as it is and only its ids are passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import awacs.logs
from awacs.aws import Allow, Statement
from troposphere import Tags, ec2, iam

from stacks.access import add_group, allow
from stacks.key import add_key
from stacks.log_groups import add_log_group
from stacks.policies import inline, trust
from stacks.stack import Stack
from stacks.values import API_GROUP, DATABASE_GROUP, DATABASE_SUBNETS, FUNCTION_SUBNETS, MIGRATOR_GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network

    from stacks.settings import Environment

POSTGRESQL = 5432
EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Place:
    """Where things live: a VPC and its two tiers of subnets, ours or adopted."""

    vpc: Any
    database_subnets: Any
    function_subnets: Any


def build_network(environment: Environment) -> Stack:
    """Network, security groups and key of an environment."""
    stack = Stack("network", environment, "network, security groups and key")
    if environment.own_key:
        add_key(stack)
    place = _own_vpc(stack) if environment.network.cidr else _adopted_vpc(stack)
    stack.publish(DATABASE_SUBNETS, place.database_subnets)
    if environment.functions_in_vpc:
        stack.publish(FUNCTION_SUBNETS, place.function_subnets)
    _add_groups(stack, place.vpc)
    return stack


def _adopted_vpc(stack: Stack) -> Place:
    """Ids that only the account knows; `adopt` discovers them."""
    subnets = "List<AWS::EC2::Subnet::Id>"
    functions = None
    if stack.environment.functions_in_vpc:
        purpose = (
            "Subnets for the functions: two or more, in zones that Lambda supports (use1-az3 is not one)"
        )
        functions = stack.parameter("AdoptedFunctionSubnetIds", subnets, purpose)
    return Place(
        vpc=stack.parameter("AdoptedVpcId", "AWS::EC2::VPC::Id", "VPC that the database lives in"),
        database_subnets=stack.parameter(
            "AdoptedDatabaseSubnetIds", subnets, "Subnets of the database's subnet group"
        ),
        function_subnets=functions,
    )


def _own_vpc(stack: Stack) -> Place:
    network = stack.environment.network
    vpc = stack.add(
        ec2.VPC(
            "Vpc",
            CidrBlock=str(network.cidr),
            EnableDnsHostnames=True,
            EnableDnsSupport=True,
            Tags=Tags(Name=f"miyabi-{stack.environment.system}"),
        )
    )
    if network.flow_logs:
        _add_flow_log(stack, vpc)
    return Place(
        vpc.ref(),
        database_subnets=_add_tier(stack, vpc, "Database", network.database_cidrs),
        function_subnets=_add_tier(stack, vpc, "Function", network.function_cidrs),
    )


def _add_tier(stack: Stack, vpc: ec2.VPC, tier: str, ranges: Sequence[IPv4Network]) -> list[Any]:
    """One isolated subnet in each zone; their route table leads nowhere but the VPC itself."""
    table = stack.add(ec2.RouteTable(f"{tier}RouteTable", VpcId=vpc.ref(), Tags=_named(stack, tier)))
    subnets = []
    for number, (zone, block) in enumerate(
        zip(stack.environment.network.zones, ranges, strict=True), start=1
    ):
        subnet = stack.add(
            ec2.Subnet(
                f"{tier}Subnet{number}",
                VpcId=vpc.ref(),
                CidrBlock=str(block),
                AvailabilityZoneId=zone,
                MapPublicIpOnLaunch=False,
                Tags=_named(stack, f"{tier}{number}"),
            )
        )
        stack.add(
            ec2.SubnetRouteTableAssociation(
                f"{tier}Subnet{number}RouteTable", SubnetId=subnet.ref(), RouteTableId=table.ref()
            )
        )
        subnets.append(subnet.ref())
    return subnets


def _named(stack: Stack, part: str) -> Tags:
    return Tags(Name=f"miyabi-{stack.environment.system}-{part.lower()}")


def _add_flow_log(stack: Stack, vpc: ec2.VPC) -> None:
    """Who tried to reach whom, accepted or not."""
    group = add_log_group(stack, "FlowLogGroup")
    write = Statement(
        Sid="WriteFlowLogs",
        Effect=Allow,
        Action=[awacs.logs.CreateLogStream, awacs.logs.DescribeLogStreams, awacs.logs.PutLogEvents],
        Resource=[group.get_att("Arn")],
    )
    role = stack.add(
        iam.Role(
            "FlowLogRole",
            AssumeRolePolicyDocument=trust("vpc-flow-logs.amazonaws.com", own_account=True),
            Policies=[inline("WriteFlowLogs", write)],
        )
    )
    stack.add(
        ec2.FlowLog(
            "FlowLog",
            ResourceId=vpc.ref(),
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=group.ref(),
            DeliverLogsPermissionArn=role.get_att("Arn"),
        )
    )


def _add_groups(stack: Stack, vpc: Any) -> None:
    """One group for each actor, and the only two paths to PostgreSQL."""
    environment = stack.environment
    database = _add_database_group(stack, vpc)
    stack.publish(DATABASE_GROUP, database.get_att("GroupId"))
    if environment.api.in_vpc:
        api = add_group(stack, "ApiSecurityGroup", vpc, "The api function: out to PostgreSQL alone")
        allow(stack, source=api, target=database, port=POSTGRESQL, why="API to PostgreSQL")
        stack.publish(API_GROUP, api.get_att("GroupId"))
    if environment.migrator:
        migrator = add_group(stack, "MigratorSecurityGroup", vpc, "The migrator: out to PostgreSQL alone")
        allow(stack, source=migrator, target=database, port=POSTGRESQL, why="Migrator to PostgreSQL")
        stack.publish(MIGRATOR_GROUP, migrator.get_att("GroupId"))


def _add_database_group(stack: Stack, vpc: Any) -> ec2.SecurityGroup:
    """The database's group; an adopted one keeps its description, which EC2 can't change."""
    purpose: Any = "PostgreSQL: reached by the api function and the migrator alone"
    if stack.environment.network.cidr is None:
        purpose = stack.parameter(
            "AdoptedSecurityGroupDescription", "String", "Description of the adopted security group, as it is"
        )
    if not stack.environment.network.database_group_open_to_world:
        return add_group(stack, "DatabaseSecurityGroup", vpc, purpose)
    everyone = ec2.SecurityGroupRule(
        IpProtocol="tcp", FromPort=POSTGRESQL, ToPort=POSTGRESQL, CidrIp=EVERYWHERE
    )
    return stack.add(
        ec2.SecurityGroup(
            "DatabaseSecurityGroup", GroupDescription=purpose, VpcId=vpc, SecurityGroupIngress=[everyone]
        )
    )

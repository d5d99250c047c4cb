"""EC2: networks, security groups, flow logs and endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.handlers.life import Life, live, make, request
from twin.aws.errors import HandlerError
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties

NOWHERE = {"CidrIp": "127.0.0.1/32", "Description": "Nowhere", "IpProtocol": "-1"}
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8", "Description": "Office"}
TAGS = [{"Key": "Name", "Value": "miyabi-test"}, {"Key": "Component", "Value": "network"}]
OTHER_TAGS = [{"Key": "Name", "Value": "miyabi-other"}, {"Key": "Owner", "Value": "backend"}]


def vpc(aws: Aws) -> str:
    """A VPC, made by EC2's own API."""
    made: str = aws.client("ec2").create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    return made


def group(aws: Aws, name: str = "other") -> str:
    """A security group in a VPC of its own."""
    made = aws.client("ec2").create_security_group(GroupName=name, Description=name, VpcId=vpc(aws))
    group_id: str = made["GroupId"]
    return group_id


def subnet_and_table(aws: Aws) -> Properties:
    """What an association is between."""
    ec2, vpc_id = aws.client("ec2"), vpc(aws)
    subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    return {"SubnetId": subnet, "RouteTableId": table}


def rule(aws: Aws, end: str) -> Properties:
    """A rule between two groups."""
    told = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "Description": "API to PostgreSQL"}
    return {**told, "GroupId": group(aws, "one"), end: group(aws)}


def ways_out(aws: Aws, group_id: str) -> list[dict[str, Any]]:
    """The rules out of a group, as EC2 has them."""
    found = aws.client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    rules: list[dict[str, Any]] = found[0]["IpPermissionsEgress"]
    return rules


LIVES = (
    Life(
        "AWS::EC2::VPC",
        lambda _: {
            "CidrBlock": "10.20.0.0/16",
            "EnableDnsHostnames": True,
            "EnableDnsSupport": True,
            "InstanceTenancy": "default",
            "Tags": TAGS,
        },
        lambda _: {"EnableDnsHostnames": None, "EnableDnsSupport": False, "Tags": OTHER_TAGS},
        attributes=(
            "VpcId",
            "CidrBlock",
            "CidrBlockAssociations",
            "DefaultNetworkAcl",
            "DefaultSecurityGroup",
        ),
        ref=r"vpc-[0-9a-f]+",
    ),
    Life(
        "AWS::EC2::Subnet",
        lambda aws: {
            "AvailabilityZoneId": "use1-az1",
            "CidrBlock": "10.20.16.0/24",
            "MapPublicIpOnLaunch": False,
            "Tags": TAGS,
            "VpcId": vpc(aws),
        },
        lambda _: {"MapPublicIpOnLaunch": True, "Tags": OTHER_TAGS},
        attributes=("AvailabilityZone", "NetworkAclAssociationId", "SubnetId", "VpcId"),
        ref=r"subnet-[0-9a-f]+",
    ),
    Life(
        "AWS::EC2::RouteTable",
        lambda aws: {"VpcId": vpc(aws), "Tags": TAGS},
        lambda _: {"Tags": OTHER_TAGS},
        attributes=("RouteTableId",),
        ref=r"rtb-[0-9a-f]+",
    ),
    Life("AWS::EC2::SubnetRouteTableAssociation", subnet_and_table, ref=r"rtbassoc-[0-9a-f]+"),
    Life(
        "AWS::EC2::SecurityGroup",
        lambda aws: {
            "GroupDescription": "The api function: out to PostgreSQL alone",
            "SecurityGroupEgress": [NOWHERE],
            "SecurityGroupIngress": [HTTPS, {**HTTPS, "FromPort": 80, "ToPort": 80}],
            "Tags": TAGS,
            "VpcId": vpc(aws),
        },
        lambda _: {
            "SecurityGroupEgress": [{**HTTPS, "CidrIp": "0.0.0.0/0"}, {**HTTPS, "ToPort": 444}],
            "SecurityGroupIngress": [{**HTTPS, "Description": "The office"}],
            "Tags": OTHER_TAGS,
        },
        attributes=("GroupId", "Id", "VpcId"),
        ref=r"sg-[0-9a-f]+",
    ),
    Life(
        "AWS::EC2::SecurityGroupIngress",
        lambda aws: rule(aws, "SourceSecurityGroupId"),
        lambda _: {"Description": "The api function to PostgreSQL"},
        attributes=("Id",),
        ref=r"sgr-[0-9a-f]+",
    ),
    Life(
        "AWS::EC2::SecurityGroupEgress",
        lambda aws: rule(aws, "DestinationSecurityGroupId"),
        lambda _: {"Description": None},
        attributes=("Id",),
        ref=r"sgr-[0-9a-f]+",
    ),
    Life(
        "AWS::EC2::FlowLog",
        lambda aws: {
            "DeliverLogsPermissionArn": f"arn:aws:iam::{aws.account}:role/flow-logs",
            "LogDestinationType": "cloud-watch-logs",
            "LogGroupName": "flow-logs",
            "MaxAggregationInterval": 60,
            "ResourceId": vpc(aws),
            "ResourceType": "VPC",
            "Tags": TAGS,
            "TrafficType": "ALL",
        },
        lambda _: {"Tags": OTHER_TAGS},
        attributes=("Id",),
        ref=r"fl-[0-9a-f]+",
    ),
    Life(
        "AWS::EC2::VPCEndpoint",
        lambda aws: {
            "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "RouteTableIds": [subnet_and_table(aws)["RouteTableId"]],
            "ServiceName": "com.amazonaws.us-east-1.s3",
            "Tags": TAGS,
            "VpcEndpointType": "Gateway",
            "VpcId": vpc(aws),
        },
        lambda aws: {
            "RouteTableIds": [subnet_and_table(aws)["RouteTableId"]],
            "PolicyDocument": None,
            "Tags": OTHER_TAGS,
        },
        attributes=("Id", "CreationTimestamp"),
        ref=r"vpce-[0-9a-f]+",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_a_group_without_rules_out_may_reach_everywhere(aws: Aws) -> None:
    living = make(aws, "AWS::EC2::SecurityGroup", {"GroupDescription": "Open", "VpcId": vpc(aws)})

    assert [{"CidrIp": "0.0.0.0/0"}] == ways_out(aws, living.identifier["Id"])[0]["IpRanges"]


def test_a_rule_out_of_its_own_takes_the_place_of_the_one_to_everywhere(aws: Aws) -> None:
    first = group(aws)
    living = make(aws, "AWS::EC2::SecurityGroupEgress", {**HTTPS, "GroupId": first})
    assert [443] == [way["FromPort"] for way in ways_out(aws, first)]

    living.delete()
    assert ways_out(aws, first) == []


def test_a_group_keeps_its_id_and_loses_every_way_out_with_its_last_rule(aws: Aws) -> None:
    wanted: Properties = {"GroupDescription": "Closed", "VpcId": vpc(aws), "SecurityGroupEgress": [NOWHERE]}
    living = make(aws, "AWS::EC2::SecurityGroup", wanted)
    del wanted["SecurityGroupEgress"]
    living.update(wanted)

    assert ways_out(aws, living.identifier["Id"]) == []


def test_a_group_that_is_told_where_it_may_reach_may_reach_nothing_else(aws: Aws) -> None:
    wanted: Properties = {"GroupDescription": "Adopted", "VpcId": vpc(aws), "SecurityGroupIngress": [HTTPS]}
    living = make(aws, "AWS::EC2::SecurityGroup", wanted)
    del wanted["SecurityGroupIngress"]
    living.update({**wanted, "SecurityGroupEgress": [NOWHERE]})

    assert living.differences({"SecurityGroupIngress": [], "SecurityGroupEgress": [NOWHERE]}) == []


def test_rules_beside_a_group_are_not_the_groups_own_and_outlive_its_changes(aws: Aws) -> None:
    wanted: Properties = {"GroupDescription": "Closed", "VpcId": vpc(aws), "SecurityGroupEgress": [NOWHERE]}
    living = make(aws, "AWS::EC2::SecurityGroup", wanted)
    beside = make(aws, "AWS::EC2::SecurityGroupEgress", {**HTTPS, "GroupId": living.identifier["Id"]})
    living.update({**wanted, "SecurityGroupEgress": [{**NOWHERE, "Description": "Nowhere at all"}]})

    assert living.differences(living.desired) == []
    assert beside.differences(beside.desired) == []


def test_a_rule_that_somebody_added_by_hand_is_seen(aws: Aws) -> None:
    living = make(
        aws,
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "Watched", "VpcId": vpc(aws), "SecurityGroupIngress": [HTTPS]},
    )
    aws.client("ec2").authorize_security_group_ingress(
        GroupId=living.identifier["Id"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )

    assert ["ADD"] == [difference.kind for difference in living.differences(living.desired)]


def test_the_same_rule_in_other_words_is_refused(aws: Aws) -> None:
    wanted = rule(aws, "SourceSecurityGroupId")
    make(aws, "AWS::EC2::SecurityGroupIngress", wanted)

    with pytest.raises(ClientError, match="Duplicate"):
        make(aws, "AWS::EC2::SecurityGroupIngress", {**wanted, "Description": "Once more"})


def test_a_rule_for_tcp_without_ports_is_refused(aws: Aws) -> None:
    wanted = {"GroupId": group(aws), "IpProtocol": "tcp", "CidrIp": "10.0.0.0/8"}

    with pytest.raises(ClientError, match="portRange"):
        make(aws, "AWS::EC2::SecurityGroupIngress", wanted)


def test_a_subnet_lies_in_the_zone_of_its_id_and_gives_no_public_addresses(aws: Aws) -> None:
    wanted = {"AvailabilityZoneId": "use1-az2", "CidrBlock": "10.20.0.0/24", "VpcId": vpc(aws)}
    found = make(aws, "AWS::EC2::Subnet", wanted).read()

    assert ("us-east-1c", False) == (found["AvailabilityZone"], found["MapPublicIpOnLaunch"])


def test_a_zone_that_the_region_does_not_have_is_refused(aws: Aws) -> None:
    wanted = {"AvailabilityZoneId": "usw2-az1", "CidrBlock": "10.20.0.0/24", "VpcId": vpc(aws)}

    with pytest.raises(ClientError, match="usw2-az1"):
        make(aws, "AWS::EC2::Subnet", wanted)


def test_a_property_that_could_not_be_read_back_is_refused(aws: Aws) -> None:
    handler = handler_of("AWS::EC2::VPC")
    assert handler is not None

    with pytest.raises(HandlerError, match="Ipv4IpamPoolId"):
        handler.create(request(aws, {"CidrBlock": "10.20.0.0/16", "Ipv4IpamPoolId": "ipam-pool-1"}))


def test_a_vpc_stays_as_long_as_it_has_groups_and_takes_its_network_acl_with_it(aws: Aws) -> None:
    ec2, living = aws.client("ec2"), make(aws, "AWS::EC2::VPC", {"CidrBlock": "10.20.0.0/16"})
    mine = [{"Name": "vpc-id", "Values": [living.identifier["VpcId"]]}]
    made = ec2.create_security_group(GroupName="last", Description="last", VpcId=living.identifier["VpcId"])
    with pytest.raises(ClientError, match="DependencyViolation"):
        living.delete()

    ec2.delete_security_group(GroupId=made["GroupId"])
    living.delete()
    assert ec2.describe_network_acls(Filters=mine)["NetworkAcls"] == []


def test_no_tags_are_left_of_what_was_deleted(aws: Aws) -> None:
    for life in LIVES[:-1]:
        make(aws, life.type, life.desired(aws)).delete()

    assert aws.client("ec2").describe_tags()["Tags"] == []

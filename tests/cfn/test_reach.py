"""Who can reach the database, proved from security groups and checked against packets sent one by one."""

from __future__ import annotations

from typing import Any

import pytest

from cfn import ValueUnknown
from cfn.reach import DEFAULT_GROUP, Addresses, Strangers, Workload, sources
from tests.cfn.houses import (
    POSTGRES,
    SELF,
    egress,
    function,
    group,
    house,
    ingress,
    instance,
    names,
    of,
    reached,
)
from tests.cfn.making import deployment, only, resource, stored, template, written


def test_only_who_is_let_out_and_in_reaches_the_database() -> None:
    made = house()

    assert reached(deployment(made)) == [Workload(made.resources["Api"])]


def test_a_source_says_why() -> None:
    described = house()
    plain = house(ApiIn=ingress("DatabaseGroup", SourceSecurityGroupId=of("ApiGroup")))
    inline = house(
        ApiIn=resource("SNS::Topic"),
        DatabaseGroup=group(SecurityGroupIngress=[POSTGRES | {"SourceSecurityGroupId": of("ApiGroup")}]),
    )

    assert [reached(deployment(made))[0].why for made in (described, plain, inline)] == [
        "API to PostgreSQL",
        "house.ApiIn",
        "house.DatabaseGroup",
    ]


@pytest.mark.parametrize("lost", ["ApiIn", "ApiOut"])
def test_one_side_alone_opens_nothing(lost: str) -> None:
    assert reached(deployment(house(**{lost: resource("SNS::Topic")}))) == []


def test_a_group_that_states_no_egress_lets_everything_out() -> None:
    made = house(ApiOut=resource("SNS::Topic"), ApiGroup=group())

    assert names(reached(deployment(made))) == ["Api"]


def test_one_rule_of_its_own_takes_the_default_egress_away() -> None:
    made = house(ApiGroup=group(), ApiOut=egress("ApiGroup", CidrIp="127.0.0.1/32"))

    assert reached(deployment(made)) == []


def test_egress_of_the_database_makes_no_difference() -> None:
    assert names(reached(deployment(house(DatabaseGroup=group())))) == ["Api"]


def test_another_port_is_closed() -> None:
    assert reached(deployment(house()), 5433) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"IpProtocol": "tcp", "FromPort": "5432", "ToPort": "5432"}, True),
        ({"IpProtocol": "6", "FromPort": 5000, "ToPort": 6000}, True),
        ({"IpProtocol": 6, "FromPort": 5432, "ToPort": 5432}, True),
        ({"IpProtocol": "-1"}, True),
        ({"IpProtocol": -1}, True),
        ({"IpProtocol": "-1", "FromPort": 1, "ToPort": 2}, True),
        ({"IpProtocol": "tcp", "FromPort": -1, "ToPort": -1}, True),
        ({"IpProtocol": "TCP", "FromPort": 5432, "ToPort": {"Ref": "Port"}}, True),
        ({"IpProtocol": {"Ref": "Port"}, "FromPort": 1, "ToPort": 1}, True),
        ({"IpProtocol": "tcp", "FromPort": 5433, "ToPort": 6000}, False),
        ({"IpProtocol": "udp", "FromPort": 5432, "ToPort": 5432}, False),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, False),
    ],
)
def test_ports_and_protocols_may_be_written_in_many_ways(rule: dict[str, Any], *, expected: bool) -> None:
    rule_in = resource(
        "EC2::SecurityGroupIngress", GroupId=of("DatabaseGroup"), SourceSecurityGroupId=of("ApiGroup"), **rule
    )
    made = house(ApiIn=rule_in)
    made.body["Parameters"] = {"Port": {"Type": "String"}}

    assert expected is bool(reached(deployment(made)))


def test_addresses_of_an_open_rule_are_a_source_themselves() -> None:
    open_to_all = ingress("DatabaseGroup", CidrIp="0.0.0.0/0", Description="reported")
    private = house(ApiIn=open_to_all)
    public = house(ApiIn=open_to_all, Database=instance(of("DatabaseGroup"), PubliclyAccessible="true"))
    unsaid = house(
        ApiIn=open_to_all, Database=resource("RDS::DBInstance", VPCSecurityGroups=[of("DatabaseGroup")])
    )

    assert reached(deployment(private)) == [Workload(private.resources["Api"]), Addresses("0.0.0.0/0")]
    assert reached(deployment(public))[-1] == Addresses("0.0.0.0/0", public=True)
    assert reached(deployment(unsaid))[-1] == Addresses("0.0.0.0/0", public=True)
    assert reached(deployment(public))[-1].why == "reported"


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ({"CidrIpv6": "::/0"}, "::/0"),
        ({"SourcePrefixListId": "pl-1"}, "pl-1"),
        ({"CidrIp": {"Ref": "Office"}}, "${Office}"),
        ({"CidrIp": "203.0.113.5/32"}, "203.0.113.5/32"),
    ],
)
def test_every_kind_of_address_is_a_source(peer: dict[str, Any], expected: str) -> None:
    made = house(ApiIn=ingress("DatabaseGroup", **peer))
    made.body["Parameters"] = {"Office": {"Type": "String"}}

    assert reached(deployment(made))[-1] == Addresses(expected)


@pytest.mark.parametrize("peer", [{"CidrIp": "127.0.0.1/32"}, {}])
def test_a_rule_for_nobody_lets_nobody_in(peer: dict[str, Any]) -> None:
    assert reached(deployment(house(ApiIn=ingress("DatabaseGroup", **peer)))) == []


def subnets() -> dict[str, Any]:
    return {
        "Left": resource("EC2::Subnet", CidrBlock="10.0.1.0/24"),
        "Right": resource(
            "EC2::Subnet", CidrBlock="10.0.2.0/24", Ipv6CidrBlock={"Fn::Select": [0, {"Fn::GetAZs": ""}]}
        ),
        "Pooled": resource("EC2::Subnet", Ipv4IpamPoolId="pool"),
        "SubnetGroup": resource("RDS::DBSubnetGroup", SubnetIds=[{"Ref": "Right"}]),
    }


@pytest.mark.parametrize(
    ("addresses", "subnet", "expected"),
    [
        ({"CidrIp": "10.0.1.0/24"}, {"Ref": "Left"}, True),
        ({"CidrIp": "10.0.0.0/16"}, {"Ref": "Left"}, True),
        ({"CidrIp": "10.0.1.7/32"}, {"Ref": "Left"}, True),
        ({"CidrIp": "10.0.2.0/24"}, {"Ref": "Left"}, False),
        ({"CidrIp": "10.0.2.7/24"}, {"Ref": "Left"}, False),
        ({"CidrIpv6": "::/0"}, {"Ref": "Left"}, False),
        ({"CidrIpv6": "::/0"}, "subnet-1", True),
        ({"CidrIpv6": "::/0"}, {"Ref": "Right"}, True),
        ({"CidrIp": "10.0.1.0/24"}, {"Ref": "Pooled"}, True),
        ({"CidrIp": "10.0.1.0/24"}, "subnet-1", True),
        ({"SourcePrefixListId": "pl-1"}, {"Ref": "Left"}, True),
    ],
)
def test_addresses_let_in_the_workloads_of_their_subnets(
    addresses: dict[str, Any],
    subnet: Any,
    *,
    expected: bool,
) -> None:
    made = house(
        **subnets(),
        Api=function(of("ApiGroup"), subnets=[subnet]),
        ApiIn=ingress("DatabaseGroup", **addresses),
    )

    assert expected is ("Api" in names(reached(deployment(made))))


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ({"CidrIp": "10.0.2.0/24"}, True),
        ({"CidrIp": "0.0.0.0/0"}, True),
        ({"CidrIp": "10.0.1.0/24"}, False),
        ({"DestinationPrefixListId": "pl-1"}, True),
    ],
)
def test_egress_to_the_addresses_of_the_database_reaches_it(
    addresses: dict[str, Any], *, expected: bool
) -> None:
    made = house(
        **subnets(),
        ApiOut=egress("ApiGroup", **addresses),
        Database=instance(of("DatabaseGroup"), DBSubnetGroupName={"Ref": "SubnetGroup"}),
    )

    assert expected is ("Api" in names(reached(deployment(made))))


def test_an_adopted_vpc_is_unknown_and_group_rules_still_decide() -> None:
    made = house(
        Api=function(of("ApiGroup"), subnets=[{"Ref": "SubnetId"}]),
        Other=function(of("OtherGroup"), subnets=[{"Ref": "SubnetId"}]),
        Database=instance(of("DatabaseGroup"), DBSubnetGroupName="default-vpc-1"),
    )
    made.body["Parameters"] = {"SubnetId": {"Type": "AWS::EC2::Subnet::Id"}}

    assert reached(deployment(made)) == [Workload(made.resources["Api"])]


def test_groups_are_followed_across_stacks() -> None:
    network = template(
        "network",
        DatabaseGroup=group(SecurityGroupEgress=[SELF]),
        ApiGroup=group(SecurityGroupEgress=[SELF]),
        In=ingress("DatabaseGroup", SourceSecurityGroupId=of("ApiGroup")),
        Out=egress("ApiGroup", DestinationSecurityGroupId={"Ref": "DatabaseGroup"}),
        DatabaseGroupId=written("/database", {"Ref": "DatabaseGroup"}),
        ApiGroupIds=written("/api", {"Fn::Join": [",", [of("ApiGroup")]]}, "StringList"),
    )
    database = template("database", {"Group": stored("/database")}, Database=instance({"Ref": "Group"}))
    service = template(
        "service",
        {"Groups": stored("/api", "List<AWS::EC2::SecurityGroup::Id>")},
        Api=resource("Lambda::Function", VpcConfig={"SecurityGroupIds": {"Ref": "Groups"}}),
    )

    assert reached(deployment(network, database, service)) == [Workload(service.resources["Api"])]


def test_a_foreign_group_that_is_let_in_stands_for_strangers() -> None:
    made = house(Bastion=ingress("DatabaseGroup", SourceSecurityGroupId="sg-1", Description="bastion"))

    assert reached(deployment(made)) == [Workload(made.resources["Api"]), Strangers("sg-1")]
    assert reached(deployment(made))[-1].why == "bastion"


def test_members_of_a_foreign_group_are_taken_to_have_the_default_egress() -> None:
    made = house(
        Other=function({"Ref": "Bastion"}),
        In=ingress("DatabaseGroup", SourceSecurityGroupId={"Ref": "Bastion"}),
    )
    made.body["Parameters"] = {"Bastion": {"Type": "AWS::EC2::SecurityGroup::Id"}}

    assert names(reached(deployment(made))) == ["Api", "Other"]
    assert reached(deployment(made))[-1] == Strangers("${Bastion}")


def test_a_database_with_a_foreign_group_may_be_reached_by_strangers() -> None:
    adopted = house(Database=instance("sg-1"))
    unsaid = house(Database=instance())

    assert reached(deployment(adopted)) == [Strangers("sg-1")]
    assert reached(deployment(unsaid)) == [Strangers(DEFAULT_GROUP)]


def test_an_unknown_list_of_rules_counts_as_open() -> None:
    made = house(
        DatabaseGroup=group(
            SecurityGroupIngress={"Fn::If": ["Live", [], [POSTGRES | {"CidrIp": "10.0.0.0/8"}]]}
        )
    )
    made.body["Parameters"] = {"Stage": {"Type": "String"}}
    made.body["Conditions"] = {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}}

    assert reached(deployment(made))[-1] == Addresses("${Live}")


def test_a_rule_that_may_not_exist_does_not_take_the_default_egress_away() -> None:
    made = house(ApiGroup=group(), ApiOut=egress("ApiGroup", CidrIp="127.0.0.1/32") | {"Condition": "Live"})
    made.body["Parameters"] = {"Stage": {"Type": "String"}}
    made.body["Conditions"] = {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}}

    assert names(reached(deployment(made))) == ["Api"]


@pytest.mark.parametrize(
    "actor",
    [
        resource("EC2::Instance", SecurityGroupIds=[of("ApiGroup")]),
        resource("EC2::NetworkInterface", GroupSet=[of("ApiGroup")]),
        resource("EC2::LaunchTemplate", LaunchTemplateData={"SecurityGroupIds": [of("ApiGroup")]}),
        resource(
            "ECS::Service", NetworkConfiguration={"AwsvpcConfiguration": {"SecurityGroups": [of("ApiGroup")]}}
        ),
        resource("RDS::DBProxy", VpcSecurityGroupIds=[of("ApiGroup")]),
        resource("RDS::DBCluster", VpcSecurityGroupIds=[of("ApiGroup")]),
        resource("CodeBuild::Project", VpcConfig={"SecurityGroupIds": [of("ApiGroup")]}),
    ],
    ids=lambda body: body["Type"],
)
def test_other_actors_reach_the_database_too(actor: dict[str, Any]) -> None:
    assert names(reached(deployment(house(Api=actor)))) == ["Api"]


def test_a_proxy_is_reached_as_an_instance_is_and_has_no_public_address() -> None:
    made = house(
        Proxy=resource("RDS::DBProxy", VpcSecurityGroupIds=[of("DatabaseGroup")]),
        In=ingress("DatabaseGroup", CidrIp="10.0.0.0/8"),
    )
    system = deployment(made)

    found = sources(system, only(system, "RDS::DBProxy"), 5432)

    assert names(found) == ["Api"]
    assert found[-1] == Addresses("10.0.0.0/8")


def test_a_resource_without_security_groups_can_not_be_asked_about() -> None:
    made = house(Topic=resource("SNS::Topic"))

    with pytest.raises(ValueUnknown, match="security groups of a AWS::SNS::Topic are not read here"):
        sources(deployment(made), made.resources["Topic"], 5432)

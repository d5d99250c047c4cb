"""Each thing that closes the way to the database is named with its id and with what opens it again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.operations import READS
from tests.ops.doctor.databases import HOST, UNAVAILABLE, URL, WELL, published
from tests.ops.doctor.networks import (
    ANY,
    OF_LAYER,
    PROVED,
    SILENCE,
    answer,
    found,
    proved_of,
)
from tests.ops.doctor.reading import refusal
from tests.ops.network.conftest import POSTGRESQL, tcp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ops.network.conftest import Net


def test_an_open_way_proves_nothing(net: Net) -> None:
    absent = {"ssm:GetParameter": refusal("ParameterNotFound")}
    whole = found(net, found=WELL, answers=absent)

    answers = {name: each.answer(whole) for name, each in OF_LAYER.items()}

    assert {name for name, each in answers.items() if each.verdict is not Verdict.RULED_OUT} == set()
    assert whole.network.is_open


def close_database(net: Net) -> None:
    """Take the rule away that lets the function in."""
    [function], [database] = net.function.group_ids, net.database.group_ids
    rule = tcp(POSTGRESQL, UserIdGroupPairs=[{"GroupId": function}])
    net.ec2.revoke_security_group_ingress(GroupId=database, IpPermissions=[rule])


def close_function(net: Net) -> None:
    """Let nothing out."""
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANY}]}
    net.ec2.revoke_security_group_egress(GroupId=net.function.group_ids[0], IpPermissions=[everything])


def test_a_rule_that_is_missing_is_named_with_the_command_that_adds_it(net: Net) -> None:
    close_database(net)
    [function], [database] = net.function.group_ids, net.database.group_ids

    told = answer("NET-001", found(net, SILENCE))

    assert told.because == (
        f"security group {database} of database miyabi-staging-1 has no rule that lets in {function} at "
        "5432; it admits nobody"
    )
    assert told.commands == (
        (
            f"aws ec2 authorize-security-group-ingress --group-id {database} --protocol tcp --port 5432 "
            f"--source-group {function}"
        ),
    )
    assert told.explains


def test_an_instance_that_has_lost_its_own_group_gets_it_back(net: Net) -> None:
    [own] = net.database.group_ids
    other = net.ec2.create_security_group(GroupName="other", Description="o", VpcId=net.database.vpc_id)[
        "GroupId"
    ]
    made = {"ssm:GetParameter": published(own, "database-security-group-id")}
    groups = [{"VpcSecurityGroupId": other}]

    told = answer(
        "NET-001", found(net, SILENCE, answers=made, told_of_database={"VpcSecurityGroups": groups})
    )

    assert f"--vpc-security-group-ids {own} {other} --apply-immediately" in told.commands[0]


def test_the_group_of_another_instance_than_the_stacks_is_not_to_be_opened(net: Net) -> None:
    close_database(net)
    made = {"ssm:GetParameter": published("miyabi-staging-2", "instance-id")}

    told = answer("NET-001", found(net, SILENCE, answers=made))

    assert (Verdict.UNKNOWN, (), False) == (told.verdict, told.commands, told.explains)


def test_whom_the_database_admits_instead_is_told(net: Net) -> None:
    """At another port, or by the group that the function had before."""
    close_database(net)
    [function], [database] = net.function.group_ids, net.database.group_ids
    former = net.ec2.create_security_group(VpcId=net.vpc, GroupName="former", Description="x")["GroupId"]
    for rule in (
        tcp(5433, UserIdGroupPairs=[{"GroupId": function}]),
        tcp(POSTGRESQL, UserIdGroupPairs=[{"GroupId": former}]),
    ):
        net.ec2.authorize_security_group_ingress(GroupId=database, IpPermissions=[rule])

    told = answer("NET-001", found(net, SILENCE))

    assert told.because.endswith(f"; it admits {function} at 5433, {former} at 5432")


def test_all_that_closes_the_way_is_named_at_once(net: Net) -> None:
    close_database(net)
    close_function(net)
    for subnet in net.database.subnet_ids:
        net.acl(subnet)
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsSupport={"Value": False})

    assert proved_of(found(net, SILENCE)) == ["NET-011", "NET-005", "NET-001", "NET-006"]


def test_a_function_that_is_let_out_nowhere_gets_a_rule_for_the_group(net: Net) -> None:
    close_function(net)
    [function], [database] = net.function.group_ids, net.database.group_ids

    told = answer("NET-005", found(net, SILENCE))

    assert told.verdict is PROVED
    assert told.commands == (
        (
            f"aws ec2 authorize-security-group-egress --group-id {function} --ip-permissions "
            f"'IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{{GroupId={database}}}]'"
        ),
    )


def test_what_one_subnet_alone_can_not_fails_now_and_then(net: Net) -> None:
    acl = net.acl(net.function.subnet_ids[0])

    whole = found(net, SILENCE)

    assert proved_of(whole) == ["NET-006", "NET-014"]
    assert f"network ACL {acl}" in answer("NET-006", whole).because
    assert answer("NET-006", whole).because.endswith("from other subnets of the function's the way is open")
    assert net.function.subnet_ids[0] in answer("NET-014", whole).because


def test_where_the_database_is_may_decide(net: Net) -> None:
    """Its zone is not told, and one of its subnets is closed."""
    net.acl(net.database.subnet_ids[1])

    silent = found(net, SILENCE, told_of_database={"AvailabilityZone": None})
    well = found(net, found=WELL, told_of_database={"AvailabilityZone": None})

    assert (proved_of(silent), proved_of(well)) == (["NET-006"], [])
    assert answer("NET-006", well).verdict is Verdict.UNKNOWN
    assert answer("NET-006", silent).because.endswith("which of its subnets database miyabi-staging-1 is in")


def test_a_standby_behind_another_acl_is_a_risk(net: Net) -> None:
    acl = net.acl(net.database.subnet_ids[1])

    whole = found(net, found=WELL, told_of_database={"MultiAZ": True, "SecondaryAvailabilityZone": "b"})

    assert proved_of(whole) == ["NET-015"]
    assert acl in answer("NET-015", whole).because


def test_a_function_outside_is_put_where_the_database_admits_it(net: Net) -> None:
    [function] = net.function.group_ids

    whole = found(net, SILENCE, outside=True)
    told = answer("NET-002", whole)

    assert proved_of(whole) == ["NET-002"]
    assert told.because.startswith("function api is in no VPC, and database miyabi-staging-1 has no public")
    assert (
        f"--vpc-config SubnetIds={net.database.subnet_ids[0]},SecurityGroupIds={function}" in told.commands[0]
    )
    assert "aws lambda update-alias --function-name api --name live" in told.commands[2]


def test_an_empty_group_is_told_of_a_function_outside_too(net: Net) -> None:
    close_database(net)

    whole = found(net, SILENCE, outside=True)

    assert proved_of(whole) == ["NET-002", "NET-001"]
    assert answer("NET-002", whole).commands[0].startswith("group=$(aws ec2 create-security-group")


def opened(net: Net) -> str:
    """Lead the database's subnets to the internet."""
    table = net.table(*net.database.subnet_ids)
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANY, GatewayId=net.gateway())
    return table


def admit(net: Net, cidr: str) -> object:
    """Have the database's group admit addresses."""
    rule = tcp(POSTGRESQL, IpRanges=[{"CidrIp": cidr}])
    return net.ec2.authorize_security_group_ingress(GroupId=net.database.group_ids[0], IpPermissions=[rule])


PUBLIC: list[tuple[str, Callable[[Net], object], list[str]]] = [
    ("open", lambda net: (opened(net), admit(net, ANY)), []),
    ("no rule", opened, ["NET-001"]),
    ("no route", lambda net: (net.gateway(), admit(net, ANY)), ["NET-013"]),
    ("AWS's own addresses, perhaps", lambda net: (opened(net), admit(net, "52.0.0.0/11")), []),
    ("an office", lambda net: (opened(net), admit(net, "198.51.100.0/24")), ["NET-001"]),
]


@pytest.mark.parametrize(
    ("prepare", "expected"), [case[1:] for case in PUBLIC], ids=[case[0] for case in PUBLIC]
)
def test_a_public_database_needs_a_way_and_a_rule(
    net: Net, prepare: Callable[[Net], object], expected: list[str]
) -> None:
    prepare(net)

    whole = found(net, SILENCE, outside=True, told_of_database={"PubliclyAccessible": True})

    assert proved_of(whole) == expected
    told = answer("NET-001", whole)
    assert ANY not in " ".join(told.commands), "no rule for everybody is proposed"


def test_public_access_that_the_account_blocks_is_named(net: Net) -> None:
    """DescribeSubnets tells of it; the local AWS does not know it."""
    opened(net)
    admit(net, ANY)

    def subnets(**asked: Any) -> Any:
        told = net.ec2.describe_subnets(**asked)
        for each in told["Subnets"]:
            each["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "block-ingress"}
        return told

    whole = found(
        net,
        SILENCE,
        outside=True,
        told_of_database={"PubliclyAccessible": True},
        answers={"ec2:DescribeSubnets": subnets},
    )

    assert proved_of(whole) == ["NET-013"]
    assert "VPC Block Public Access is block-ingress" in answer("NET-013", whole).because


def elsewhere(net: Net) -> tuple[Net, str]:
    """The same with the function in a VPC of its own."""
    vpc = net.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet = net.ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.0.0/24")["Subnet"]["SubnetId"]
    group = net.ec2.create_security_group(VpcId=vpc, GroupName="f", Description="f")["GroupId"]
    return replace(
        net, function=replace(net.function, vpc_id=vpc, subnet_ids=(subnet,), group_ids=(group,))
    ), vpc


def test_two_vpcs_without_a_route_between_are_the_cause(net: Net) -> None:
    other, vpc = elsewhere(net)

    whole = found(other, SILENCE)

    assert proved_of(whole) == ["NET-007"]
    assert vpc in answer("NET-007", whole).because
    assert net.function.group_ids[0] in answer("NET-007", whole).commands[0]


def test_peering_is_not_followed_and_so_nothing_is_claimed(net: Net) -> None:
    other, vpc = elsewhere(net)
    admit(net, "10.8.0.0/16")
    name = net.ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=net.vpc)["VpcPeeringConnection"]
    name = name["VpcPeeringConnectionId"]
    net.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    for table, cidr in (
        (replace(net, vpc=vpc).table(*other.function.subnet_ids), "10.0.0.0/16"),
        (net.table(*net.database.subnet_ids), "10.8.0.0/16"),
    ):
        net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, VpcPeeringConnectionId=name)

    whole = found(other, SILENCE)
    told = answer("NET-007", whole)

    assert proved_of(whole) == []
    assert told.verdict is Verdict.UNKNOWN
    assert told.because.endswith(f"connected by {name}, which is not followed")
    assert "Reachability Analyzer" in told.decide


@pytest.mark.parametrize(
    "line", ["FATAL: password authentication failed for user", "Connection refused: postgres"]
)
def test_what_the_log_says_otherwise_is_not_explained_by_the_network(net: Net, line: str) -> None:
    close_database(net)

    told = answer("NET-001", found(net, line))

    assert (told.verdict, told.explains) == (PROVED, False)


def test_a_subnet_or_group_that_is_gone_is_named(net: Net) -> None:
    gone = replace(net, function=replace(net.function, group_ids=("sg-0123456789abcdef0",)))

    told = answer("NET-010", found(gone, SILENCE))

    assert told.verdict is PROVED
    assert told.because == "security group sg-0123456789abcdef0, which function api:live names, is not there"


def test_the_port_is_where_the_instance_listens(net: Net) -> None:
    """That the URL names another is another fault, and no reason for a rule."""
    assert proved_of(found(net, SILENCE, url=URL.replace(":5432/", ":5439/"))) == []


def test_a_host_that_is_nobodys_is_not_judged_by_our_instance(net: Net) -> None:
    close_database(net)

    whole = found(net, SILENCE, url=URL.replace(HOST, "db.example.org"))

    assert proved_of(whole) == []
    assert answer("NET-001", whole).verdict is Verdict.UNKNOWN


def test_what_may_not_be_read_is_unknown(net: Net) -> None:
    denied = {f"ec2:{name}": refusal("UnauthorizedOperation") for name in READS["ec2"]}

    whole = found(net, SILENCE, found=UNAVAILABLE, answers=denied)

    assert proved_of(whole) == []
    for fault in ("NET-001", "NET-005", "NET-006", "NET-007", "NET-011"):
        told = answer(fault, whole)
        assert (told.verdict, told.unseen) in [(Verdict.UNKNOWN, True), (Verdict.RULED_OUT, False)], fault
    assert answer("NET-001", whole).unseen

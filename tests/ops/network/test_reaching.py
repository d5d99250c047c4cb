"""A connection within a VPC comes about if groups, ACLs and routes let it, and what stops it is named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.network.errors import NetworkRefused
from ops.network.place import OUTSIDE, Place, Reach
from ops.network.reaching import reach
from tests.ops.network.conftest import POSTGRESQL, tcp

if TYPE_CHECKING:
    from tests.ops.network.conftest import Net

GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
ACLS = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html"
EPHEMERAL = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html"


def asked(net: Net, port: int = POSTGRESQL) -> Reach:
    """Whether the function reaches the database."""
    return reach(net.deployed, net.function, net.database, port)


def only_ingress(net: Net, *rules: dict[str, Any]) -> None:
    """Give the database's group these rules in place of its own."""
    group = net.database.group_ids[0]
    [found] = net.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    net.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])
    for rule in rules:
        net.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


def test_a_function_reaches_its_database(net: Net) -> None:
    assert asked(net) == Reach(allowed=True, why="function f reaches database d at 5432")
    assert not asked(net, 5433).allowed


def ranges(*cidrs: str) -> dict[str, Any]:
    """Addresses of a rule."""
    return {"IpRanges": [{"CidrIp": cidr} for cidr in cidrs]}


INGRESS: list[tuple[str, list[dict[str, Any]], bool]] = [
    ("none", [], False),
    ("from the VPC", [tcp(POSTGRESQL, **ranges("10.0.0.0/16"))], True),
    ("from both subnets", [tcp(POSTGRESQL, **ranges("10.0.0.0/24", "10.0.1.0/24"))], True),
    (
        "from both subnets in pieces",
        [
            tcp(POSTGRESQL, **ranges("10.0.0.0/25", "10.0.1.0/24")),
            tcp(5000, 6000, **ranges("10.0.0.128/25")),
        ],
        True,
    ),
    ("from one address", [tcp(POSTGRESQL, **ranges("10.0.0.9/32"))], False),
    ("from elsewhere", [tcp(POSTGRESQL, **ranges("10.1.0.0/16"))], False),
    ("at a range of ports", [tcp(5000, 6000, **ranges("0.0.0.0/0"))], True),
    ("at other ports", [tcp(0, 5431, **ranges("0.0.0.0/0")), tcp(5433, 65535, **ranges("0.0.0.0/0"))], False),
    ("by all protocols", [{"IpProtocol": "-1", **ranges("0.0.0.0/0")}], True),
    ("by another protocol", [{**tcp(POSTGRESQL, **ranges("0.0.0.0/0")), "IpProtocol": "udp"}], False),
    ("by IPv6 alone", [tcp(POSTGRESQL, Ipv6Ranges=[{"CidrIpv6": "::/0"}])], False),
]


@pytest.mark.parametrize(
    ("rules", "expected"), [case[1:] for case in INGRESS], ids=[case[0] for case in INGRESS]
)
def test_the_database_group_lets_in_what_it_names(
    net: Net, rules: list[dict[str, Any]], *, expected: bool
) -> None:
    only_ingress(net, *rules)

    found = asked(net)

    assert expected == found.allowed, GROUPS
    if not expected:
        [inside], [outside] = net.database.group_ids, net.function.group_ids
        assert found.why == (
            f"security group {inside} of database d has no rule that lets in {outside} at 5432"
        )


def test_a_rule_for_one_of_the_subnets_lets_in_part(net: Net) -> None:
    only_ingress(net, tcp(POSTGRESQL, **ranges("10.0.1.0/24")))

    found = asked(net)

    assert (found.allowed, found.partly) == (False, True)
    assert [reach(net.deployed, one, net.database, POSTGRESQL).allowed for one in net.function.spread()] == [
        False,
        True,
    ]


def test_what_leaves_needs_a_rule_as_well(net: Net) -> None:
    [group], [inside] = net.function.group_ids, net.database.group_ids
    everything = {"IpProtocol": "-1", **ranges("0.0.0.0/0")}
    net.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    before = asked(net)
    net.ec2.authorize_security_group_egress(
        GroupId=group, IpPermissions=[tcp(POSTGRESQL, UserIdGroupPairs=[{"GroupId": inside}])]
    )

    assert (
        before.why == f"security group {group} of function f has no rule that lets it out to {inside} at 5432"
    )
    assert asked(net).allowed


def test_one_of_several_groups_is_enough(net: Net) -> None:
    [group] = net.database.group_ids
    [empty] = replace(net.function).group_ids

    assert reach(
        net.deployed, net.function, replace(net.database, group_ids=(empty, group)), POSTGRESQL
    ).allowed


def test_a_group_that_is_not_there_lets_nothing_in(net: Net) -> None:
    gone = replace(net.database, group_ids=("sg-0123456789abcdef0",))

    assert not reach(net.deployed, net.function, gone, POSTGRESQL).allowed


def test_a_prefix_list_of_the_account_is_read_and_one_of_aws_is_refused(net: Net) -> None:
    own = net.ec2.create_managed_prefix_list(
        PrefixListName="functions",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entries=[{"Cidr": "10.0.0.0/23"}],
    )["PrefixList"]["PrefixListId"]
    [of_aws] = [
        found["PrefixListId"]
        for found in net.ec2.describe_managed_prefix_lists()["PrefixLists"]
        if found["PrefixListName"].endswith("us-east-1.s3")
    ]
    only_ingress(net, tcp(POSTGRESQL, PrefixListIds=[{"PrefixListId": own}]))

    assert asked(net).allowed
    only_ingress(net, tcp(POSTGRESQL, PrefixListIds=[{"PrefixListId": of_aws}]))
    with pytest.raises(NetworkRefused, match=of_aws):
        asked(net)


ANY = "0.0.0.0/0"
ALL = ((100, True, "allow", ANY, None), (100, False, "allow", ANY, None))
ACL_RULES: list[tuple[str, tuple[Any, ...], str | None, str]] = [
    ("everything", ALL, None, ACLS),
    ("nothing", (), "rule * of network ACL {acl} denies what it asks into subnet {subnet} (port 5432)", ACLS),
    (
        "a denial before",
        (*ALL, (90, False, "deny", "10.0.0.0/16", (5432, 5432))),
        "rule 90 of network ACL {acl} denies what it asks into subnet {subnet} (port 5432)",
        ACLS,
    ),
    ("a denial after", (*ALL, (110, False, "deny", ANY, None)), None, ACLS),
    ("a denial of others", (*ALL, (90, False, "deny", "10.1.0.0/16", None)), None, ACLS),
    ("a denial at other ports", (*ALL, (90, False, "deny", ANY, (22, 22))), None, ACLS),
    (
        "no answers",
        ((100, False, "allow", ANY, None),),
        "rule * of network ACL {acl} denies the answers out of subnet {subnet} (port 1024-65535)",
        EPHEMERAL,
    ),
    (
        "answers to some ports",
        ((100, False, "allow", ANY, None), (100, True, "allow", ANY, (32768, 60999))),
        "rule * of network ACL {acl} denies the answers out of subnet {subnet} (port 1024-65535)",
        EPHEMERAL,
    ),
    (
        "answers in two rules",
        (
            (100, False, "allow", ANY, (5432, 5432)),
            (100, True, "allow", ANY, (1024, 32767)),
            (110, True, "allow", "10.0.0.0/17", (32768, 65535)),
        ),
        None,
        EPHEMERAL,
    ),
]


@pytest.mark.parametrize(
    ("rules", "expected", "page"), [case[1:] for case in ACL_RULES], ids=[case[0] for case in ACL_RULES]
)
def test_an_acl_decides_by_its_first_rule_and_knows_no_connections(
    net: Net, rules: tuple[Any, ...], expected: str | None, page: str
) -> None:
    subnet = net.database.subnet_ids[0]
    acl = net.acl(subnet, *rules)

    found = asked(net)

    assert (expected is None) == found.allowed, page
    if expected:
        assert found.partly
        assert expected.format(acl=acl, subnet=subnet) == found.why


def test_an_acl_of_the_function_is_asked_the_other_way_round(net: Net) -> None:
    subnet = net.function.subnet_ids[0]
    acl = net.acl(subnet, (100, True, "allow", ANY, (5432, 5432)))

    assert asked(net).why == (
        f"rule * of network ACL {acl} denies the answers into subnet {subnet} (port 1024-65535)"
    )


def test_within_one_subnet_no_acl_is_asked(net: Net) -> None:
    [subnet] = net.function.subnet_ids[:1]
    net.acl(subnet)
    both = (replace(net.function, subnet_ids=(subnet,)), replace(net.database, subnet_ids=(subnet,)))

    assert reach(net.deployed, *both, POSTGRESQL).allowed


def elsewhere(net: Net) -> Place:
    """The database in a VPC of its own."""
    vpc = net.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = net.ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    group = net.ec2.create_security_group(VpcId=vpc, GroupName="database", Description="there")["GroupId"]
    net.ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[tcp(POSTGRESQL, **ranges("10.0.0.0/16"))]
    )
    return Place("database d", vpc, (subnet,), (group,))


def test_no_route_leads_into_another_vpc_by_itself(net: Net) -> None:
    other = elsewhere(net)

    found = reach(net.deployed, net.function, other, POSTGRESQL)

    assert (found.allowed, found.followed) == (False, True)
    assert found.why == (
        f"function f is in {net.vpc} and database d in {other.vpc_id}, and no route leads from {net.vpc} to "
        "10.9.0.0/24"
    )


def test_a_way_into_another_vpc_is_not_followed(net: Net) -> None:
    """It needs a route there and one back, and who may go there is not known."""
    other = elsewhere(net)
    peering = net.ec2.create_vpc_peering_connection(VpcId=net.vpc, PeerVpcId=other.vpc_id)
    name = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    net.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    there = net.table(*net.function.subnet_ids)
    net.ec2.create_route(RouteTableId=there, DestinationCidrBlock="10.9.0.0/16", VpcPeeringConnectionId=name)
    one_way = reach(net.deployed, net.function, other, POSTGRESQL)
    main = net.ec2.describe_route_tables(
        Filters=[
            {"Name": "vpc-id", "Values": [other.vpc_id]},
            {"Name": "association.main", "Values": ["true"]},
        ]
    )["RouteTables"][0]["RouteTableId"]
    net.ec2.create_route(RouteTableId=main, DestinationCidrBlock="10.0.0.0/16", VpcPeeringConnectionId=name)

    both = reach(net.deployed, net.function, other, POSTGRESQL)
    closed = reach(net.deployed, net.function, other, POSTGRESQL + 1)

    assert (one_way.allowed, one_way.followed) == (False, True)
    assert one_way.why.endswith(f"no route leads from {other.vpc_id} to 10.0.0.0/24")
    assert (both.allowed, both.followed) == (False, False)
    assert both.why.endswith(f"connected by {name}, which is not followed")
    assert closed.followed, "the database's group lets nobody in at another port, whatever is between"


def test_a_subnet_that_is_gone_is_named(net: Net) -> None:
    gone = replace(net.function, subnet_ids=("subnet-0123",))

    assert reach(net.deployed, gone, net.database, POSTGRESQL).why == "subnet subnet-0123 is not there"


def test_without_dns_no_name_is_resolved(net: Net) -> None:
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsSupport={"Value": False})

    assert asked(net).why == (
        f"{net.vpc} of function f has enableDnsSupport off, so no name is resolved there"
    )


# Places.


def test_a_function_without_subnets_is_outside() -> None:
    for vpc in ({}, {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}}):
        assert Place.of_function({"FunctionName": "f", **vpc}) == OUTSIDE


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"AvailabilityZone": "a"}, ("s1",)),
        ({"AvailabilityZone": "a", "MultiAZ": True, "SecondaryAvailabilityZone": "b"}, ("s1", "s2")),
        ({"AvailabilityZone": "a", "SecondaryAvailabilityZone": "b"}, ("s1",)),
        ({"AvailabilityZone": "a", "MultiAZ": True}, ("s1", "s2", "s3")),
        ({"AvailabilityZone": "d"}, ("s1", "s2", "s3")),
        ({}, ("s1", "s2", "s3")),
    ],
)
def test_a_database_is_in_the_subnets_of_its_zones(
    changes: dict[str, Any], expected: tuple[str, ...]
) -> None:
    subnets = [
        {"SubnetIdentifier": subnet, "SubnetAvailabilityZone": {"Name": zone}}
        for subnet, zone in (("s1", "a"), ("s2", "b"), ("s3", "c"))
    ]
    instance = {
        "DBInstanceIdentifier": "d",
        "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": subnets},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
        "PubliclyAccessible": True,
        **changes,
    }

    assert Place("database d", "vpc-1", expected, ("sg-1",), public=True) == Place.of_database(instance)


def test_a_database_without_subnets_is_refused() -> None:
    with pytest.raises(NetworkRefused, match="database d has no subnet group"):
        Place.of_database({"DBInstanceIdentifier": "d"})

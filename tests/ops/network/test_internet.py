"""Ways in from the internet, out to it, and to AWS's services: each needs all of its parts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.network.place import OUTSIDE, Place, Reach
from ops.network.reaching import reach
from ops.network.services import endpoint_may, reach_service
from tests.ops.network.conftest import POSTGRESQL, tcp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ops.network.conftest import Net

PUBLIC = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html"
FROM_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html"
ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
ANY = "0.0.0.0/0"
HTTPS = 443
SOMEBODY = Place.at("198.51.100.7")
ROLE = "arn:aws:iam::271828182811:role/f"


def opened(net: Net, cidr: str = ANY) -> Place:
    """The database, public in every way."""
    table = net.table(*net.database.subnet_ids)
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANY, GatewayId=net.gateway())
    net.ec2.authorize_security_group_ingress(
        GroupId=net.database.group_ids[0], IpPermissions=[tcp(POSTGRESQL, IpRanges=[{"CidrIp": cidr}])]
    )
    return replace(net.database, public=True)


def route_away(net: Net) -> None:
    """Take the database's way to the gateway out of its table."""
    [table] = net.ec2.describe_route_tables(
        Filters=[{"Name": "association.subnet-id", "Values": [net.database.subnet_ids[0]]}]
    )["RouteTables"]
    net.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock=ANY)


def detach(net: Net) -> None:
    """Take the gateway off the VPC."""
    filters = [{"Name": "attachment.vpc-id", "Values": [net.vpc]}]
    for found in net.ec2.describe_internet_gateways(Filters=filters)["InternetGateways"]:
        net.ec2.detach_internet_gateway(InternetGatewayId=found["InternetGatewayId"], VpcId=net.vpc)


CLOSING: list[tuple[str, Callable[[Net], object], str]] = [
    ("no route", route_away, "has no route to an internet gateway"),
    ("no gateway", detach, "is not attached to vpc-"),
    ("an ACL", lambda net: [net.acl(one) for one in net.database.subnet_ids], "rule * of network ACL"),
    (
        "the group",
        lambda net: net.ec2.revoke_security_group_ingress(
            GroupId=net.database.group_ids[0],
            IpPermissions=[tcp(POSTGRESQL, IpRanges=[{"CidrIp": ANY}])],
        ),
        "has no rule that lets in the internet at 5432",
    ),
]


@pytest.mark.parametrize(("close", "why"), [case[1:] for case in CLOSING], ids=[case[0] for case in CLOSING])
def test_the_internet_reaches_a_database_until_one_part_is_missing(
    net: Net, close: Callable[[Net], object], why: str
) -> None:
    database = opened(net)

    before = reach(net.deployed, OUTSIDE, database, POSTGRESQL)
    close(net)
    after = reach(net.deployed, OUTSIDE, database, POSTGRESQL)

    assert before.allowed, PUBLIC
    assert not after.allowed
    assert why in after.why


@pytest.mark.parametrize(("public", "expected"), [(True, True), (None, True), (False, False)])
def test_a_database_without_a_public_address_is_not_found(
    net: Net, *, public: bool | None, expected: bool
) -> None:
    """None is what RDS makes of it: public, as there is a gateway."""
    found = reach(net.deployed, OUTSIDE, replace(opened(net), public=public), POSTGRESQL)

    assert expected == found.allowed, PUBLIC


def test_a_rule_for_one_address_lets_that_one_in(net: Net) -> None:
    database = opened(net, "198.51.100.7/32")

    assert reach(net.deployed, SOMEBODY, database, POSTGRESQL).allowed
    assert not reach(net.deployed, OUTSIDE, database, POSTGRESQL).allowed
    assert reach(net.deployed, Place.at("2001:db8::1"), database, POSTGRESQL).why == (
        "database d has no public address by IPv6"
    )


def with_nat(net: Net, **more: Any) -> str:
    """Lead both subnets of the function to a NAT gateway in the database's first, which is public."""
    public = net.database.subnet_ids[0]
    net.ec2.create_route(RouteTableId=net.table(public), DestinationCidrBlock=ANY, GatewayId=net.gateway())
    nat = net.nat(public, **more)
    net.ec2.create_route(
        RouteTableId=net.table(*net.function.subnet_ids), DestinationCidrBlock=ANY, NatGatewayId=nat
    )
    return nat


def test_a_function_in_a_vpc_reaches_the_internet_by_nat(net: Net) -> None:
    before = reach(net.deployed, net.function, OUTSIDE, HTTPS)
    nat = with_nat(net)

    assert before.why == f"subnet {net.function.subnet_ids[0]} of function f has no route to the internet"
    assert reach(net.deployed, net.function, OUTSIDE, HTTPS).allowed, FROM_LAMBDA
    assert reach_service(net.deployed, net.function, "secretsmanager") == Reach(
        allowed=True, why="function f reaches secretsmanager", through=nat
    )


def test_an_internet_gateway_alone_does_not_let_a_function_out(net: Net) -> None:
    gateway = net.gateway()
    table = net.table(*net.function.subnet_ids)
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANY, GatewayId=gateway)

    assert reach(net.deployed, net.function, OUTSIDE, HTTPS).why == (
        f"subnet {net.function.subnet_ids[0]} of function f has a route to {gateway}, which takes nothing "
        "from a private address; lead it to a NAT gateway"
    ), FROM_LAMBDA


def test_what_leads_to_an_appliance_is_not_known(net: Net) -> None:
    """A NAT instance, a firewall: what it does with packets is its own affair."""
    interface = net.ec2.create_network_interface(SubnetId=net.database.subnet_ids[0])["NetworkInterface"]
    table = net.table(*net.function.subnet_ids)
    net.ec2.create_route(
        RouteTableId=table,
        DestinationCidrBlock=ANY,
        NetworkInterfaceId=interface["NetworkInterfaceId"],
    )

    found = reach(net.deployed, net.function, OUTSIDE, HTTPS)

    assert (found.allowed, found.followed) == (False, False)
    assert found.why.endswith(f"has a route to {interface['NetworkInterfaceId']}, which is not followed")


def test_a_private_nat_gateway_leads_nowhere(net: Net) -> None:
    nat = with_nat(net, ConnectivityType="private")

    assert reach(net.deployed, net.function, OUTSIDE, HTTPS).why == (
        f"NAT gateway {nat} is private, and leads to no internet"
    )


NAT_FAULTS: list[tuple[str, Callable[[Net, str], object], str]] = [
    ("gone", lambda net, nat: net.ec2.delete_nat_gateway(NatGatewayId=nat), "is not available"),
    ("no way on", lambda net, _: route_away(net), "has no route to an internet gateway"),
    ("no gateway", lambda net, _: detach(net), "is not attached to vpc-"),
    (
        "an ACL that lets in no answers",
        lambda net, _: net.acl(
            net.database.subnet_ids[0],
            (100, True, "allow", ANY, None),
            (100, False, "allow", "10.0.0.0/16", None),
        ),
        "denies the answers into subnet",
    ),
]


@pytest.mark.parametrize(
    ("harm", "why"), [case[1:] for case in NAT_FAULTS], ids=[case[0] for case in NAT_FAULTS]
)
def test_a_nat_gateway_needs_a_way_on(net: Net, harm: Callable[[Net, str], object], why: str) -> None:
    nat = with_nat(net)
    harm(net, nat)

    found = reach(net.deployed, net.function, OUTSIDE, HTTPS)

    assert not found.allowed
    assert why in found.why


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("nat_gateway_id", "which is not there (a blackhole)"),
        ("gateway_id", "has no route to an internet gateway"),
    ],
)
def test_a_route_to_what_is_gone_leads_nowhere(
    net: Net, monkeypatch: pytest.MonkeyPatch, kind: str, why: str
) -> None:
    """A blackhole, as EC2 calls it; the local AWS lets a route be active for ever."""
    from moto.ec2.models.route_tables import Route

    def state(route: Any) -> str:
        return "blackhole" if str(getattr(route, kind)).startswith(("nat-", "igw-")) else "active"

    with_nat(net)
    monkeypatch.setattr(Route, "state", property(state))

    assert reach(net.deployed, net.function, OUTSIDE, HTTPS).why.endswith(why)


def test_outside_of_any_vpc_everything_public_is_reached(net: Net) -> None:
    assert reach(net.deployed, OUTSIDE, OUTSIDE, HTTPS).allowed
    assert reach_service(net.deployed, OUTSIDE, "secretsmanager").allowed


def endpoint(net: Net, service: str, **more: Any) -> str:
    """An endpoint of a service in the VPC."""
    made: str = net.ec2.create_vpc_endpoint(
        VpcId=net.vpc, ServiceName=f"com.amazonaws.us-east-1.{service}", **more
    )["VpcEndpoint"]["VpcEndpointId"]
    return made


def interface(net: Net, **more: Any) -> str:
    """An interface endpoint of Secrets Manager in the database's subnets and group."""
    settings = {
        "VpcEndpointType": "Interface",
        "SubnetIds": list(net.database.subnet_ids),
        "SecurityGroupIds": list(net.database.group_ids),
        "PrivateDnsEnabled": True,
    }
    return endpoint(net, "secretsmanager", **{**settings, **more})


def test_an_interface_endpoint_is_used_if_its_group_lets_in(net: Net) -> None:
    """And NAT is no way around one that does not: the name leads to the endpoint."""
    with_nat(net)
    made = interface(net)
    nowhere = reach_service(net.deployed, net.function, "secretsmanager")
    assert nowhere.through != made, "private DNS needs DNS hostnames"
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsHostnames={"Value": True})

    before = reach_service(net.deployed, net.function, "secretsmanager")
    rule = tcp(HTTPS, UserIdGroupPairs=[{"GroupId": net.function.group_ids[0]}])
    net.ec2.authorize_security_group_ingress(GroupId=net.database.group_ids[0], IpPermissions=[rule])

    after = reach_service(net.deployed, net.function, "secretsmanager")
    assert (before.allowed, before.through) == (False, made), ENDPOINTS
    assert f"of endpoint {made} has no rule that lets in" in before.why
    assert (after.allowed, after.through) == (True, made)
    assert reach_service(net.deployed, net.function, "ssm").through != made


def test_an_endpoint_without_private_dns_does_not_take_the_name(net: Net) -> None:
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsHostnames={"Value": True})
    interface(net, PrivateDnsEnabled=False)

    assert reach_service(net.deployed, net.function, "secretsmanager").why == (
        f"subnet {net.function.subnet_ids[0]} of function f has no route to the internet"
    )


def test_a_gateway_endpoint_serves_the_subnets_of_its_tables(net: Net) -> None:
    made = endpoint(net, "s3", RouteTableIds=[net.table(net.function.subnet_ids[0])])

    part = reach_service(net.deployed, net.function, "s3")
    net.ec2.modify_vpc_endpoint(VpcEndpointId=made, AddRouteTableIds=[net.table(net.function.subnet_ids[1])])

    assert (part.allowed, part.partly) == (False, True)
    assert reach_service(net.deployed, net.function, "s3").through == made
    assert reach_service(net.deployed, net.function, "s3").allowed
    assert not reach_service(net.deployed, net.function, "dynamodb").allowed


def test_a_group_may_name_the_prefix_list_of_a_gateway_endpoint(net: Net) -> None:
    table = net.table(*net.function.subnet_ids)
    endpoint(net, "s3", RouteTableIds=[table])
    [group] = net.function.group_ids
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANY}]}
    net.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    before = reach_service(net.deployed, net.function, "s3")
    [routes] = net.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    [listed] = [
        one["DestinationPrefixListId"] for one in routes["Routes"] if "DestinationPrefixListId" in one
    ]
    rule = tcp(HTTPS, PrefixListIds=[{"PrefixListId": listed}])
    net.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[rule])

    assert before.why == f"security group {group} of function f has no rule that lets it out to s3 at 443"
    assert reach_service(net.deployed, net.function, "s3").allowed


def test_the_policy_of_an_endpoint_limits_who_may_ask_for_what(net: Net) -> None:
    body = {"Effect": "Allow", "Principal": {"AWS": "271828182811"}, "Action": "secretsmanager:Get*"}
    policy = {"Version": "2012-10-17", "Statement": [{**body, "Resource": "*"}]}
    limited = interface(net, PolicyDocument=json.dumps(policy))

    def may(which: str, action: str) -> bool:
        return endpoint_may(net.deployed, which, ROLE, f"secretsmanager:{action}", "*").allowed

    assert (True, False) == (may(limited, "GetSecretValue"), may(limited, "PutSecretValue"))
    assert may(endpoint(net, "s3", RouteTableIds=[net.table()]), "PutSecretValue")


def test_by_ipv6_a_function_goes_out_through_a_gateway_of_its_own(net: Net) -> None:
    net.ec2.associate_vpc_cidr_block(VpcId=net.vpc, AmazonProvidedIpv6CidrBlock=True)
    [vpc] = net.ec2.describe_vpcs(VpcIds=[net.vpc])["Vpcs"]
    cidr = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    subnet = net.function.subnet_ids[0]
    net.ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=cidr)
    table = net.table(subnet)
    gateway = net.ec2.create_egress_only_internet_gateway(VpcId=net.vpc)["EgressOnlyInternetGateway"]
    net.ec2.create_route(
        RouteTableId=table,
        DestinationIpv6CidrBlock="::/0",
        EgressOnlyInternetGatewayId=gateway["EgressOnlyInternetGatewayId"],
    )
    rule = tcp(HTTPS, Ipv6Ranges=[{"CidrIpv6": "::/0"}])
    net.ec2.authorize_security_group_egress(GroupId=net.function.group_ids[0], IpPermissions=[rule])
    net.acl6(subnet)
    dual, somebody = replace(net.function, subnet_ids=(subnet,), ipv6=True), Place.at("2001:db8::1")

    assert reach(net.deployed, dual, somebody, HTTPS).allowed
    assert reach(net.deployed, replace(dual, ipv6=False), somebody, HTTPS).why == (
        f"function f has no address by IPv6 in subnet {subnet}"
    )
    net.ec2.delete_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0")
    assert not reach(net.deployed, dual, somebody, HTTPS).allowed
    net.ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=net.gateway())
    assert reach(net.deployed, dual, somebody, HTTPS).allowed, "by IPv6 every address is public"

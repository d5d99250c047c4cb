"""Rules for the VPC: its subnets lead nowhere, lie in several zones, and what happens in it is recorded."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from cfn import Unknown
from cfn.addresses import network_of
from cfn.reach import internet_routes
from cfn.security_groups import identity
from cfn.values import many
from stacks.invariants.expectations import expect, is_false, is_true
from stacks.invariants.reading import literal, said
from stacks.invariants.rule import Subject, System, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cfn import Deployment
    from cfn.addresses import Network

VPC = "AWS::EC2::VPC"
SUBNET = "AWS::EC2::Subnet"
ROUTE_TABLE = "AWS::EC2::RouteTable"
ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"
DATABASE = "AWS::RDS::DBInstance"
LAMBDA = "AWS::Lambda::Function"


def zones(deployment: Deployment, subnets: Any) -> set[str]:
    """Availability zones in which subnets are known to lie, by their ids or else by their names."""
    made = [subnet for subnet in map(deployment.resource, many(subnets)) if subnet is not None]
    by_kind = (
        {zone for subnet in made if (zone := literal(deployment.get(subnet, kind)))}
        for kind in ("AvailabilityZoneId", "AvailabilityZone")
    )
    return max(by_kind, key=len)


@rule(
    "EC2.6",
    VPC,
    also=("CKV2_AWS_11", "AwsSolutions-VPC7"),
    remedy="set network.flow_logs = true",
)
def connections_are_recorded(vpc: Subject) -> Iterator[str]:
    """A flow log records who tried to reach whom, accepted or not."""
    logs = vpc.system.of_type("AWS::EC2::FlowLog")
    if not any(log.target("ResourceId") is vpc.resource and log.get("TrafficType") == "ALL" for log in logs):
        yield "no flow log records all of its traffic"


expect(
    "MIYABI.NET.6",
    VPC,
    {"EnableDnsSupport": is_true, "EnableDnsHostnames": is_true},
    sentence="Names resolve in the VPC, the database's to its private address.",
    remedy="write EnableDnsSupport: true and EnableDnsHostnames: true",
)
expect(
    "EC2.15",
    SUBNET,
    {"MapPublicIpOnLaunch": is_false},
    sentence="Nothing in a subnet gets a public address by itself.",
    remedy="write MapPublicIpOnLaunch: false",
    also=("CKV_AWS_130",),
)


@rule(
    "MIYABI.NET.7",
    VPC,
    also=("E3059", "E3060"),
    remedy="choose for each subnet a part of the VPC's CidrBlock that no other subnet has",
)
def subnets_fit_into_their_vpc(vpc: Subject) -> Iterator[str]:
    """Each subnet has a part of its VPC's addresses to itself."""
    whole = network_of(vpc.get("CidrBlock"))
    parts: dict[str, Network] = {}
    for subnet in _subnets_of(vpc):
        part = network_of(subnet.get("CidrBlock"))
        if whole is None or part is None or not _lies_in(part, whole):
            stated = said("CidrBlock", subnet.get("CidrBlock"))
            yield f"{subnet.resource.logical_id}: {stated}, which is no part of the VPC's"
        else:
            parts[subnet.resource.logical_id] = part
    for (one, its_part), (other, others_part) in combinations(parts.items(), 2):
        if its_part.overlaps(others_part):
            yield f"{one} and {other} share addresses"


def _subnets_of(vpc: Subject) -> list[Subject]:
    return [subnet for subnet in vpc.system.of_type(SUBNET) if subnet.target("VpcId") is vpc.resource]


def _lies_in(part: Network, whole: Network) -> bool:
    return part.version == whole.version and part[0] in whole and part[-1] in whole


@rule("MIYABI.NET.8", ROUTE_TABLE, remedy="give each tier a subnet in two availability zones or more")
def tiers_span_zones(table: Subject) -> Iterator[str]:
    """The subnets that share a route table, a tier, lie in two availability zones or more."""
    tier = [
        each.get("SubnetId")
        for each in _associations(table.system)
        if each.target("RouteTableId") is table.resource
    ]
    known = zones(table.deployment, tier)
    if len(known) < 2:  # noqa: PLR2004  (two, as the sentence says)
        yield f"its subnets are known to lie in {', '.join(sorted(known)) or 'no zone'}"


@rule(
    "RDS.46",
    DATABASE,
    remedy="put the instance into subnets of the template whose route table leads to no internet gateway",
)
def database_has_no_way_to_the_internet(database: Subject) -> Iterator[str]:
    """No subnet of the database has a route to an internet gateway."""
    subnets = _database_subnets(database)
    if not subnets:
        yield "its subnets are not known"
    for subnet in subnets:
        routes = internet_routes(database.deployment, subnet)
        if isinstance(routes, Unknown):
            yield routes.reason
        elif any("GatewayId" in database.deployment.properties(route) for route in routes):
            yield f"{identity(database.deployment, subnet)} has a route to an internet gateway"


@rule(
    "MIYABI.NET.9",
    DATABASE,
    remedy="associate each subnet with a route table of the template, and give that no route out of the VPC",
)
def database_subnets_lead_nowhere(database: Subject) -> Iterator[str]:
    """Our own subnets of the database have a route table of their own, which leads out of the VPC nowhere."""
    routed = {
        each.target("SubnetId") for each in _associations(database.system) if each.target("RouteTableId")
    }
    for subnet in map(database.deployment.resource, _database_subnets(database)):
        if subnet is None:
            continue
        if subnet not in routed:
            yield f"{subnet} is left to the VPC's main route table"
        elif internet_routes(database.deployment, subnet):
            yield f"{subnet} has a route out of the VPC"


def _database_subnets(database: Subject) -> tuple[Any, ...]:
    group = database.target("DBSubnetGroupName")
    return many(database.deployment.get(group, "SubnetIds")) if group else ()


def _associations(system: System) -> Iterable[Subject]:
    return system.of_type(ASSOCIATION)


@rule(
    "MIYABI.NET.10",
    LAMBDA,
    remedy="set api.in_vpc = true; a private database can't be reached from outside its VPC",
)
def functions_with_a_database_are_in_its_vpc(subject: Subject) -> Iterator[str]:
    """A function that is told where the database is has network interfaces in a VPC."""
    if subject.get("Environment.Variables.DATABASE_URL") is None:
        return
    for path in ("VpcConfig.SecurityGroupIds", "VpcConfig.SubnetIds"):
        if not many(subject.get(path)):
            yield said(path, subject.get(path))

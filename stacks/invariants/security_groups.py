"""Rules for security groups: they prove who can reach the database, and none is open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.addresses import network_of
from cfn.reach import Addresses, Strangers, Workload, sources
from cfn.values import many
from runtime.contract import Function
from stacks.invariants.expectations import expect, made_here
from stacks.invariants.reading import literal, number, said
from stacks.invariants.rule import Subject, System, rule
from stacks.naming import logical_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.reach import Source

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
DATABASE = "AWS::RDS::DBInstance"
LAMBDA = "AWS::Lambda::Function"

POSTGRESQL = 5432
NEED_THE_DATABASE = tuple(f"{logical_id(which.value)}Function" for which in (Function.API, Function.MIGRATOR))
WIDEST_PREFIX = 8
"""A block of addresses with a shorter prefix is a good part of the internet, however it is cut."""
CARRIERS = {
    LAMBDA: "VpcConfig.SecurityGroupIds",
    DATABASE: "VPCSecurityGroups",
    "AWS::EC2::VPCEndpoint": "SecurityGroupIds",
    "AWS::RDS::DBProxy": "VpcSecurityGroupIds",
}
"""Where each type that we use names the security groups that it carries."""


@rule(
    "MIYABI.NET.1",
    DATABASE,
    remedy="open the way with stacks.access.allow, from the api's and the migrator's group alone",
)
def only_the_api_and_the_migrator_reach_the_database(database: Subject) -> Iterator[str]:
    """The api function and the migrator can open a connection to PostgreSQL, and nobody else can."""
    port = number(database.get("Port", POSTGRESQL))
    if port is None:
        yield said("Port", database.get("Port"))
        return
    functions = database.deployment.resources(LAMBDA)
    wanted = {each for each in functions if each.logical_id in NEED_THE_DATABASE}
    if not _rules_are_read(database.system):
        yield "a rule of a security group can't be read, so nothing is proved"
        return
    found = sources(database.deployment, database.resource, int(port))
    reached = {source.resource for source in found if isinstance(source, Workload)}
    for source in found:
        if not isinstance(source, Workload) or source.resource not in wanted:
            yield f"{_described(source)} can connect ({source.why})"
    for resource in sorted(wanted - reached, key=str):
        yield f"{resource} is not let in by its security group"


def _rules_are_read(system: System) -> bool:
    """Whether every rule of every group is a mapping, as the proof takes it to be."""
    return all(
        isinstance(each, dict)
        for subject in system.of_type(GROUP, INGRESS, EGRESS)
        for direction in ("Ingress", "Egress")
        for each in _rules(subject, direction)
    )


def _described(source: Source) -> str:
    match source:
        case Workload():
            return str(source.resource)
        case Addresses():
            reach = "on the internet" if source.public else "in reach of the VPC"
            return f"whoever is at {source.cidr}, {reach},"
        case Strangers():
            return f"whoever is in {source.group}"


expect(
    "MIYABI.NET.2",
    GROUP,
    {"VpcId": made_here("AWS::EC2::VPC")},
    sentence="What has a security group lives in a VPC of our own, of which everything can be proved.",
    remedy="set network.cidr; an adopted or the default VPC may have routes that no template shows",
)


@rule(
    "EC2.18",
    GROUP,
    INGRESS,
    also=(
        "EC2.13",
        "EC2.14",
        "EC2.19",
        "CKV_AWS_24",
        "CKV_AWS_25",
        "CKV_AWS_260",
        "CKV_AWS_277",
        "AwsSolutions-EC23",
    ),
    remedy="name a security group as source, or a block of addresses that are your own",
)
def nothing_comes_in_from_everywhere(subject: Subject) -> Iterator[str]:
    """No rule lets the internet, or a good part of it, in."""
    for each in _rules(subject, "Ingress"):
        yield from _too_wide(each)


@rule(
    "MIYABI.NET.3",
    GROUP,
    EGRESS,
    also=("CKV_AWS_382",),
    remedy="state egress in the group itself, to 127.0.0.1/32 if it needs none; EC2's default is everywhere",
)
def nothing_goes_out_to_everywhere(subject: Subject) -> Iterator[str]:
    """No rule lets anything out to the internet, and none is left to EC2's default."""
    stated = _rules(subject, "Egress")
    if not stated:
        yield "it states no egress"
    for each in stated:
        yield from _too_wide(each)


@rule(
    "MIYABI.NET.4",
    GROUP,
    INGRESS,
    EGRESS,
    also=("CKV_AWS_23", "AwsSolutions-EC27"),
    remedy="say in GroupDescription what the group is for, and in each rule's Description why it is there",
)
def groups_and_rules_are_described(subject: Subject) -> Iterator[str]:
    """Every security group and every rule of one says why it is there."""
    if subject.resource.type == GROUP and not literal(subject.get("GroupDescription")):
        yield said("GroupDescription", subject.get("GroupDescription"))
    for each in (*_rules(subject, "Ingress"), *_rules(subject, "Egress")):
        if not isinstance(each, dict) or not literal(each.get("Description")):
            yield said("a rule's Description", each.get("Description") if isinstance(each, dict) else each)


def _rules(subject: Subject, direction: str) -> tuple[Any, ...]:
    """The rules that a group states itself in a direction, or the one that is a resource of its own."""
    if subject.resource.type == GROUP:
        return many(subject.get(f"SecurityGroup{direction}"))
    is_asked_for = subject.resource.type == f"{GROUP}{direction}"
    return (subject.deployment.properties(subject.resource),) if is_asked_for else ()


def _too_wide(each: Any) -> Iterator[str]:
    """Addresses of a rule that are too many, or not known."""
    if not isinstance(each, dict):
        yield said("a rule", each)
        return
    for key in ("CidrIp", "CidrIpv6", "SourcePrefixListId", "DestinationPrefixListId"):
        block = each.get(key)
        network = network_of(block)
        if block is not None and (network is None or network.prefixlen < WIDEST_PREFIX):
            yield said(key, block)


@rule(
    "MIYABI.NET.5",
    GROUP,
    also=("CKV2_AWS_5",),
    remedy="take the group away; one that nothing carries is a way in for whoever attaches it next",
)
def groups_are_used(group: Subject) -> Iterator[str]:
    """Something carries each security group."""
    carried = (
        group.deployment.resource(name)
        for carrier in group.system.of_type(*CARRIERS)
        for name in many(carrier.get(CARRIERS[carrier.resource.type]))
    )
    if group.resource not in carried:
        yield "nothing carries it"

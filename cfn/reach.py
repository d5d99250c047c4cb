"""Who can open a connection to a database: an upper bound, proved from the templates alone.

What is unknown counts as open, so nobody who can come in is left out. A group known only by an id or by a
parameter is taken to be none of those that the templates make. Network ACLs and the routes between subnets
are not looked at: they could only keep somebody out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from cfn.addresses import Extent, extent_of, is_loopback
from cfn.errors import ValueUnknown
from cfn.routes import internet_facing, internet_routes
from cfn.security_groups import Identity, Rule, SecurityGroups, identity, is_made_here
from cfn.values import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cfn.deployment import Deployment
    from cfn.template import Resource

DEFAULT_GROUP = "the VPC's default security group"


@dataclass(frozen=True, slots=True)
class Workload:
    """Something of the templates that can reach the database; `why` names the rule that lets it in."""

    resource: Resource
    why: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Everybody at these addresses: on the whole internet when `public`, else within reach of the VPC.

    `cidr` is a prefix list's id where the rule names one, and a placeholder where it is unknown.
    """

    cidr: str
    public: bool = False
    why: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Strangers:
    """Whoever a security group that no template makes has as members, or lets in itself."""

    group: str
    why: str = field(default="", compare=False)


Source: TypeAlias = Workload | Addresses | Strangers


@dataclass(frozen=True, slots=True)
class _Attachment:
    """Where a resource type says which groups and subnets it is in; without `needs` it is in no VPC."""

    groups: str
    subnets: str | None = None
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """The groups that something carries and the addresses it may have."""

    groups: tuple[Identity, ...]
    extent: Extent


_ATTACHMENTS = {
    "AWS::ApiGatewayV2::VpcLink": _Attachment("SecurityGroupIds", "SubnetIds"),
    "AWS::CodeBuild::Project": _Attachment("VpcConfig.SecurityGroupIds", "VpcConfig.Subnets", "VpcConfig"),
    "AWS::EC2::Instance": _Attachment("SecurityGroupIds", "SubnetId"),
    "AWS::EC2::LaunchTemplate": _Attachment("LaunchTemplateData.SecurityGroupIds"),
    "AWS::EC2::NetworkInterface": _Attachment("GroupSet", "SubnetId"),
    "AWS::ECS::Service": _Attachment(
        "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",
        "NetworkConfiguration.AwsvpcConfiguration.Subnets",
        "NetworkConfiguration",
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _Attachment("SecurityGroups", "Subnets"),
    "AWS::Lambda::Function": _Attachment("VpcConfig.SecurityGroupIds", "VpcConfig.SubnetIds", "VpcConfig"),
    "AWS::RDS::DBCluster": _Attachment("VpcSecurityGroupIds"),
    "AWS::RDS::DBInstance": _Attachment("VPCSecurityGroups"),
    "AWS::RDS::DBProxy": _Attachment("VpcSecurityGroupIds", "VpcSubnetIds"),
}


def sources(deployment: Deployment, database: Resource, port: int) -> list[Source]:
    """Everybody who can open a TCP connection to a port of a database (instance, cluster or proxy).

    First workloads of the templates, then strangers, then addresses; each once, with the first rule for it.
    Raises ValueUnknown for a resource of which we don't know where it says its security groups.
    """
    inside = _place(deployment, database)
    if inside is None:
        raise ValueUnknown(str(database), f"security groups of a {database.type} are not read here")
    rules = SecurityGroups(deployment)
    entrances = rules.ingress(inside.groups, port)
    found: list[Source] = [
        *_workloads(deployment, rules, database, inside, port),
        *_strangers(inside, entrances),
        *_addresses(entrances, public=_is_public(deployment, database)),
    ]
    return list(dict.fromkeys(found))


def _workloads(
    deployment: Deployment, rules: SecurityGroups, database: Resource, inside: _Place, port: int
) -> Iterator[Workload]:
    for actor in deployment.resources(*_ATTACHMENTS):
        outside = _place(deployment, actor)
        if outside and actor is not database and _passage(rules.egress(outside.groups, port), inside):
            entrance = _passage(rules.ingress(inside.groups, port), outside)
            if entrance:
                yield Workload(actor, entrance.why)


def _passage(rules: Iterable[Rule], other: _Place) -> Rule | None:
    """The first rule whose other side is that place."""
    return next((rule for rule in rules if rule.peer in other.groups or _meets(rule, other.extent)), None)


def _meets(rule: Rule, extent: Extent) -> bool:
    return rule.peer is None and extent.meets(rule.addresses)


def _strangers(inside: _Place, entrances: Iterable[Rule]) -> Iterator[Strangers]:
    for group in inside.groups:
        if not is_made_here(group):
            yield Strangers(
                str(group), "the database carries this group, whose own rules are not in a template"
            )
    for rule in entrances:
        if rule.peer is not None and not is_made_here(rule.peer):
            yield Strangers(str(rule.peer), rule.why)


def _addresses(entrances: Iterable[Rule], *, public: bool) -> Iterator[Addresses]:
    for rule in entrances:
        if rule.peer is None and not is_loopback(rule.addresses):
            yield Addresses(str(rule.addresses), public, rule.why)


def _place(deployment: Deployment, actor: Resource) -> _Place | None:
    """Where an actor is; None for one that is in no VPC, or whose type is not in the table."""
    attachment = _ATTACHMENTS.get(actor.type)
    if attachment is None or (attachment.needs and deployment.get(actor, attachment.needs) is None):
        return None
    named = many(deployment.get(actor, attachment.groups)) or (DEFAULT_GROUP,)
    groups = tuple(identity(deployment, group) for group in named)
    return _Place(groups, extent_of(deployment, _subnets(deployment, actor, attachment)))


def _subnets(deployment: Deployment, actor: Resource, attachment: _Attachment) -> Any:
    subnet_group = deployment.resource(deployment.get(actor, "DBSubnetGroupName"))
    if subnet_group is not None:
        return deployment.get(subnet_group, "SubnetIds")
    return deployment.get(actor, attachment.subnets) if attachment.subnets else None


def _is_public(deployment: Deployment, database: Resource) -> bool:
    """Left out, RDS chooses true in a VPC with an internet gateway; a proxy never has a public address."""
    if database.type == "AWS::RDS::DBProxy":
        return False
    return str(deployment.get(database, "PubliclyAccessible")).lower() != "false"


__all__ = ["Addresses", "Source", "Strangers", "Workload", "internet_facing", "internet_routes", "sources"]

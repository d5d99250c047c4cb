"""EC2's networks, where moto misplaces zones, loses descriptions of rules and leaves parts of a VPC behind.

Mended: a subnet lies in the zone whose id was given; a rule for TCP or UDP must have ports; a rule to a group
or a prefix list has its description, which can be changed by the rule's id and makes it no other rule; a VPC
takes its network ACL with it, and stays as long as it has groups; an endpoint is found by its id, its policy
can be reset, and its routes go where it goes; tags go with what they were on. An account's images are made
when somebody asks for them, as 1,300 of them take a tenth of a second.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    DependencyViolationError,
    InvalidParameterValue,
    InvalidSecurityGroupRuleIdNotFoundError,
)
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import AmiBackend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.vpcs import VPCs

if TYPE_CHECKING:
    from collections.abc import Callable

_WITH_PORTS = {"tcp", "6", "udp", "17"}

_TAKING_AWAY = (
    "delete_flow_logs",
    "delete_route_table",
    "delete_security_group",
    "delete_subnet",
    "revoke_security_group_egress",
    "revoke_security_group_ingress",
)
"""Operations whose arguments are ids of what is gone after them."""

_load_images = AmiBackend._load_amis  # noqa: SLF001  (what is mended)
_modify_endpoint = VPCs.modify_vpc_endpoint
_create_subnet = EC2Backend.create_subnet
_delete_vpc = EC2Backend.delete_vpc
_rule_init = SecurityGroupRule.__init__
_describe = {
    way: getattr(SecurityGroups, f"update_security_group_rule_descriptions_{way}")
    for way in ("ingress", "egress")
}


def _created_subnet(
    self: Any,
    vpc_id: str,
    cidr_block: str,
    ipv6_cidr_block: str | None = None,
    availability_zone: str | None = None,
    availability_zone_id: str | None = None,
    **named: Any,
) -> Any:
    """Find the zone by its id: moto files the subnet under no zone, and calls it the default one there."""
    if availability_zone_id and not availability_zone:
        zones = {zone.zone_id: zone.name for zone in self.describe_availability_zones()}
        availability_zone = zones.get(availability_zone_id, availability_zone_id)
    return _create_subnet(self, vpc_id, cidr_block, ipv6_cidr_block, availability_zone, **named)


def _deleted_vpc(self: Any, vpc_id: str) -> Any:
    if any(not group.is_default for group in self.groups.get(vpc_id, {}).values()):
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    vpc = _delete_vpc(self, vpc_id)
    for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id]:
        del self.network_acls[acl.id]
    return vpc


class _Rule:
    """What a security group's rule becomes."""

    def __init__(self: Any, backend: Any, protocol: str, group_id: str, *rest: Any, **named: Any) -> None:
        ports = (*rest, named.get("from_port"), named.get("to_port"))[:2]
        if str(protocol).lower() in _WITH_PORTS and None in ports:
            raise InvalidParameterValue(
                "Invalid value for portRange. Must specify both from and to ports with TCP/UDP."
            )
        _rule_init(self, backend, protocol, group_id, *rest, **named)
        for end in rest:
            if isinstance(end, dict) and "PrefixListId" in end:
                self.description = end.get("Description")

    def __eq__(self: Any, other: object) -> bool:
        """Whether both let the same through: a rule's description makes it no other, so EC2 refuses it."""
        return _let_through(self) == _let_through(other)

    __hash__ = None  # type: ignore[assignment]  # as in moto's class: a rule's parts change

    @property
    def description(self: Any) -> str | None:
        """The words for a rule, which moto keeps with the rule's other end."""
        told: str | None = (self.source_group or self.ip_range).get("Description")
        return told

    @description.setter
    def description(self: Any, told: str | None) -> None:
        end = self.source_group or self.ip_range
        end.pop("Description", None)
        if told:
            end["Description"] = told


def _let_through(rule: Any) -> tuple[Any, ...]:
    ends = (rule.cidr_ipv4, rule.cidr_ipv6, rule.source_group.get("GroupId"), rule.prefix_list_id)
    return (rule.ip_protocol, rule.from_port, rule.to_port, *ends)


def _describe_by_id(self: Any) -> bool:
    """Describe the rules that are named by their ids; whether there are any."""
    named = self._get_param("SecurityGroupRuleDescriptions", [])
    for one in named:
        rule = self.ec2_backend.get_security_group_rule(one["SecurityGroupRuleId"])
        rule.description = one.get("Description")
    return bool(named)


def _described_ingress(self: Any) -> ActionResult:
    return ActionResult({"Return": True}) if _describe_by_id(self) else _describe["ingress"](self)


def _described_egress(self: Any) -> ActionResult:
    return ActionResult({"Return": True}) if _describe_by_id(self) else _describe["egress"](self)


def _get_security_group_rule(self: Any, rule_id: str) -> Any:
    for groups in self.groups.values():
        for group in groups.values():
            rule = group.get_rule(rule_id)
            if rule:
                return rule
    raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)


def _load_images_later(self: Any) -> None:
    self.images_to_load = True


def _images(self: Any) -> dict[str, Any]:
    """The images of an account, with AWS's own from the first time on that somebody looks."""
    if self.__dict__.pop("images_to_load", False):
        _load_images(self)
    images: dict[str, Any] = self.__dict__["images"]
    return images


def _set_images(self: Any, images: dict[str, Any]) -> None:
    self.__dict__["images"] = images


def _modified_endpoint(self: Any) -> ActionResult:
    endpoint = self.ec2_backend.get_vpc_end_point(self._get_param("VpcEndpointId"))
    before = list(endpoint.route_table_ids)
    answer: ActionResult = _modify_endpoint(self)
    if self._get_param("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    if self._get_param("PrivateDnsEnabled") is not None:
        endpoint.private_dns_enabled = self._get_param("PrivateDnsEnabled")
    if endpoint.destination_prefix_list_id:
        _reroute(self.ec2_backend, endpoint, before)
    return answer


def _reroute(backend: Any, endpoint: Any, before: list[str]) -> None:
    """Put a gateway's route into the tables that it came to, and take it out of those that it left."""
    prefixes = endpoint.destination_prefix_list_id
    for table in set(endpoint.route_table_ids).difference(before):
        backend.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=prefixes)
    for table in set(before).difference(endpoint.route_table_ids):
        backend.delete_route(table, None, destination_prefix_list_id=prefixes)


def _forgetting(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The operation, after which what it took away has no tags."""

    def forgotten(self: Any, *given: Any, **named: Any) -> Any:
        answer = operation(self, *given, **named)
        gone = [named["security_rule_ids"]] if "security_rule_ids" in named else [*given, *named.values()]
        for names in gone:
            for name in names if isinstance(names, list) else [names]:
                self.tags.pop(name, None)
        return answer

    return forgotten


_MENDED = (
    (AmiBackend, "_load_amis", _load_images_later),
    (AmiBackend, "amis", property(_images, _set_images)),
    (EC2Backend, "create_subnet", _created_subnet),
    (EC2Backend, "delete_vpc", _forgetting(_deleted_vpc)),
    *((EC2Backend, name, _forgetting(getattr(EC2Backend, name))) for name in _TAKING_AWAY),
    (EC2Backend, "get_security_group_rule", _get_security_group_rule),
    (SecurityGroupRule, "__init__", _Rule.__init__),
    (SecurityGroupRule, "__eq__", _Rule.__eq__),
    (SecurityGroupRule, "description", _Rule.description),
    (VPCEndPoint, "vpc_endpoint_id", property(lambda endpoint: endpoint.id)),
    (VPCs, "modify_vpc_endpoint", _modified_endpoint),
    (SecurityGroups, "update_security_group_rule_descriptions_ingress", _described_ingress),
    (SecurityGroups, "update_security_group_rule_descriptions_egress", _described_egress),
)


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, name, operation in _MENDED:
        setattr(owner, name, operation)

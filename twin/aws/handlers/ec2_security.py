"""EC2's security groups, and rules that are resources of their own.

The rules within a group and those beside it look the same to EC2. CloudFormation knows them apart by its own
records; here those beside it carry a tag, as CloudFormation puts one on whatever takes tags.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.handlers.ec2_resources import having, only, retag_resource
from twin.aws.tagging import as_pairs, without

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_OWN_RESOURCE = "aws:cloudformation:logical-id"
"""The tag of a rule that is a resource of its own."""
_ENDS = (
    ("CidrIp", "IpRanges", "CidrIp"),
    ("CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
    ("SourcePrefixListId", "PrefixListIds", "PrefixListId"),
    ("DestinationPrefixListId", "PrefixListIds", "PrefixListId"),
    ("SourceSecurityGroupId", "UserIdGroupPairs", "GroupId"),
    ("DestinationSecurityGroupId", "UserIdGroupPairs", "GroupId"),
    ("SourceSecurityGroupName", "UserIdGroupPairs", "GroupName"),
    ("SourceSecurityGroupOwnerId", "UserIdGroupPairs", "UserId"),
)
"""Where a rule's other end goes in a permission: the property, the permission's list, the key in it."""
_EVERYWHERE = ({"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}, {"CidrIpv6": "::/0", "IpProtocol": "-1"})
"""The rules out that EC2 gives to a group of which nobody said where it may reach."""
_DIRECTIONS = {"SecurityGroupIngress": "ingress", "SecurityGroupEgress": "egress"}


def _create_group(request: Request) -> Identifier:
    ec2, wanted = request.client("ec2"), request.desired
    made = ec2.create_security_group(
        Description=wanted["GroupDescription"],
        GroupName=wanted.get("GroupName") or request.name(255),
        **{name: wanted[name] for name in ("VpcId",) if name in wanted},
    )
    identifier = request.begin(Id=made["GroupId"])
    _update_group(request, identifier)
    return identifier


def _read_group(aws: Aws, identifier: Identifier) -> Properties:
    ec2, group_id = aws.client("ec2"), identifier["Id"]
    group = only(
        ec2.describe_security_groups(Filters=having("group-id", group_id))["SecurityGroups"], identifier
    )
    told = {name: group.get(name) for name in ("GroupId", "GroupName", "VpcId")}
    rules = {name: [_stated(rule) for rule in _rules(ec2, group_id, name)] for name in _DIRECTIONS}
    return {
        **told,
        **rules,
        "Id": group_id,
        "GroupDescription": group["Description"],
        "Tags": without(group.get("Tags", [])),
    }


def _update_group(request: Request, identifier: Identifier) -> None:
    ec2, group_id = request.client("ec2"), identifier["Id"]
    for name in _DIRECTIONS:
        wanted = request.desired.get(name, [])
        if wanted != request.previous.get(name, []):
            _replace_rules(ec2, group_id, name, wanted)
    retag_resource(request, identifier)


def _delete_group(aws: Aws, identifier: Identifier) -> None:
    aws.client("ec2").delete_security_group(GroupId=identifier["Id"])


def _replace_rules(ec2: Any, group_id: str, direction: str, wanted: list[dict[str, Any]]) -> None:
    """Take away what is not wanted, then add what is missing: two rules may differ in words alone.

    A group that loses all its rules out gets none from EC2 in return; see the type's page.
    """
    there = {rule["SecurityGroupRuleId"]: _stated(rule) for rule in _rules(ec2, group_id, direction)}
    surplus = [name for name, rule in there.items() if not any(_is_as(rule, other) for other in wanted)]
    missing = [_permission(rule) for rule in wanted if not any(_is_as(it, rule) for it in there.values())]
    _revoke(ec2, group_id, direction, surplus)
    if missing:
        _call(ec2, "authorize", direction)(GroupId=group_id, IpPermissions=missing)


def _create_rule(request: Request, *, direction: str) -> Identifier:
    ec2, wanted = request.client("ec2"), request.desired
    if direction == "SecurityGroupEgress":
        _close(ec2, wanted["GroupId"])
    tags = {_OWN_RESOURCE: request.logical_id, "aws:cloudformation:stack-name": request.stack_name}
    made = _call(ec2, "authorize", direction)(
        **{name: wanted[name] for name in ("GroupId", "GroupName") if name in wanted},
        IpPermissions=[_permission(wanted)],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": as_pairs(tags)}],
    )
    return request.begin(Id=made["SecurityGroupRules"][0]["SecurityGroupRuleId"])


def _read_rule(aws: Aws, identifier: Identifier) -> Properties:
    rule = _rule(aws.client("ec2"), identifier)
    return {"Id": identifier["Id"], "GroupId": rule["GroupId"], **_stated(rule)}


def _update_rule(request: Request, identifier: Identifier, *, direction: str) -> None:
    ec2 = request.client("ec2")
    told = {name: request.desired[name] for name in ("Description",) if name in request.desired}
    _call(ec2, "update", direction)(
        GroupId=_rule(ec2, identifier)["GroupId"],
        SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": identifier["Id"], **told}],
    )


def _delete_rule(aws: Aws, identifier: Identifier, *, direction: str) -> None:
    ec2 = aws.client("ec2")
    _revoke(ec2, _rule(ec2, identifier)["GroupId"], direction, [identifier["Id"]])


def _rule(ec2: Any, identifier: Identifier) -> dict[str, Any]:
    mine = having("security-group-rule-id", identifier["Id"])
    return only(ec2.describe_security_group_rules(Filters=mine)["SecurityGroupRules"], identifier)


def _rules(ec2: Any, group_id: str, direction: str) -> list[dict[str, Any]]:
    """The rules of a group in one direction, without those that are resources of their own."""
    there = ec2.describe_security_group_rules(Filters=having("group-id", group_id))["SecurityGroupRules"]
    return [
        rule
        for rule in there
        if rule["IsEgress"] == (direction == "SecurityGroupEgress")
        and not any(tag["Key"] == _OWN_RESOURCE for tag in rule.get("Tags", []))
    ]


def _close(ec2: Any, group_id: str) -> None:
    """Take away the rules out to everywhere that EC2 gave, as a rule of its own takes their place."""
    rules = _rules(ec2, group_id, "SecurityGroupEgress")
    given = [
        rule["SecurityGroupRuleId"]
        for rule in rules
        if any(_is_as(_stated(rule), other) for other in _EVERYWHERE)
    ]
    _revoke(ec2, group_id, "SecurityGroupEgress", given)


def _revoke(ec2: Any, group_id: str, direction: str, rule_ids: list[str]) -> None:
    if rule_ids:
        _call(ec2, "revoke", direction)(GroupId=group_id, SecurityGroupRuleIds=rule_ids)


def _call(ec2: Any, verb: str, direction: str) -> Any:
    """EC2's operation of a name such as `revoke_security_group_egress`."""
    what = "security_group_rule_descriptions" if verb == "update" else "security_group"
    return getattr(ec2, f"{verb}_{what}_{_DIRECTIONS[direction]}")


def _permission(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of a template as EC2 takes it."""
    permission: dict[str, Any] = {
        name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule
    }
    told = {name: rule[name] for name in ("Description",) if name in rule}
    for name, where, key in _ENDS:
        if name in rule:
            permission.setdefault(where, [dict(told)])[0][key] = rule[name]
    return permission


def _stated(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of EC2's as a template states it."""
    group, side = rule.get("ReferencedGroupInfo", {}), "Destination" if rule["IsEgress"] else "Source"
    told = {name: rule.get(name) for name in ("CidrIpv6", "Description", "FromPort", "IpProtocol", "ToPort")}
    ends = {
        "CidrIp": rule.get("CidrIpv4"),
        f"{side}PrefixListId": rule.get("PrefixListId"),
        f"{side}SecurityGroupId": group.get("GroupId"),
    }
    owner = {} if rule["IsEgress"] else {"SourceSecurityGroupOwnerId": group.get("UserId")}
    return {name: value for name, value in (told | ends | owner).items() if value is not None}


def _is_as(rule: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a rule is one that a template states, which need not name ports or an owner."""
    same = all(rule.get(name) == value for name, value in wanted.items())
    return same and rule.get("Description") == wanted.get("Description")


HANDLERS = (
    Handler(
        type="AWS::EC2::SecurityGroup",
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
    ),
    *(
        Handler(
            type=f"AWS::EC2::{direction}",
            create=partial(_create_rule, direction=direction),
            read=_read_rule,
            update=partial(_update_rule, direction=direction),
            delete=partial(_delete_rule, direction=direction),
        )
        for direction in _DIRECTIONS
    ),
)

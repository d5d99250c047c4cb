"""Mistakes in the network: security groups, network ACLs, where a function and a database are placed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from twin.faults.change import Done, undoing
from twin.faults.injectors.release import change_settings
from twin.faults.targets import TargetMissing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.faults.targets import Targets, World

_RULE: Final = 1
"""Number of an entry in a network ACL: the first that is looked at."""
_TCP: Final = "6"
_OTHER_RANGE: Final = "10.99.0.0/16"


def close_database(world: World, targets: Targets) -> Done:
    """Revoke every rule by which the database's groups let anybody in at its port."""
    ec2, groups = world.aws.client("ec2"), _database_groups(targets)
    port, undo, closed = _port(targets), [], 0
    for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]:
        rules = [_given(rule) for rule in group["IpPermissions"] if _covers(rule, port)]
        if rules:
            named = {"GroupId": group["GroupId"], "IpPermissions": rules}
            ec2.revoke_security_group_ingress(**named)
            undo.append(partial(ec2.authorize_security_group_ingress, **named))
            closed += len(rules)
    told = f"security groups {', '.join(groups)} of the database let nobody in at {port}"
    return Done(f"{told} ({closed} {'rule' if closed == 1 else 'rules'} revoked)", undoing(*undo))


def let_nothing_out(world: World, targets: Targets) -> Done:
    """Revoke every rule by which the function's groups let it out."""
    ec2, groups, undo = world.aws.client("ec2"), _function_groups(targets), []
    for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]:
        if rules := [_given(rule) for rule in group["IpPermissionsEgress"]]:
            named = {"GroupId": group["GroupId"], "IpPermissions": rules}
            ec2.revoke_security_group_egress(**named)
            undo.append(partial(ec2.authorize_security_group_egress, **named))
    return Done(f"security groups {', '.join(groups)} of the function let nothing out", undoing(*undo))


def deny_returns(world: World, targets: Targets) -> Done:
    """Deny what the database answers, in its subnets' network ACLs, which keep no state."""
    ec2 = world.aws.client("ec2")
    assert targets.database is not None  # noqa: S101  (the catalogue asks for one)
    subnets = [each["SubnetIdentifier"] for each in targets.database["DBSubnetGroup"]["Subnets"]]
    found = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": subnets}])
    acls = sorted(acl["NetworkAclId"] for acl in found["NetworkAcls"])
    undo = []
    for acl in acls:
        named = {"NetworkAclId": acl, "RuleNumber": _RULE, "Egress": True}
        ec2.create_network_acl_entry(
            **named,
            Protocol=_TCP,
            RuleAction="deny",
            CidrBlock="0.0.0.0/0",
            PortRange={"From": 1024, "To": 65535},
        )
        undo.append(partial(ec2.delete_network_acl_entry, **named))
    return Done(
        f"network ACL {', '.join(acls)} of the database's subnets denies what answers", undoing(*undo)
    )


def leave_vpc(world: World, targets: Targets) -> Done:
    """Take the function out of its VPC."""
    settings: dict[str, Any] = {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}}
    return change_settings(world, targets, settings, f"function {targets.function_name} is in no VPC")


def move_to_other_vpc(world: World, targets: Targets) -> Done:
    """Put the function into a VPC of its own, from which no route leads to the database's."""
    ec2 = world.aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=_OTHER_RANGE)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=_OTHER_RANGE)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="elsewhere", Description="Lets everything out")
    settings = {"VpcConfig": {"SubnetIds": [subnet], "SecurityGroupIds": [group["GroupId"]]}}
    done = change_settings(
        world, targets, settings, f"function {targets.function_name} is in another VPC, {vpc}"
    )
    return Done(
        done.did,
        undoing(
            lambda: ec2.delete_vpc(VpcId=vpc),
            lambda: ec2.delete_subnet(SubnetId=subnet),
            lambda: ec2.delete_security_group(GroupId=group["GroupId"]),
            done.undo,
        ),
    )


def make_private(world: World, targets: Targets) -> Done:
    """Take its public address from the database."""
    rds, name = world.aws.client("rds"), targets.database_id
    rds.modify_db_instance(DBInstanceIdentifier=name, PubliclyAccessible=False, ApplyImmediately=True)
    return Done(
        f"database {name} has no public address",
        lambda: rds.modify_db_instance(
            DBInstanceIdentifier=name, PubliclyAccessible=True, ApplyImmediately=True
        ),
    )


def _database_groups(targets: Targets) -> list[str]:
    if targets.database is None:
        raise TargetMissing("a database")
    return sorted(each["VpcSecurityGroupId"] for each in targets.database["VpcSecurityGroups"])


def _function_groups(targets: Targets) -> list[str]:
    return sorted(targets.function.get("VpcConfig", {}).get("SecurityGroupIds", ()))


def _port(targets: Targets) -> int:
    assert targets.database is not None  # noqa: S101  (whoever asks has looked)
    return int(targets.database["Endpoint"]["Port"])


def _covers(rule: Mapping[str, Any], port: int) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    return rule["IpProtocol"] in {"tcp", _TCP} and rule["FromPort"] <= port <= rule["ToPort"]


def _given(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as it is revoked and authorised: without the lists that say nothing."""
    return {name: value for name, value in rule.items() if value not in ([], None)}


INJECTORS: Final = {
    "close_database": close_database,
    "let_nothing_out": let_nothing_out,
    "deny_returns": deny_returns,
    "leave_vpc": leave_vpc,
    "move_to_other_vpc": move_to_other_vpc,
    "make_private": make_private,
}

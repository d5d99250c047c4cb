"""What is to be typed opens the whole way, and nothing is opened for what asks elsewhere, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from runtime.contract import HANDLERS, Function
from tests.ops.doctor.databases import HOST, OF_LAYERS, URL
from tests.ops.doctor.networks import ANY, PROVED, SILENCE, answer, found, proved_of, type_in
from tests.ops.doctor.reading import refusal
from tests.ops.network.conftest import POSTGRESQL, tcp

if TYPE_CHECKING:
    from tests.ops.network.conftest import Net

    Entry = tuple[int, bool, str, str, tuple[int, int] | None]

MIGRATOR = "migrator"


def test_an_entry_that_denies_gets_one_before_it(net: Net) -> None:
    subnet = net.database.subnet_ids[0]
    denying = net.acl(
        subnet,
        (7, True, "deny", ANY, (1024, 65535)),
        (9, True, "allow", ANY, None),
        (100, False, "allow", ANY, None),
    )

    told = answer("NET-006", found(net, SILENCE))

    assert f"rule 7 of network ACL {denying} denies the answers out of subnet {subnet}" in told.because
    assert told.commands == (
        (
            f"aws ec2 create-network-acl-entry --network-acl-id {denying} --egress --rule-number 6 "
            "--protocol tcp --port-range From=1024,To=65535 --cidr-block 10.0.0.0/23 --rule-action allow"
        ),
    )


@pytest.mark.parametrize(
    "entries",
    [
        (),
        ((100, False, "allow", ANY, None),),
        ((100, True, "allow", ANY, (443, 443)),),
        ((1, False, "deny", ANY, None), (1, True, "deny", ANY, None), (2, True, "allow", ANY, None)),
        (
            (50, False, "deny", ANY, (5432, 5432)),
            (49, False, "deny", ANY, (22, 22)),
            (60, False, "allow", ANY, None),
        ),
        ((32766, False, "deny", ANY, None), (32766, True, "deny", ANY, None)),
    ],
)
def test_what_is_typed_opens_all_of_the_way_at_once(net: Net, entries: tuple[Entry, ...]) -> None:
    """Both subnets' ACLs, both ways, both kinds of ports; afterwards nothing of the kind is left."""
    for subnet in (*net.function.subnet_ids, *net.database.subnet_ids):
        net.acl(subnet, *entries)

    told = answer("NET-006", found(net, SILENCE))
    for command in told.commands:
        type_in(net, command)

    assert len(told.commands) == len(set(told.commands))
    assert answer("NET-006", found(net, SILENCE)).verdict is Verdict.RULED_OUT


def test_what_is_typed_opens_the_way_to_the_standby_as_well(net: Net) -> None:
    for subnet in (*net.function.subnet_ids, *net.database.subnet_ids):
        net.acl(subnet)
    both = {"MultiAZ": True, "SecondaryAvailabilityZone": "b"}

    for command in answer("NET-006", found(net, SILENCE, told_of_database=both)).commands:
        type_in(net, command)

    assert answer("NET-015", found(net, SILENCE, told_of_database=both)).verdict is Verdict.RULED_OUT


def test_code_of_ours_that_has_no_database_needs_no_way_to_one(net: Net) -> None:
    """The login, be it behind health's route by mistake."""
    login = HANDLERS[Function.LOGIN]
    whole = found(net, SILENCE, outside=True, handler=login, configuration={"Environment": {}})
    others = found(net, SILENCE, outside=True, handler="theirs.handle")

    assert proved_of(whole) == []
    assert answer("NET-002", whole).because == "function api:live is the login, which asks no database"
    assert "NET-002" in proved_of(others)


def test_a_port_that_the_instance_has_moved_to_gets_no_rule(net: Net) -> None:
    """The rules and the URL agree: the instance is to go back."""
    moved = {"Endpoint": {"Address": HOST, "Port": 5499}}
    whole = found(net, SILENCE, told_of_database=moved)

    assert proved_of(whole) == []
    assert "is open at 5432, which the URL names" in answer("NET-001", whole).because
    back = OF_LAYERS["DB-030"].answer(whole)
    assert back.verdict is PROVED
    assert "--db-port-number 5432" in back.commands[0]


def test_a_port_that_nobody_is_let_in_at_gets_a_rule_where_the_instance_listens(net: Net) -> None:
    group = net.database.group_ids[0]
    [rule] = net.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    net.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])
    whole = found(net, SILENCE, url=URL.replace(":5432/", ":5439/"))

    assert proved_of(whole) == ["NET-001"]
    assert "--port 5432 " in answer("NET-001", whole).commands[0]
    assert OF_LAYERS["DB-030"].answer(whole).commands == ()


def migrating(net: Net, **told: Any) -> dict[str, Any]:
    """A migrator that is published, in the function's subnets and under its group, or elsewhere."""
    subnets, groups = list(net.function.subnet_ids), list(net.function.group_ids)
    vpc = {"VpcId": net.function.vpc_id, "SubnetIds": subnets, "SecurityGroupIds": groups, **told}

    def parameter(Name: str) -> Any:  # noqa: N803  (as botocore calls it)
        is_it = Name.endswith("database/migrator-function-name")
        return {"Parameter": {"Value": MIGRATOR}} if is_it else refusal("ParameterNotFound")

    return {
        "functions": {MIGRATOR: {"FunctionName": MIGRATOR, "VpcConfig": vpc}},
        "answers": {"ssm:GetParameter": parameter},
    }


def test_a_migrator_that_reaches_the_database_is_no_risk(net: Net) -> None:
    assert answer("NET-020", found(net, SILENCE, **migrating(net))).verdict is Verdict.RULED_OUT


def test_a_migrator_that_is_not_let_in_is_a_risk_with_its_rule(net: Net) -> None:
    other = net.ec2.create_security_group(VpcId=net.vpc, GroupName="migrator", Description="x")["GroupId"]
    told = answer("NET-020", found(net, SILENCE, **migrating(net, SecurityGroupIds=[other])))

    assert told.verdict is PROVED
    assert told.commands == (
        (
            f"aws ec2 authorize-security-group-ingress --group-id {net.database.group_ids[0]} --protocol tcp "
            f"--port {POSTGRESQL} --source-group {other}"
        ),
    )
    net.ec2.authorize_security_group_ingress(
        GroupId=net.database.group_ids[0],
        IpPermissions=[tcp(POSTGRESQL, UserIdGroupPairs=[{"GroupId": other}])],
    )
    again = answer("NET-020", found(net, SILENCE, **migrating(net, SecurityGroupIds=[other])))
    assert again.verdict is Verdict.RULED_OUT


def test_a_migrator_outside_of_the_vpc_is_a_risk(net: Net) -> None:
    outside = migrating(net, VpcId="", SubnetIds=[], SecurityGroupIds=[])
    assert answer("NET-020", found(net, SILENCE, **outside)).verdict is PROVED


def test_a_subnet_that_lambda_calls_wrong_is_named_anew_and_not_published_alone(net: Net) -> None:
    failed = {"State": "Failed", "StateReasonCode": "InvalidSubnet"}
    told = answer("NET-010", found(net, SILENCE, configuration=failed))
    assert told.commands[0].startswith(
        "aws lambda update-function-configuration --function-name api --vpc-config"
    )

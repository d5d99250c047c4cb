"""What keeps a function from its subnets, from AWS's APIs and the internet; what silence does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from tests.ops.doctor.databases import URL, WELL
from tests.ops.doctor.networks import (
    ANY,
    GATEWAY_500,
    LATE,
    PROVED,
    SILENCE,
    answer,
    found,
    proved_of,
)

if TYPE_CHECKING:
    from tests.ops.network.conftest import Net


@pytest.mark.parametrize(
    ("code", "fault"), [("EniLimitExceeded", "LAM-008"), ("SubnetOutOfIPAddresses", "LAM-009")]
)
def test_what_lambda_says_of_its_interfaces_is_taken_for_it(net: Net, code: str, fault: str) -> None:
    configuration = {"State": "Failed", "StateReasonCode": code}

    whole = found(net, found=GATEWAY_500, configuration=configuration)

    assert proved_of(whole) == [fault]
    assert code in answer(fault, whole).because


def test_few_free_addresses_are_a_risk(net: Net) -> None:
    def subnets(**asked: Any) -> Any:
        told = net.ec2.describe_subnets(**asked)
        return {"Subnets": [{**each, "AvailableIpAddressCount": 2} for each in told["Subnets"]]}

    assert proved_of(found(net, found=WELL, answers={"ec2:DescribeSubnets": subnets})) == ["NET-018"]


def with_nat(net: Net) -> str:
    """Lead the function's subnets to a NAT gateway."""
    public = net.database.subnet_ids[0]
    net.ec2.create_route(RouteTableId=net.table(public), DestinationCidrBlock=ANY, GatewayId=net.gateway())
    nat = net.nat(public)
    table = net.table(*net.function.subnet_ids)
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANY, NatGatewayId=nat)
    return nat


ASKED = '[ERROR] ConnectTimeoutError: Connect timeout on endpoint URL: "https://secretsmanager.us-east-1.amazonaws.com/"'


def test_a_function_that_waits_for_aws_in_vain_has_no_way_there(net: Net) -> None:
    whole = found(net, ASKED, found=GATEWAY_500, handler="theirs.handle")
    told = answer("NET-004", whole)

    assert proved_of(whole) == ["NET-004"]
    assert told.because.startswith(
        "api:live waits for secretsmanager of AWS in vain, by its own log: subnet "
    )
    assert "--service-name com.amazonaws.us-east-1.secretsmanager" in told.commands[-1]


def test_a_nat_gateway_that_is_gone_comes_before_none(net: Net) -> None:
    nat = with_nat(net)
    before = found(net, ASKED, found=GATEWAY_500, handler="theirs.handle")
    assert proved_of(before) == []
    assert answer("NET-004", before).verdict is Verdict.UNKNOWN, "the way is open by its configuration"
    net.ec2.delete_nat_gateway(NatGatewayId=nat)

    whole = found(net, ASKED, found=GATEWAY_500, handler="theirs.handle")

    assert proved_of(whole) == ["NET-016"]
    assert f"NAT gateway {nat} is not available" in answer("NET-016", whole).because


def test_an_endpoint_whose_group_admits_nobody_is_named(net: Net) -> None:
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsHostnames={"Value": True})
    endpoint = net.ec2.create_vpc_endpoint(
        VpcId=net.vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.us-east-1.secretsmanager",
        SubnetIds=list(net.database.subnet_ids),
        SecurityGroupIds=list(net.database.group_ids),
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]

    whole = found(net, ASKED, found=GATEWAY_500, handler="theirs.handle")

    assert proved_of(whole) == ["NET-017"]
    assert endpoint in answer("NET-017", whole).because
    assert "--port 443" in answer("NET-017", whole).commands[0]


def test_a_login_in_a_vpc_without_a_way_out_fails_by_itself(net: Net) -> None:
    """Only who logs in notices; its name is one that the service stack has published."""
    inside = {"SubnetIds": list(net.function.subnet_ids), "VpcId": net.vpc, "SecurityGroupIds": []}

    def configuration(**asked: Any) -> Any:
        place = inside if asked["FunctionName"] == "login" else {}
        return {"FunctionName": asked["FunctionName"], "VpcConfig": place}

    answers = {
        "ssm:GetParameter": {"Parameter": {"Value": "login"}},
        "lambda:GetFunctionConfiguration": configuration,
    }

    told = answer("NET-019", found(net, found=WELL, answers=answers))

    assert told.verdict is PROVED
    assert told.because.startswith(f"function login is in {net.vpc}, and asks GitHub: ")


def test_what_is_changed_and_not_published_is_to_be_published(net: Net) -> None:
    """The alias leads to a version that is in no VPC still."""
    inside = {"SubnetIds": ["subnet-1"], "VpcId": net.vpc, "SecurityGroupIds": []}

    def configuration(**asked: Any) -> Any:
        place = {} if asked.get("Qualifier") else inside
        return {
            "FunctionName": "api",
            "VpcConfig": place,
            "Environment": {"Variables": {"DATABASE_URL": URL}},
        }

    answers = {"lambda:GetFunctionConfiguration": configuration}

    told = answer("NET-002", found(net, SILENCE, answers=answers))

    assert told.verdict is PROVED
    assert [command.split()[2] for command in told.commands] == ["wait", "update-alias"]


def test_the_policy_of_an_endpoint_is_told_by_aws_itself(net: Net) -> None:
    line = (
        "AccessDeniedException: User: arn:aws:sts::1:assumed-role/api/api is not authorized to perform: "
        "secretsmanager:GetSecretValue because no VPC endpoint policy allows the action"
    )

    told = answer("NET-017", found(net, line, found=GATEWAY_500))

    assert told.verdict is PROVED
    assert "secretsmanager:GetSecretValue" in told.because


def test_silence_of_other_code_is_not_laid_at_anybodys_door(net: Net) -> None:
    whole = found(net, LATE, found=GATEWAY_500, handler="theirs.handle")

    assert proved_of(whole) == []
    assert "nothing tells for what" in answer("NET-004", whole).because
    assert answer("DB-023", whole).verdict is Verdict.UNKNOWN


def test_an_open_way_and_no_answer_is_left_undecided(net: Net) -> None:
    whole = found(net, SILENCE)
    told = answer("DB-023", whole)

    assert proved_of(whole) == []
    assert told.verdict is Verdict.UNKNOWN
    assert "open by its configuration" in told.because
    assert "--probe" in told.decide


def test_what_the_migrator_measures_decides(net: Net) -> None:
    whole = found(net, SILENCE)
    whole.inside.way = {"reached": True, "connect_ms": 8100.0, "round_trip_ms": 4000.0, "resolve_ms": 1.0}

    assert answer("DB-023", whole).because == (
        "from inside of the network, miyabi-staging-1 takes 8.1 s to answer"
    )

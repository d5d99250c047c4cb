"""Templates become the architecture that a person would draw of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings

from cfn import Deployment, Template
from report.architecture import architecture_of
from report.architecture.folding.table import table
from report.architecture.model import Architecture, Boundary, Lane
from tests.cfn.test_any_template import mutations
from tests.report.architecture.drawings import ENVIRONMENTS, architecture, deployment_of
from tests.report.architecture.strategies import arn, body, deployment, ref
from tests.sampling import examples


def arrows(found: Architecture) -> set[tuple[str, str, str]]:
    """Who does what to whom, by titles."""
    return {
        (found.tile(arrow.source).title, arrow.label, found.tile(arrow.target).title)
        for arrow in found.arrows
    }


def path(found: Architecture, tile: str) -> list[Boundary]:
    """What is around a tile, the innermost first."""
    groups = {group.id: group for group in found.groups}
    around, at = [], found.tile(tile).group
    while at:
        around.append(groups[at].boundary)
        at = groups[at].parent
    return around


def test_production_is_what_its_readme_draws() -> None:
    assert arrows(architecture("production")) == {
        ("Users", "HTTPS", "CloudFront"),
        ("Firewall (WAF)", "filters", "CloudFront"),
        ("CloudFront", "/*", "Frontend bucket"),
        ("CloudFront", "/api/*", "HTTP API"),
        ("HTTP API", "InvokeFunction", "API function"),
        ("HTTP API", "InvokeFunction", "Login function"),
        ("Login function", "InvokeFunction", "API function"),
        ("Login function", "HTTPS", "GitHub"),
        ("API function", "TLS 5432", "Database"),
        ("Migrator function", "TLS 5432", "Database"),
    }


def test_the_reported_api_may_not_invoke_its_function() -> None:
    [arrow] = [each for each in architecture("reported").arrows if each.target == "service.ApiFunction"]

    assert arrow.label == "no permission"
    assert arrow.is_permitted is False


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_resource_is_in_the_picture_once(environment: str) -> None:
    found = architecture(environment)
    held = [tile.resources for tile in found.tiles] + [group.resources for group in found.groups]
    places = Counter(name for resources in held for name in set(resources))
    twice = {name for group in found.groups for name in group.resources}

    assert {str(each) for each in deployment_of(environment).resources()} == places.keys()
    assert {name for name, count in places.items() if count > 1} <= twice  # a group may be drawn in two lanes


def test_a_database_is_in_its_security_group_in_its_subnets_in_its_vpc() -> None:
    assert path(architecture("staging"), "database.Database") == [
        Boundary.SECURITY_GROUP,
        Boundary.SUBNETS,
        Boundary.VPC,
        Boundary.REGION,
        Boundary.ACCOUNT,
    ]


def test_what_is_in_no_network_is_in_the_region_and_what_is_global_in_the_account() -> None:
    found = architecture("production")

    assert path(found, "service.LoginFunction") == [Boundary.REGION, Boundary.ACCOUNT]
    assert path(found, "edge.Distribution") == [Boundary.ACCOUNT]
    assert path(found, "outside:GitHub") == []


def test_a_function_carries_its_role_and_its_logs() -> None:
    tile = architecture("staging").tile("service.ApiFunction")

    assert [(each.icon, each.caption) for each in tile.satellites] == [("role", "role"), ("logs", "30 days")]
    assert {"service.ApiRole", "service.ApiLogGroup", "service.ApiAlias"} <= set(tile.resources)


def test_a_tile_tells_what_an_architect_asks_for() -> None:
    found = architecture("production")

    assert found.tile("service.HttpApi").details == ("52 routes", "200 requests/s")
    assert found.tile("database.Database").details == ("PostgreSQL 15.19", "db.t3.small, 2 zones")
    assert found.tile("alarms").title == "24 alarms"
    assert found.tile("backup").details == ("of Database, 365 days",)


def test_a_log_bucket_stands_with_the_logs_and_a_served_one_beside_the_api() -> None:
    found = architecture("production")

    assert found.tile("edge.LogBucket").lane is Lane.OBSERVABILITY
    assert found.tile("edge.FrontendBucket").lane is Lane.API


def test_an_unknown_type_has_a_tile_that_says_what_it_is() -> None:
    found = architecture_of(deployment({"NightlyJob": {"Type": "AWS::Glue::Job"}}))

    [tile] = found.tiles
    assert (tile.title, tile.details, tile.lane) == ("Nightly job", ("Glue Job",), Lane.OTHER)


def test_many_resources_of_an_unknown_type_are_one_tile() -> None:
    found = architecture_of(deployment({f"Job{number}": {"Type": "AWS::Glue::Job"} for number in range(40)}))

    [tile] = found.tiles
    assert tile.title == "40 × Glue Job"  # noqa: RUF001  (the sign for times)
    assert len(tile.resources) == 40


def test_a_queue_feeds_a_function_that_writes_a_table() -> None:
    allowed = {
        "Effect": "Allow",
        "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
        "Resource": arn("Table"),
    }
    policy = {"PolicyName": "p", "PolicyDocument": {"Statement": [allowed]}}
    resources = {
        "Jobs": body("SQS::Queue"),
        "Table": body("DynamoDB::Table"),
        "Worker": body("Lambda::Function", Role=arn("Role")),
        "Role": body("IAM::Role", Policies=[policy]),
        "Feed": body("Lambda::EventSourceMapping", EventSourceArn=arn("Jobs"), FunctionName=ref("Worker")),
    }

    assert arrows(architecture_of(deployment(resources))) == {
        ("Queue", "events", "Worker"),
        ("Worker", "reads, writes", "DynamoDB table"),
    }


def test_actions_of_one_statement_go_to_the_services_that_have_them() -> None:
    allowed = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "sqs:SendMessage", "states:StartExecution"],
        "Resource": [arn("Table"), arn("Jobs"), ref("Machine")],
    }
    resources = {
        "Jobs": body("SQS::Queue"),
        "Table": body("DynamoDB::Table"),
        "Machine": body("StepFunctions::StateMachine"),
        "Worker": body("Lambda::Function", Role=arn("Role")),
        "Role": body("IAM::Role", Policies=[{"PolicyName": "p", "PolicyDocument": {"Statement": [allowed]}}]),
    }

    assert arrows(architecture_of(deployment(resources))) == {
        ("Worker", "GetItem", "DynamoDB table"),
        ("Worker", "SendMessage", "Queue"),
        ("Worker", "StartExecution", "State machine"),
    }


def test_what_fails_goes_to_another_queue() -> None:
    policy = {"deadLetterTargetArn": arn("Failed"), "maxReceiveCount": 3}
    resources = {"Jobs": body("SQS::Queue", RedrivePolicy=policy), "Failed": body("SQS::Queue")}

    assert arrows(architecture_of(deployment(resources))) == {("Jobs", "failed", "Failed")}


def test_the_events_of_a_serverless_function_lead_to_it() -> None:
    events = {
        "Asked": {"Type": "HttpApi", "Properties": {"ApiId": ref("Api"), "Path": "/", "Method": "GET"}},
        "Fed": {"Type": "SQS", "Properties": {"Queue": arn("Jobs")}},
        "Woken": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}},
    }
    resources = {
        "Api": body("Serverless::HttpApi"),
        "Jobs": body("SQS::Queue"),
        "Worker": body("Serverless::Function", Events=events),
    }

    assert arrows(architecture_of(deployment(resources))) == {
        ("Users", "HTTPS", "HTTP API"),
        ("HTTP API", "InvokeFunction", "Worker"),
        ("Queue", "event", "Worker"),
    }


def routed(gateway: Any, *, is_associated: bool = True) -> str:
    """What the subnet of a function is called whose route table has a route to a gateway."""
    resources = {
        "Vpc": body("EC2::VPC", CidrBlock="10.0.0.0/16"),
        "Gateway": body("EC2::InternetGateway"),
        "Nat": body("EC2::NatGateway"),
        "Subnet": body("EC2::Subnet", VpcId=ref("Vpc")),
        "Table": body("EC2::RouteTable", VpcId=ref("Vpc")),
        "Route": body("EC2::Route", RouteTableId=ref("Table"), GatewayId=gateway),
        "Worker": body("Lambda::Function", VpcConfig={"SubnetIds": [ref("Subnet")]}),
    }
    if is_associated:
        both = {"SubnetId": ref("Subnet"), "RouteTableId": ref("Table")}
        resources["Association"] = body("EC2::SubnetRouteTableAssociation", **both)
    found = architecture_of(deployment(resources))
    around = found.tile("stack.Worker").group
    return next(group.caption for group in found.groups if group.id == around)


def test_a_subnet_with_a_route_to_an_internet_gateway_is_public() -> None:
    assert routed(ref("Gateway")) == "Public subnet"
    assert routed("igw-0123456789abcdef0") == "Public subnet"


def test_a_subnet_without_one_is_private() -> None:
    assert routed(ref("Nat")) == "Private subnet"
    assert routed(ref("Gateway"), is_associated=False) == "Private subnet"


def test_of_a_subnet_that_is_only_named_nobody_knows() -> None:
    resources = {"Worker": body("Lambda::Function", VpcConfig={"SubnetIds": ["subnet-1", "subnet-2"]})}

    assert [group.caption for group in architecture_of(deployment(resources)).groups][-1] == "Subnets"


def test_a_balancer_leads_to_the_service_behind_it() -> None:
    listener = {"LoadBalancerArn": ref("Balancer"), "Protocol": "HTTPS", "Port": 443}
    resources = {
        "Balancer": body("ElasticLoadBalancingV2::LoadBalancer"),
        "Listener": body(
            "ElasticLoadBalancingV2::Listener", DefaultActions=[{"TargetGroupArn": ref("Group")}], **listener
        ),
        "Group": body("ElasticLoadBalancingV2::TargetGroup", Protocol="HTTP", Port=8080),
        "Service": body("ECS::Service", LoadBalancers=[{"TargetGroupArn": ref("Group")}]),
    }

    assert arrows(architecture_of(deployment(resources))) == {
        ("Users", "HTTPS 443", "Load balancer"),
        ("Load balancer", "HTTP 8080", "ECS service"),
    }


def test_resources_that_name_each_other_in_a_circle_end_somewhere() -> None:
    resources = {
        "One": body("IAM::Role", Path=ref("Other")),
        "Other": body("IAM::Role", Path=ref("One")),
    }

    [tile] = architecture_of(deployment(resources)).tiles
    assert {"stack.One", "stack.Other"} == set(tile.resources)


def test_the_table_names_lanes_and_kinds_that_there_are() -> None:
    known = table()

    assert not known.kinds.keys() & known.folded.keys()
    assert not known.network & (known.kinds.keys() | known.folded.keys())
    assert known.attached.keys() <= known.kinds.keys()


@given(mutations())
@settings(max_examples=examples(6, soak=3000))
def test_a_broken_template_of_ours_is_drawn_or_refused(template: dict[str, Any]) -> None:
    from cfn import CfnError

    try:
        found = architecture_of(Deployment("tried", [Template("tried", template)], "eu-west-1"))
    except CfnError:
        return
    names = {tile.id for tile in found.tiles}

    assert {end for arrow in found.arrows for end in (arrow.source, arrow.target)} <= names
    assert len(names) == len(found.tiles)

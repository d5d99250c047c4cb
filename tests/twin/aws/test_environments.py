"""Whole environments on the local AWS, by plain boto3: the very templates that `make synth` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from cfn.registry import schema_of
from tests.twin.aws.inventory import inventory
from twin.aws import keeping
from twin.aws.clients import Aws
from twin.aws.cloudformation.service import cloudformation_of
from twin.aws.cloudformation.working import held_differences
from twin.aws.deploying import Written, creation, deploy, prepare, update
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.cloudformation.state import Held, Stack

FRESH = ("staging", "production")
WITH_THEIR_FUNCTION = "AWS::Lambda::Version"
"""Whatever their policy says, Lambda deletes a function's versions with it."""
RETAINED = ("Retain", "RetainExceptOnCreate")


def written(environment: str) -> Written:
    """What `make synth` writes: tests/stacks/test_golden.py holds these files to it, byte for byte."""
    return Written(Path(__file__).parents[2] / "golden" / environment)


@pytest.fixture(params=FRESH)
def environment(request: pytest.FixtureRequest) -> Written:
    """Each environment that can be deployed into an empty account."""
    return written(request.param)


@dataclass(frozen=True, slots=True)
class Deployed:
    """An environment in an account that has nothing else."""

    aws: Aws
    environment: Written


@pytest.fixture(scope="module", params=FRESH)
def deployed(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    """Each such environment, deployed once for all tests that look and change nothing."""
    aws = Aws("305217764198", "us-east-1")
    deploy(aws, written(request.param))
    yield Deployed(aws, written(request.param))
    keeping.forget(aws.account)


def stacks_of(aws: Aws, environment: Written) -> list[Stack]:
    """The environment's stacks as they are."""
    cloud = cloudformation_of(aws.account, aws.region)
    return [cloud.stack(stack["name"]) for stack in environment.stacks]


def failures(aws: Aws, stack_name: str) -> list[str]:
    """What went wrong in a stack."""
    events = aws.client("cloudformation").describe_stack_events(StackName=stack_name)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED")
    ]


def differing(aws: Aws, held: Held) -> list[str]:
    """Paths of the properties that the service holds otherwise than the template says."""
    handler, schema = handler_of(held.type), schema_of(held.type, aws.region)
    assert handler is not None
    assert schema is not None
    found = handler.read(aws, held.identifier)
    return [
        difference.path
        for difference in held_differences(schema, handler, held.written, found)
        if "{{resolve:" not in str(difference.wanted)
    ]


def test_what_is_read_back_equals_the_templates(deployed: Deployed) -> None:
    """Each property of each resource, as the service's own API tells it."""
    aws, environment = deployed.aws, deployed.environment
    for stack, described in zip(stacks_of(aws, environment), environment.stacks, strict=True):
        assert (stack.status, failures(aws, stack.name)) == ("CREATE_COMPLETE", [])
        assert set(stack.held) == set(json.loads(environment.text(described))["Resources"])
        for held in stack.held.values():
            assert differing(aws, held) == [], f"{stack.name} {held.logical_id}"


def test_a_second_deployment_is_a_no_op(deployed: Deployed) -> None:
    aws, environment = deployed.aws, deployed.environment
    before = {stack.name: (stack.status, len(stack.events)) for stack in stacks_of(aws, environment)}
    for stack in environment.stacks:
        with pytest.raises(ClientError, match="No updates are to be performed"):
            aws.client("cloudformation").update_stack(**update(aws, environment, stack))

    after = {stack.name: (stack.status, len(stack.events)) for stack in stacks_of(aws, environment)}
    assert after == before


def test_the_reported_system_becomes_production_in_place(aws: Aws) -> None:
    """The update that the live system awaits: the database that holds the data stays what it is."""
    reported, production = written("reported"), written("production")
    prepare(aws, production)
    for stack in reported.stacks:
        aws.client("cloudformation").create_stack(**creation(aws, reported, stack))
    [before] = aws.client("rds").describe_db_instances()["DBInstances"]
    adopted = {stack["name"] for stack in reported.stacks}
    for stack in production.stacks:
        if stack["name"] in adopted:
            aws.client("cloudformation").update_stack(**update(aws, production, stack))
        else:
            aws.client("cloudformation").create_stack(**creation(aws, production, stack))
        assert failures(aws, stack["name"]) == []

    [after] = aws.client("rds").describe_db_instances()["DBInstances"]
    assert (before["PubliclyAccessible"], after["PubliclyAccessible"]) == (True, False)
    assert after["DbiResourceId"] == before["DbiResourceId"]
    for found in stacks_of(aws, production):
        for held in found.held.values():
            assert differing(aws, held) == [], held.logical_id


def test_deleting_leaves_nothing_but_what_the_templates_retain(aws: Aws, environment: Written) -> None:
    prepare(aws, environment)
    before = inventory(aws)
    for stack in environment.stacks:
        aws.client("cloudformation").create_stack(**creation(aws, environment, stack))
    retained = {
        held.physical_id
        for stack in stacks_of(aws, environment)
        for held in stack.held.values()
        if held.deletion_policy in RETAINED and held.type != WITH_THEIR_FUNCTION
    }
    for stack in reversed(environment.stacks):
        unlock(aws, stack["name"])
        stack_id = cloudformation_of(aws.account, aws.region).stack(stack["name"]).id
        aws.client("cloudformation").delete_stack(StackName=stack_id)
        assert failures(aws, stack_id) == []

    left = inventory(aws) - before
    snapshots = {name for operation, name in left if operation == "describe_db_snapshots"}
    assert sorted(name.startswith("rds:") for name in snapshots) == [False, True], "final, automated"
    assert {name for _, name in left} - snapshots == retained


def unlock(aws: Aws, stack_name: str) -> None:
    """Take off what guards a stack against its deletion, as an operator must before."""
    aws.client("cloudformation").update_termination_protection(
        StackName=stack_name, EnableTerminationProtection=False
    )
    rds = aws.client("rds")
    for instance in rds.describe_db_instances()["DBInstances"]:
        name = instance["DBInstanceIdentifier"]
        rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)


@pytest.mark.parametrize("deployed", ["staging"], indirect=True)
def test_a_few_properties_asked_for_by_hand(deployed: Deployed) -> None:
    """The services themselves, without a handler between: what an operator would look at."""
    aws = deployed.aws
    [database] = aws.client("rds").describe_db_instances()["DBInstances"]
    [api] = aws.client("apigatewayv2").get_apis()["Items"]
    routes = aws.client("apigatewayv2").get_routes(ApiId=api["ApiId"])["Items"]
    functions: dict[str, Any] = {
        function["Handler"]: function for function in aws.client("lambda").list_functions()["Functions"]
    }
    variables = functions["runtime.api.handler.handle"]["Environment"]["Variables"]
    secrets = aws.client("secretsmanager")
    arn = aws.client("ssm").get_parameter(Name="/miyabi/staging/database/api-login-a-secret-arn")
    password = json.loads(secrets.get_secret_value(SecretId=arn["Parameter"]["Value"])["SecretString"])[
        "password"
    ]

    assert database["StorageEncrypted"]
    assert not database["PubliclyAccessible"]
    assert len(routes) == len({route["RouteKey"] for route in routes}) > 40
    assert f":{password}@{database['Endpoint']['Address']}:5432/miyabi" in variables["DATABASE_URL"]

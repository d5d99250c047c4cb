"""CloudFormation takes the templates, the stacks a change, and the bucket packages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ops.artifact_bucket import bucket_name
from ops.preflight.stacks import bucket, parameters, statuses, templates
from ops.stack import REMEDIES
from tests.ops.preflight.told import STACKS, Told, scope, sentences, standing
from twin.aws.clients import Aws


@pytest.mark.parametrize("status", sorted(REMEDIES))
def test_a_stack_that_takes_no_change_is_told_with_what_to_do(aws: Aws, status: str) -> None:
    [sentence] = sentences(statuses(scope(Told(aws.client, {STACKS: standing(status)}))))

    assert sentence.startswith(f"stack miyabi-staging-service is in {status} and takes no change; ")
    assert not {"ENV", "STACK"} & set(sentence.replace("`", " ").split())


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("UPDATE_COMPLETE", []),
        ("UPDATE_ROLLBACK_COMPLETE", []),
        ("REVIEW_IN_PROGRESS", []),
        (
            "UPDATE_IN_PROGRESS",
            ["(stack miyabi-staging-service is in UPDATE_IN_PROGRESS, which is followed to its end first)"],
        ),
    ],
)
def test_a_stack_that_takes_a_change_or_will_is_no_problem(
    aws: Aws, status: str, expected: list[str]
) -> None:
    assert expected == sentences(statuses(scope(Told(aws.client, {STACKS: standing(status)}))))


def test_templates_over_the_limits_are_named(aws: Aws) -> None:
    whole = scope(aws.client)
    [network, *_] = whole.stacks
    resources = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(501)}
    large = replace(network, text=json.dumps({"Resources": {}, "Description": "x" * 51_200}))
    many = replace(network, stack="many", text=json.dumps({"Resources": resources}))

    assert [] == sentences(templates(whole))
    elsewhere = "move part of it to another stack"
    assert [
        f"the template of network has 51,236 bytes and CloudFormation takes 51,200; {elsewhere}",
        f"the template of many has 501 resources and CloudFormation takes 500; {elsewhere}",
    ] == sentences(templates(replace(whole, stacks=(large, many))))


def test_a_parameter_without_a_value_is_asked_for_unless_it_is_given_or_known(aws: Aws) -> None:
    known = [{"ParameterKey": "AdoptedVpcId", "ParameterValue": "vpc-1"}]

    def describe(arguments: dict[str, Any]) -> Any:
        if arguments["StackName"].endswith("-network"):
            return standing("CREATE_COMPLETE", Parameters=known)({"StackName": "x-service"})
        return standing("CREATE_COMPLETE")({"StackName": "x-none"})

    given = {"network": {"AdoptedDatabaseSubnetIds": "subnet-1"}}
    found = sentences(parameters(scope(Told(aws.client, {STACKS: describe}), "production", given=given)))

    assert [
        "AdoptedFunctionSubnetIds",
        "AdoptedSecurityGroupDescription",
        "AdoptedStorageKeyArn",
        "AdoptedSubnetGroupDescription",
    ] == [sentence.split()[6] for sentence in found]
    assert found[2].startswith("stack database needs a value for AdoptedStorageKeyArn (KMS key that encrypts")
    assert found[2].endswith("; give it as --parameter database.AdoptedStorageKeyArn=VALUE")


def test_a_bucket_whose_name_another_account_has_is_a_problem(aws: Aws) -> None:
    whole, other = scope(aws.client), Aws("999999999999", "us-east-1").client("s3")
    free = sentences(bucket(whole))
    other.create_bucket(Bucket=bucket_name(whole.live))
    try:
        [sentence] = sentences(bucket(whole))
    finally:
        other.delete_bucket(Bucket=bucket_name(whole.live))

    assert ([], True) == (free, sentence.startswith("bucket miyabi-staging-artifacts-"))

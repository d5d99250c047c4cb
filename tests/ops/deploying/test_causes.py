"""What failed first is told with its likely cause: of failures of the local AWS, and of AWS's sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ops.change_sets import Executed, execute, propose
from ops.deploying.causes import CAUSES, explained, likely_cause
from ops.live import Live
from ops.stack import Event, Stack, describe
from ops.wanted import WantedStack
from stacks.loading import load_environment

if TYPE_CHECKING:
    from twin.aws.clients import Aws

    Document = dict[str, Any]

STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/miyabi-staging-service/1"

SENTENCES = {
    "Action denied by stack policy: Statement [#1] does not allow [Update:Replace]": "the stack policy keeps",
    'Resource handler returned message: "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: '
    'rds:CreateDBInstance (Service: Rds, Status Code: 403)"': "lacks a right",
    "Secrets Manager can't find the specified secret.": "a secret that the template refers to is not there",
    "Could not parse SecretString JSON.": "its value is no JSON object",
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not "
    "exist.": "the package that the SSM parameter names is not in the bucket",
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
    "below its minimum value of [100].": "more concurrency than the account has",
    "A version for this Lambda function exists ( 3 ). Modify the function to create a new version.": (
        "so Lambda publishes none"
    ),
    "The role defined for the function cannot be assumed by Lambda.": "IAM did not know the new role",
    "Cannot find version 17.1 for postgres": "RDS does not offer this engine version",
    "Cannot upgrade postgres from 17.4 to 15.8": "along certain ways only",
    "Cannot delete protected DB Instance, please disable deletion protection and try again.": "is protected",
    "DB Instance quota exceeded (InstanceQuotaExceeded)": "a quota of the account",
    "Rate exceeded (Service: AmazonSSM; Status Code: 400; Error Code: ThrottlingException)": "more often",
    "The bucket you tried to delete is not empty. You must delete all versions": "still holds objects",
    "One or more of the CNAMEs are already associated (CNAMEAlreadyExists)": "another CloudFront",
    "resource sg-1 has a dependent object (Service: Ec2, Status Code: 400)": "still uses the resource",
    "miyabi-api-production already exists in stack arn:aws:cloudformation": "is there already",
    "Internal Failure": "the service failed",
    "Exceeded attempts to wait": "did not get ready",
}
"""Sentences of AWS's, and a part of the cause that is told."""


def event(reason: str, kind: str = "AWS::Lambda::Version", logical_id: str = "One") -> Event:
    """A failed event with that reason."""
    return Event(
        id="1",
        at=datetime(2026, 11, 26, tzinfo=UTC),
        stack="miyabi-staging-service",
        stack_id=STACK_ID,
        logical_id=logical_id,
        physical_id="one",
        type=kind,
        status="CREATE_FAILED",
        reason=reason,
    )


def kind_of(cause: str) -> str:
    """A type that the row of a cause is for."""
    row = next(row for row in CAUSES if cause in row.cause)
    return {"AWS::": "AWS::EC2::SecurityGroup"}.get(row.type, row.type + "Thing").replace(
        "VersionThing", "Version"
    )


@pytest.mark.parametrize(("sentence", "cause"), SENTENCES.items(), ids=SENTENCES.values())
def test_a_sentence_of_aws_has_its_cause(sentence: str, cause: str) -> None:
    found = likely_cause(event(sentence, kind_of(cause)))

    assert found is not None
    assert cause in found.cause


def test_a_sentence_that_is_not_known_has_none() -> None:
    assert likely_cause(event("The colour is wrong.")) is None


def test_no_row_is_hidden_by_one_before_it() -> None:
    told = {likely_cause(event(sentence, kind_of(cause))) for sentence, cause in SENTENCES.items()}

    assert len(told) == len(SENTENCES), "each sentence has a row of its own"
    assert told <= set(CAUSES)


def test_what_was_called_off_is_not_told_as_what_failed() -> None:
    stack = Stack(
        "miyabi-staging-service",
        STACK_ID,
        "ROLLBACK_COMPLETE",
        "",
        {},
        {},
        {},
        {},
        (),
        termination_protection=False,
    )
    events = (
        event("Resource creation cancelled", logical_id="Early"),
        event("Internal Failure", "AWS::SNS::Topic", "Second"),
        event("Rate exceeded", "AWS::SNS::Topic", "Third"),
    )
    sentences = explained(Executed(stack, events), "staging")

    assert "Second (AWS::SNS::Topic) failed first: Internal Failure" == sentences[0]
    assert "it was followed by Third" in sentences
    assert "`miyabi deploy staging --abandon service`" in sentences[-1]


FAILING: dict[str, tuple[Document, str]] = {
    "secret": (
        {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Type": "String",
                "Value": "{{resolve:secretsmanager:not/there:SecretString:key}}",
            },
        },
        "a secret that the template refers to is not there",
    ),
    "name": (
        {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/taken"}},
        "something of that name is there already",
    ),
    "package": (
        {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": "packages", "S3Key": "not-there.zip"},
                "Role": "arn:aws:iam::423581236540:role/any",
                "Runtime": "python3.13",
                "Handler": "a.b",
            },
        },
        "the package that the SSM parameter names is not in the bucket",
    ),
}


@pytest.mark.parametrize(("resource", "cause"), FAILING.values(), ids=FAILING)
def test_a_failure_of_the_local_aws_has_its_cause(aws: Aws, resource: Document, cause: str) -> None:
    aws.client("logs").create_log_group(logGroupName="/taken")
    aws.client("s3").create_bucket(Bucket="packages")
    aws.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    live = Live(load_environment("staging"), aws.client)
    text = json.dumps({"Resources": {"Failing": resource}})
    wanted = WantedStack(
        "service", "miyabi-staging-service", text, (), (), {}, None, termination_protection=False
    )
    change_set = propose(live, wanted, describe(live, wanted.name))
    assert change_set is not None

    sentences = explained(execute(live, change_set), "staging")

    assert sentences[0].startswith("Failing (")
    assert cause in sentences[1]

"""Every rule about the functions notices its own mutations, and nothing else does."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from stacks.invariants.catalogue import check
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found
from tests.stacks.systems import system

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
UNUSED = "MIYABI.TEMPLATE.6"
"""A parameter that only the broken property used."""
UNTAGGED = "MIYABI.TEMPLATE.1"
"""A resource of a type that the house does not use, and so does not tag."""
ALIAS = {"Ref": "ApiAlias"}


def _function(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "service", f"ApiFunction/{path}", wrong, *rules)


def _login(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "service", f"LoginFunction/{path}", wrong, *rules)


def _migrator(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "database", f"MigratorFunction/{path}", wrong, *rules)


spoils(MUTATIONS, "service", "ApiPermission/Principal", ["*"], "Lambda.1", "MIYABI.API.5", "MIYABI.API.6")
_function("Runtime", [REMOVED, UNKNOWN, "python3.9", "nodejs22.x", "cobol", 13], "Lambda.2")
_migrator("Runtime", ["python3.10"], "Lambda.2")
_function("VpcConfig/SubnetIds", [REMOVED, []], "Lambda.3", "MIYABI.NET.10", UNUSED)
_function(
    "VpcConfig/SecurityGroupIds",
    [REMOVED, []],
    "Lambda.3",
    "MIYABI.NET.1",
    "MIYABI.NET.5",
    "MIYABI.NET.10",
    UNUSED,
)
_function("VpcConfig/SubnetIds", [UNKNOWN, ["subnet-1", "subnet-2"]], "Lambda.5", UNUSED)
_function("TracingConfig/Mode", [REMOVED, UNKNOWN, "PassThrough"], "Lambda.7", "MIYABI.IAM.12")
_migrator("KmsKeyArn", [REMOVED], "MIYABI.LAMBDA.3", "MIYABI.IAM.12")
_migrator("KmsKeyArn", [UNKNOWN, "alias/aws/lambda"], "MIYABI.LAMBDA.3", "MIYABI.IAM.11", "MIYABI.IAM.12")
_login("MemorySize", [REMOVED, UNKNOWN, 64, "much"], "MIYABI.LAMBDA.4")
_migrator("Timeout", [REMOVED, UNKNOWN], "MIYABI.LAMBDA.4", "MIYABI.LAMBDA.7")
_migrator("Timeout", [901], "MIYABI.LAMBDA.4")
_login("LoggingConfig/LogFormat", [REMOVED, UNKNOWN, "Text"], "MIYABI.LAMBDA.5")
_login("LoggingConfig/ApplicationLogLevel", [REMOVED, UNKNOWN, "LOUD"], "MIYABI.LAMBDA.5")
_login("LoggingConfig/SystemLogLevel", [REMOVED, UNKNOWN, "ERROR"], "MIYABI.LAMBDA.5")
_login("Timeout", [30], "MIYABI.LAMBDA.6", "MIYABI.API.3")
_login("Timeout", [REMOVED, UNKNOWN], "MIYABI.LAMBDA.4", "MIYABI.LAMBDA.6", "MIYABI.API.3")
_function("Timeout", [23, 2], "MIYABI.LAMBDA.7")
_function("Environment/Variables/DATABASE_CONNECT_TIMEOUT", ["9", 10], "MIYABI.LAMBDA.7")
_function("Environment/Variables/DATABASE_STATEMENT_TIMEOUT", ["26", "long"], "MIYABI.LAMBDA.7")
_migrator("Environment/Variables/DATABASE_CONNECT_TIMEOUT", ["600"], "MIYABI.LAMBDA.7")
_function("Architectures", [REMOVED, UNKNOWN, ["x86_64"], []], "MIYABI.LAMBDA.8")
_function("Handler", [REMOVED, UNKNOWN, "bootstrap", "runtime.login.handler.handle"], "MIYABI.LAMBDA.10")
for variable in ("JWT_EXPIRATION", "REFRESH_EXPIRATION", "LOG_LEVEL", "ENVIRONMENT"):
    _function(f"Environment/Variables/{variable}", [REMOVED, ""], "MIYABI.LAMBDA.11")
_function("Environment/Variables/ENVIRONMENT", [UNKNOWN], "MIYABI.LAMBDA.11", "MIYABI.SECRET.5")
_function("Environment/Variables/JWT_SECRET", [REMOVED], "MIYABI.LAMBDA.11")
_function("Environment/Variables/RUST_BACKTRACE", ["1"], "MIYABI.LAMBDA.12")
_login("Environment/Variables/DATABASE_CONNECT_TIMEOUT", ["3"], "MIYABI.LAMBDA.12")
_login("Environment/Variables/PUBLIC_ADDRESS", ["https://miyabi.example"], "MIYABI.LAMBDA.13")
_login("Environment/Variables/PUBLIC_ADDRESS_PARAMETER", [REMOVED], "MIYABI.LAMBDA.13", "MIYABI.IAM.12")
_login(
    "Environment/Variables/PUBLIC_ADDRESS_PARAMETER",
    ["/miyabi/staging/edge/nobody"],
    "MIYABI.LAMBDA.13",
    "MIYABI.IAM.11",
    "MIYABI.IAM.12",
)


@breaks(
    MUTATIONS,
    "MIYABI.LAMBDA.10",
    "MIYABI.LAMBDA.12",
    "MIYABI.LAMBDA.16",
    "MIYABI.IAM.10",
    "Lambda.3",
    "MIYABI.ALARM.5",
)
def add_a_function_that_the_contract_does_not_know(templates: Templates) -> None:
    resources = templates["service"]["Resources"]
    resources["ReportFunction"] = resources["LoginFunction"] | {
        "Metadata": {"Seen": {"Ref": "ReportFunction"}}
    }


@breaks(MUTATIONS, "MIYABI.LAMBDA.2")
def call_a_function_by_a_topic(templates: Templates) -> None:
    _subscribe(templates, ALIAS)


@breaks(MUTATIONS, "MIYABI.LAMBDA.2")
def call_a_function_of_nobody_by_the_topic_itself(templates: Templates) -> None:
    topic = templates["observability"]["Resources"]["AlarmTopic"]["Properties"]
    topic["Subscription"] = [{"Protocol": "lambda", "Endpoint": {"Fn::ImportValue": "OtherFunction"}}]


@breaks(MUTATIONS, "MIYABI.LAMBDA.2")
def call_a_function_of_nobody_by_a_topic(templates: Templates) -> None:
    _subscribe(templates, {"Fn::ImportValue": "OtherFunction"})


@breaks(MUTATIONS)
def call_a_function_by_a_topic_and_keep_what_fails(templates: Templates) -> None:
    _subscribe(templates, ALIAS)
    _keep_failures(templates, {"OnFailure": {"Destination": {"Fn::ImportValue": "Failures"}}})


@breaks(MUTATIONS, "MIYABI.LAMBDA.2")
def call_a_function_by_a_topic_and_keep_what_works(templates: Templates) -> None:
    _subscribe(templates, ALIAS)
    _keep_failures(templates, {"OnSuccess": {"Destination": {"Fn::ImportValue": "Successes"}}})


@breaks(MUTATIONS, "MIYABI.LAMBDA.2", UNTAGGED)
def call_a_function_by_a_rule(templates: Templates) -> None:
    _add(templates, "Rule", "AWS::Events::Rule", Targets=[{"Id": "api", "Arn": ALIAS}])


@breaks(MUTATIONS, UNTAGGED)
def call_something_else_by_a_rule(templates: Templates) -> None:
    _add(templates, "Rule", "AWS::Events::Rule", Targets=[{"Id": "logs", "Arn": {"Ref": "ApiLogGroup"}}])


@breaks(MUTATIONS, "MIYABI.LAMBDA.2", UNTAGGED)
def call_a_function_by_a_schedule(templates: Templates) -> None:
    _add(templates, "Schedule", "AWS::Scheduler::Schedule", Target={"Arn": ALIAS})


@breaks(MUTATIONS, "MIYABI.LAMBDA.2")
def call_a_function_when_an_object_is_written(templates: Templates) -> None:
    call = {"Event": "s3:ObjectCreated:*", "Function": {"Fn::ImportValue": "OtherFunction"}}
    bucket = templates["edge"]["Resources"]["FrontendBucket"]["Properties"]
    bucket["NotificationConfiguration"] = {"LambdaConfigurations": [call]}


def _subscribe(templates: Templates, endpoint: Any) -> None:
    _add(templates, "Subscription", "AWS::SNS::Subscription", Protocol="lambda", Endpoint=endpoint)


def _keep_failures(templates: Templates, destinations: dict[str, Any]) -> None:
    name = {"Ref": "ApiFunction"}
    _add(
        templates, "Kept", "AWS::Lambda::EventInvokeConfig", FunctionName=name, DestinationConfig=destinations
    )


def _add(templates: Templates, logical_id: str, kind: str, **properties: Any) -> None:
    templates["service"]["Resources"][logical_id] = {"Type": kind, "Properties": properties}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


@pytest.mark.parametrize(("day", "found"), [(date(2028, 12, 31), False), (date(2029, 1, 1), True)])
def test_the_end_of_a_runtime_is_seen_180_days_ahead(day: date, *, found: bool) -> None:
    """Python 3.13 is deprecated on 30 June 2029."""
    then = dataclasses.replace(system("staging"), as_of=day)

    assert found == any(finding.rule == "Lambda.2" for finding in check(then))

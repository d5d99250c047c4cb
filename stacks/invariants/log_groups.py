"""Rules for log groups: each is kept for a while, encrypted, and there before its writer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn import Resource, Text
from cfn.values import many
from stacks.invariants.expectations import between, expect, made_here
from stacks.invariants.reading import literal, said
from stacks.invariants.rule import Subject, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG_GROUP = "AWS::Logs::LogGroup"
LAMBDA = "AWS::Lambda::Function"
STAGE = "AWS::ApiGatewayV2::Stage"
DATABASE = "AWS::RDS::DBInstance"
FLOW_LOG = "AWS::EC2::FlowLog"
FIREWALL_LOG = "AWS::WAFv2::LoggingConfiguration"

FIREWALL_PREFIX = "aws-waf-logs-"
"""WAF writes into no group whose name begins otherwise."""

expect(
    "CloudWatch.16",
    LOG_GROUP,
    {"RetentionInDays": between(1)},
    sentence="A log group says how long it keeps its lines.",
    remedy="write RetentionInDays; left out, every line is kept, and billed, for ever",
    also=("CKV_AWS_66", "AwsSolutions-CloudWatchLogGroupRetentionPeriod", "WS1004"),
)
expect(
    "MIYABI.LOG.1",
    LOG_GROUP,
    {"KmsKeyId": made_here("AWS::KMS::Key")},
    sentence="Log groups are encrypted with our key.",
    remedy="set own_key = true",
    also=("CKV_AWS_158",),
)


def _of_a_function(writer: Subject) -> Iterator[str]:
    """The group that LoggingConfig names, or else the one that Lambda finds by the function's name."""
    named = writer.get("LoggingConfig.LogGroup")
    if named is None and (name := literal(writer.get("FunctionName"))):
        named = f"/aws/lambda/{name}"
    if _group(writer, named) is None:
        yield said("LoggingConfig.LogGroup", writer.get("LoggingConfig.LogGroup"))


def _of_a_stage(writer: Subject) -> Iterator[str]:
    destination = writer.get("AccessLogSettings.DestinationArn")
    if writer.get("AccessLogSettings") is not None and _group(writer, destination) is None:
        yield said("AccessLogSettings.DestinationArn", destination)


def _of_a_database(writer: Subject) -> Iterator[str]:
    """RDS chooses the groups' names, and makes those itself that are not there before the instance."""
    first = many(writer.resource.body.get("DependsOn"))
    for kind in many(writer.get("EnableCloudwatchLogsExports")):
        name = f"/aws/rds/instance/{writer.get('DBInstanceIdentifier')}/{kind}"
        group = _group(writer, name)
        if group is None:
            yield f"no log group is named {name}"
        elif group.template is writer.resource.template and group.logical_id not in first:
            yield f"{group.logical_id} is not in DependsOn, so RDS may make it first"


def _of_a_flow_log(writer: Subject) -> Iterator[str]:
    named = writer.get("LogGroupName", writer.get("LogDestination"))
    if _group(writer, named) is None:
        yield said("LogGroupName", named)


def _of_a_firewall(writer: Subject) -> Iterator[str]:
    """WAF names the group by an ARN without the `:*` at the end, which is composed around its name."""
    named = many(writer.get("LogDestinationConfigs"))
    groups = [
        _group(writer, part) for name in named for part in (name.parts if isinstance(name, Text) else [name])
    ]
    names = [literal(writer.deployment.get(group, "LogGroupName")) or "" for group in groups if group]
    if not any(name.startswith(FIREWALL_PREFIX) for name in names):
        yield said("LogDestinationConfigs", named[0] if named else None)


WRITERS: dict[str, Callable[[Subject], Iterator[str]]] = {
    LAMBDA: _of_a_function,
    STAGE: _of_a_stage,
    DATABASE: _of_a_database,
    FLOW_LOG: _of_a_flow_log,
    FIREWALL_LOG: _of_a_firewall,
}
"""What writes logs, and how to tell that it does so into groups of the templates."""


@rule(
    "MIYABI.LOG.2",
    *WRITERS,
    remedy="add the log group to the template, under the name that the writer uses, and refer to it",
)
def writers_have_a_group(writer: Subject) -> Iterator[str]:
    """Whatever writes logs has a log group that a template makes; else it makes one itself, kept for ever."""
    yield from WRITERS[writer.resource.type](writer)


def _group(writer: Subject, named: Any) -> Resource | None:
    """The log group that a value refers to, or that has this very name."""
    referred = writer.deployment.resource(named)
    if referred is not None:
        return referred if referred.type == LOG_GROUP else None
    name = literal(named)
    groups = writer.deployment.resources(LOG_GROUP) if name else []
    return next((group for group in groups if writer.deployment.get(group, "LogGroupName") == name), None)

"""Who writes how much to which log group in a month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cfn.values import Reference
from cost import month
from cost.assumptions import MONITORING_RECORD_KB
from cost.errors import PropertyUnknown
from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cfn.template import Resource
    from cost.context import Context

KB_IN_GB = 1024**2
VENDED = "AmazonCloudWatch/logs_ingest_vended"
"""Logs that an AWS service writes for us; Lambda's since 2025-05-01."""
CUSTOM = "AmazonCloudWatch/logs_ingest_standard_custom"
DELIVERED = {
    "s3": "AmazonCloudWatch/logs_delivery_s3",
    "kinesis-data-firehose": "AmazonCloudWatch/logs_delivery_firehose",
}
"""Logs that go elsewhere than to a log group, which keeps nothing of them."""
LOG_GROUP = "AWS::Logs::LogGroup"
BUCKET, DELIVERY_STREAM = "AWS::S3::Bucket", "AWS::KinesisFirehose::DeliveryStream"
HTTP_APIS = ("AWS::ApiGatewayV2::Stage", "AWS::Serverless::HttpApi")
SAM_WORKFLOW = "AWS::Serverless::StateMachine"
MONITORING_DAYS = 30
"""Retention of RDSOSMetrics as RDS makes it."""


@dataclass(frozen=True, slots=True)
class LogStream:
    """One writer's lines of a month; `group` is None where no template has the group, and AWS makes one."""

    writer: Resource
    group: Resource | None
    gigabytes: Decimal
    price: str
    assumption: str = ""
    kept_days: int | None = None
    """Retention of a group that AWS makes; None is for ever."""
    unknown: PropertyUnknown | None = None
    """Why nothing more is known of what the writer logs."""


def streams(context: Context) -> Iterator[LogStream]:
    """Everything that the deployment's resources log; what is not known of one holds up no other."""
    for resource in context.resources(*WRITERS):
        try:
            yield from tuple(WRITERS[resource.type](resource, context))
        except PropertyUnknown as unknown:
            yield LogStream(resource, None, Decimal(0), VENDED, unknown=unknown)


def _function(resource: Resource, context: Context) -> Iterator[LogStream]:
    name = (
        context.get(resource, "LoggingConfig.LogGroup")
        or f"/aws/lambda/{_name(resource, 'FunctionName', context)}"
    )
    gigabytes = context.usage(resource, "monthly_log_gb")
    if not context.is_told(resource, "monthly_log_gb"):
        requests = context.usage(resource, "monthly_requests")
        gigabytes = requests * context.usage(resource, "log_kb_per_request") / KB_IN_GB
    yield LogStream(resource, _group(name, context), gigabytes, VENDED)


def _access_log(resource: Resource, context: Context) -> Iterator[LogStream]:
    name = "AccessLogSettings" if resource.type in HTTP_APIS else "AccessLogSetting"
    yield from _told(resource, context.get(resource, f"{name}.DestinationArn"), context)


def _workflow(resource: Resource, context: Context) -> Iterator[LogStream]:
    name = "Logging" if resource.type == SAM_WORKFLOW else "LoggingConfiguration"
    target = context.get(resource, f"{name}.Destinations.0.CloudWatchLogsLogGroup.LogGroupArn")
    yield from _told(resource, target, context)


def _told(resource: Resource, target: object, context: Context) -> Iterator[LogStream]:
    """Lines that usage tells, unless they go to a delivery stream and so to no log group."""
    if target is not None and not _is_of(target, DELIVERY_STREAM, ":firehose:", context):
        yield LogStream(resource, _group(target, context), context.usage(resource, "monthly_log_gb"), VENDED)


def _database(resource: Resource, context: Context) -> Iterator[LogStream]:
    identifier = _name(resource, "DBInstanceIdentifier", context)
    exports = context.get(resource, "EnableCloudwatchLogsExports", [])
    if exports:
        kind = exports[0] if isinstance(exports, list) else exports
        group = _group(f"/aws/rds/instance/{identifier}/{kind}", context)
        yield LogStream(resource, group, context.usage(resource, "monthly_log_gb"), CUSTOM)
    interval = context.number(resource, "MonitoringInterval", 0)
    if interval:
        gigabytes = month.SECONDS / interval * MONITORING_RECORD_KB / KB_IN_GB
        said = f"enhanced monitoring writes {plain(MONITORING_RECORD_KB)} KB every {plain(interval)} s"
        group = _group("RDSOSMetrics", context)
        yield LogStream(resource, group, gigabytes, CUSTOM, said, kept_days=MONITORING_DAYS)


def _flow_log(resource: Resource, context: Context) -> Iterator[LogStream]:
    gigabytes = context.usage(resource, "monthly_log_gb")
    destination = context.text(resource, "LogDestinationType", "cloud-watch-logs")
    if destination in DELIVERED:
        yield LogStream(resource, None, gigabytes, DELIVERED[destination], kept_days=0)
    else:
        target = context.get(resource, "LogGroupName") or context.get(resource, "LogDestination")
        yield LogStream(resource, _group(target, context), gigabytes, VENDED)


def _firewall(resource: Resource, context: Context) -> Iterator[LogStream]:
    gigabytes = context.usage(resource, "monthly_log_gb")
    for target in context.entries(resource, "LogDestinationConfigs"):
        if _is_of(target, BUCKET, ":s3:", context):
            yield LogStream(resource, None, gigabytes, DELIVERED["s3"], kept_days=0)
        elif not _is_of(target, DELIVERY_STREAM, ":firehose:", context):
            yield LogStream(resource, _group(target, context), gigabytes, VENDED)


def _query_log(resource: Resource, context: Context) -> Iterator[LogStream]:
    gigabytes, target = context.usage(resource, "monthly_log_gb"), context.get(resource, "DestinationArn")
    if _is_of(target, BUCKET, ":s3:", context):
        yield LogStream(resource, None, gigabytes, DELIVERED["s3"], kept_days=0)
    elif _is_of(target, DELIVERY_STREAM, ":firehose:", context):
        yield LogStream(resource, None, gigabytes, DELIVERED["kinesis-data-firehose"], kept_days=0)
    else:
        yield LogStream(resource, _group(target, context), gigabytes, VENDED)


def _is_of(target: object, type_: str, service: str, context: Context) -> bool:
    """Whether a reference or an ARN means a resource of a type, whose service has that part in its ARNs."""
    return service in str(target) or any(each.type == type_ for each in context.referred(target))


def _group(target: object, context: Context) -> Resource | None:
    """The log group that a reference, an ARN or a name means."""
    for group in context.referred(target):
        if group.type == LOG_GROUP:
            return group
    return context.log_groups.get(str(target))


def _name(resource: Resource, path: str, context: Context) -> object:
    """A fixed name, or the placeholder that stands for a generated one in text."""
    return context.get(resource, path) or Reference(resource.template.name, resource.logical_id)


WRITERS: dict[str, Callable[[Resource, Context], Iterator[LogStream]]] = {
    "AWS::Lambda::Function": _function,
    "AWS::Serverless::Function": _function,
    "AWS::ApiGateway::Stage": _access_log,
    "AWS::ApiGatewayV2::Stage": _access_log,
    "AWS::Serverless::Api": _access_log,
    "AWS::Serverless::HttpApi": _access_log,
    "AWS::StepFunctions::StateMachine": _workflow,
    SAM_WORKFLOW: _workflow,
    "AWS::RDS::DBInstance": _database,
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::WAFv2::LoggingConfiguration": _firewall,
    "AWS::Route53Resolver::ResolverQueryLoggingConfig": _query_log,
}

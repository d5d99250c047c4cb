"""Who writes how much to which log group in a month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cfn.values import Reference
from cost import month
from cost.assumptions import (
    ACCESS_LOG_KB,
    DATABASE_LOG_GB,
    FIREWALL_LOG_KB,
    FIREWALL_LOGGED_SHARE,
    FLOW_LOG_GB,
    MONITORING_RECORD_KB,
)
from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cfn.template import Resource
    from cost.context import Context

KB_IN_GB = 1024**2
VENDED = "logs_ingest_vended"
"""Logs that an AWS service writes for us; Lambda's since 2025-05-01."""
CUSTOM = "logs_ingest_standard_custom"
LOG_GROUP = "AWS::Logs::LogGroup"
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


def streams(context: Context) -> Iterator[LogStream]:
    """Everything that the deployment's resources log."""
    for resource in context.resources(*WRITERS):
        yield from WRITERS[resource.type](resource, context)


def _function(resource: Resource, context: Context) -> Iterator[LogStream]:
    name = (
        context.get(resource, "LoggingConfig.LogGroup")
        or f"/aws/lambda/{_name(resource, 'FunctionName', context)}"
    )
    yield LogStream(resource, _group(name, context), _function_gigabytes(resource, context), VENDED)


def _function_gigabytes(resource: Resource, context: Context) -> Decimal:
    traffic = context.traffic
    if traffic.log_gb is not None:
        return traffic.log_gb if resource is context.routing.main_function else Decimal(0)
    return context.routing.requests(resource) * (traffic.log_kb_per_request or Decimal(0)) / KB_IN_GB


def _access_log(resource: Resource, context: Context) -> Iterator[LogStream]:
    target = context.get(resource, "AccessLogSettings.DestinationArn")
    if target is not None:
        gigabytes = context.routing.api_requests * ACCESS_LOG_KB / KB_IN_GB
        yield LogStream(
            resource,
            _group(target, context),
            gigabytes,
            VENDED,
            f"{plain(ACCESS_LOG_KB)} KB of access log for each request",
        )


def _database(resource: Resource, context: Context) -> Iterator[LogStream]:
    identifier = _name(resource, "DBInstanceIdentifier", context)
    if "postgresql" in context.entries(resource, "EnableCloudwatchLogsExports"):
        group = _group(f"/aws/rds/instance/{identifier}/postgresql", context)
        said = f"{plain(DATABASE_LOG_GB)} GB of PostgreSQL log a month"
        yield LogStream(resource, group, DATABASE_LOG_GB, CUSTOM, said)
    interval = context.number(resource, "MonitoringInterval", 0)
    if interval:
        gigabytes = month.SECONDS / interval * MONITORING_RECORD_KB / KB_IN_GB
        said = f"enhanced monitoring writes {plain(MONITORING_RECORD_KB)} KB every {plain(interval)} s"
        group = _group("RDSOSMetrics", context)
        yield LogStream(resource, group, gigabytes, CUSTOM, said, kept_days=MONITORING_DAYS)


def _flow_log(resource: Resource, context: Context) -> Iterator[LogStream]:
    if context.text(resource, "LogDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        target = context.get(resource, "LogGroupName") or context.get(resource, "LogDestination")
        yield LogStream(
            resource,
            _group(target, context),
            FLOW_LOG_GB,
            VENDED,
            f"{plain(FLOW_LOG_GB)} GB of flow log a month",
        )


def _firewall(resource: Resource, context: Context) -> Iterator[LogStream]:
    for target in context.entries(resource, "LogDestinationConfigs"):
        drops = context.get(resource, "LoggingFilter.DefaultBehavior") == "DROP"
        share = FIREWALL_LOGGED_SHARE if drops else Decimal(1)
        gigabytes = context.routing.distribution_requests * share * FIREWALL_LOG_KB / KB_IN_GB
        said = f"{plain(FIREWALL_LOG_KB)} KB of WAF log for {plain(share * 100)} % of requests"
        yield LogStream(resource, _group(target, context), gigabytes, VENDED, said)


def _group(target: object, context: Context) -> Resource | None:
    """The log group that a reference, an ARN or a name means."""
    for group in context.referred(target):
        if group.type == LOG_GROUP:
            return group
    return next(
        (group for group in context.resources(LOG_GROUP) if context.get(group, "LogGroupName") == target),
        None,
    )


def _name(resource: Resource, path: str, context: Context) -> object:
    """A fixed name, or the placeholder that stands for a generated one in text."""
    return context.get(resource, path) or Reference(resource.template.name, resource.logical_id)


WRITERS: dict[str, Callable[[Resource, Context], Iterator[LogStream]]] = {
    "AWS::Lambda::Function": _function,
    "AWS::ApiGatewayV2::Stage": _access_log,
    "AWS::RDS::DBInstance": _database,
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::WAFv2::LoggingConfiguration": _firewall,
}

"""Rules for alarms: everything that can fail has one, and each of them can go off and calls somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfn import Reference, Text
from cfn.values import many
from runtime.contract import ROUTES
from stacks.invariants.expectations import expect, is_not_false, made_here, one_of, some_text
from stacks.invariants.functions import contract_function
from stacks.invariants.reading import inside, literal, mappings, number, said
from stacks.invariants.rule import Subject, rule
from stacks.postgresql import is_burstable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource

ALARM = "AWS::CloudWatch::Alarm"
API = "AWS::ApiGatewayV2::Api"
DATABASE = "AWS::RDS::DBInstance"
DISTRIBUTION = "AWS::CloudFront::Distribution"
FIREWALL = "AWS::WAFv2::WebACL"
LAMBDA = "AWS::Lambda::Function"
TOPIC = "AWS::SNS::Topic"
VAULT = "AWS::Backup::BackupVault"

BEHIND_THE_API = {route.function for route in ROUTES}


@dataclass(frozen=True, slots=True)
class Named:
    """How a dimension names a resource: by what Ref of such a type comes to, or by the name it was given."""

    kind: str
    by_ref: bool = True
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """The metrics of a type that an alarm must watch, of each resource that the dimension names."""

    namespace: str
    dimension: str
    metrics: tuple[str, ...]


DIMENSIONS = {
    "ApiId": Named(API),
    "BackupVaultName": Named(VAULT, by="BackupVaultName"),
    "DBInstanceIdentifier": Named(DATABASE, by="DBInstanceIdentifier"),
    "DistributionId": Named(DISTRIBUTION),
    "FunctionName": Named(LAMBDA, by="FunctionName"),
    "Resource": Named(LAMBDA),
    "WebACL": Named(FIREWALL, by_ref=False, by="Name"),
}
FIXED_DIMENSIONS = {"Region": "Global", "Rule": "ALL"}
"""Dimensions that name no resource of ours, and what stands in them."""
WATCHED = {
    API: Watched("AWS/ApiGateway", "ApiId", ("4xx", "5xx", "Latency")),
    DISTRIBUTION: Watched("AWS/CloudFront", "DistributionId", ("5xxErrorRate",)),
    FIREWALL: Watched("AWS/WAFV2", "WebACL", ("BlockedRequests",)),
    LAMBDA: Watched("AWS/Lambda", "FunctionName", ("Errors", "Throttles")),
    VAULT: Watched("AWS/Backup", "BackupVaultName", ("NumberOfBackupJobsFailed",)),
    DATABASE: Watched(
        "AWS/RDS",
        "DBInstanceIdentifier",
        (
            "CPUUtilization",
            "DatabaseConnections",
            "DiskQueueDepth",
            "FreeStorageSpace",
            "FreeableMemory",
            "MaximumUsedTransactionIDs",
            "SwapUsage",
        ),
    ),
}

expect(
    "CloudWatch.17",
    ALARM,
    {"ActionsEnabled": is_not_false},
    sentence="An alarm does what it says when it goes off.",
    remedy="leave ActionsEnabled out, or write true",
    also=("CKV_AWS_319",),
)
expect(
    "MIYABI.ALARM.1",
    ALARM,
    {"AlarmDescription": some_text},
    sentence="An alarm tells whoever it wakes what it means.",
    remedy="write into AlarmDescription what the alarm means and what to look at first",
)
expect(
    "MIYABI.ALARM.2",
    ALARM,
    {"TreatMissingData": one_of("breaching", "notBreaching", "ignore", "missing")},
    sentence="An alarm says what silence means.",
    remedy="write TreatMissingData: breaching where quiet is bad, else notBreaching",
)


@rule("CloudWatch.15", ALARM, remedy="name the alarm topic in AlarmActions")
def alarms_call_somebody(alarm: Subject) -> Iterator[str]:
    """An alarm that goes off tells a topic of ours."""
    actions = many(alarm.get("AlarmActions"))
    if not actions or not all(made_here(TOPIC)(alarm, action) for action in actions):
        yield said("AlarmActions", alarm.get("AlarmActions"))


@rule(
    "MIYABI.ALARM.3",
    ALARM,
    remedy="write DatapointsToAlarm and EvaluationPeriods, the former no greater than the latter",
)
def alarms_can_go_off(alarm: Subject) -> Iterator[str]:
    """An alarm asks for no more bad periods than it looks at."""
    bad, looked_at = alarm.get("DatapointsToAlarm"), alarm.get("EvaluationPeriods")
    least, most = number(bad), number(looked_at)
    if least is None or most is None or not 1 <= least <= most:
        yield f"{said('DatapointsToAlarm', bad)}, {said('EvaluationPeriods', looked_at)}"


@rule(
    "MIYABI.ALARM.4",
    ALARM,
    remedy="let each dimension name a resource of its kind; CloudWatch takes any, and the alarm stays silent",
)
def alarms_watch_what_is_there(alarm: Subject) -> Iterator[str]:
    """Each metric of an alarm has dimensions, and they name resources of the environment."""
    for metric in _metrics(alarm):
        dimensions = _dimensions(metric)
        if not dimensions:
            yield f"{said('MetricName', metric.get('MetricName'))}, of no resource"
        for name, value in dimensions:
            if not _is_there(alarm, name, value):
                yield said(f"dimension {name}", value)


def _is_there(alarm: Subject, name: str, value: Any) -> bool:
    if name in FIXED_DIMENSIONS:
        return bool(value == FIXED_DIMENSIONS[name])
    return _named(alarm, name, value) is not None


@rule("MIYABI.ALARM.5", *WATCHED, remedy="add a row for the metric to the table in stacks/alarms.py")
def what_can_fail_has_an_alarm(subject: Subject) -> Iterator[str]:
    """Alarms watch the metrics that tell of trouble, of every part that can be in trouble."""
    watched = WATCHED[subject.resource.type]
    found = {*_alarmed(subject, watched)}
    for metric in (*watched.metrics, *_further(subject)):
        if metric not in found:
            yield f"no alarm watches {metric}"


def _further(subject: Subject) -> Iterator[str]:
    """Metrics that matter only of some resources of their type."""
    if subject.resource.type == DATABASE and is_burstable(literal(subject.get("DBInstanceClass")) or ""):
        yield "CPUCreditBalance"
    if subject.resource.type == LAMBDA and contract_function(subject.resource) in BEHIND_THE_API:
        yield "Duration"
        if subject.get("ReservedConcurrentExecutions") is not None:
            yield "ConcurrentExecutions"


def _alarmed(subject: Subject, watched: Watched) -> Iterator[str]:
    """Metrics of a resource that some alarm watches."""
    for alarm in subject.system.of_type(ALARM):
        for metric in _metrics(alarm):
            own = [value for name, value in _dimensions(metric) if name == watched.dimension]
            is_own = any(_named(alarm, watched.dimension, value) is subject.resource for value in own)
            if is_own and metric.get("Namespace") == watched.namespace:
                yield str(metric.get("MetricName"))


def _metrics(alarm: Subject) -> list[dict[str, Any]]:
    """The metrics that an alarm looks at: those of its expression, or the one that it names itself."""
    queried = [inside(query, "MetricStat.Metric") for query in mappings(alarm.get("Metrics"))]
    found = [metric for metric in queried if isinstance(metric, dict)]
    return found or [*mappings(alarm.deployment.properties(alarm.resource))]


def _dimensions(metric: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(str(each.get("Name")), each.get("Value")) for each in mappings(metric.get("Dimensions"))]


def _named(alarm: Subject, dimension: str, value: Any) -> Resource | None:
    """The resource that a dimension names: by reference, by text around one, or by the name it was given."""
    naming = DIMENSIONS.get(dimension)
    if naming is None:
        return None
    for part in value.parts if isinstance(value, Text) else (value,):
        resource = alarm.deployment.resource(part)
        if naming.by_ref and isinstance(part, Reference) and part.attribute is None and resource is not None:
            return resource if resource.type == naming.kind else None
    name = literal(value)
    named = alarm.deployment.resources(naming.kind) if naming.by and name else []
    return next((each for each in named if alarm.deployment.get(each, naming.by or "") == name), None)

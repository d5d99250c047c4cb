"""The alarms, as a table: what is watched, from where on, and what to do then.

Thresholds that follow from a setting are computed from it, so that neither can change alone.
Practice behind the figures: AWS's guidance for serverless APIs (error and latency shares),
widdix's RDS templates (CPU, queue, swap), and the instance's own memory and connections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from troposphere import Sub, cloudwatch

from stacks import values
from stacks.functions import LIVE
from stacks.postgresql import MEMORY_GIB, is_burstable, max_connections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.stack import Stack

MINUTE = 60
MIB = 2**20
GIB = 2**30
GATEWAY_TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True)
class Metric:
    """A CloudWatch metric of one component; dimension values may refer to other stacks."""

    namespace: str
    name: str
    dimensions: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Threshold:
    """One alarm: a statistic of a metric (or its share of another, in per cent) beyond a limit."""

    name: str
    metric: Metric
    statistic: str
    then: str
    above: int | None = None
    below: int | None = None
    minutes: int = 5
    """How long to look back."""
    datapoints: int | None = None
    """How many periods of that must be beyond the limit; all when left out."""
    period: int = MINUTE
    """Seconds over which the statistic is taken; not shorter than the metric's own interval."""
    share_of: str | None = None
    """Name of a metric with the same dimensions; the alarm then watches 100 x metric / that one."""
    quiet_is_bad: bool = False


def percent(share: int, of: int) -> int:
    """A share of a limit, rounded down to a whole number."""
    return share * of // 100


def thresholds(stack: Stack) -> Iterator[Threshold]:
    """Every alarm of an environment, by component."""
    environment = stack.environment
    yield from _api_alarms(stack)
    yield from _function_alarms(stack)
    yield from _database_alarms(stack)
    if environment.edge:
        yield from _edge_alarms(stack)


def _api_alarms(stack: Stack) -> Iterator[Threshold]:
    dimensions = {"ApiId": stack.read(values.API_ID)}

    def metric(name: str) -> Metric:
        return Metric("AWS/ApiGateway", name, dimensions)

    yield Threshold(
        "ApiServerErrors",
        metric("5xx"),
        "Sum",
        "More than 1 % of requests fail: run the doctor; in the access log look at integrationErrorMessage.",
        above=1,
        share_of="Count",
        datapoints=3,
    )
    yield Threshold(
        "ApiClientErrors",
        metric("4xx"),
        "Sum",
        "More than half of the requests are refused: a broken client release, or somebody probing.",
        above=50,
        minutes=15,
        share_of="Count",
    )
    yield Threshold(
        "ApiLatency",
        metric("Latency"),
        "p99",
        "Requests near the gateway's 30 s: look at slow statements and at cold starts.",
        above=percent(80, GATEWAY_TIMEOUT_MS),
    )


def _function_alarms(stack: Stack) -> Iterator[Threshold]:
    environment = stack.environment
    for name, value, settings, has_alias in (
        ("Api", values.API_FUNCTION_NAME, environment.api, environment.api.alias),
        ("Login", values.LOGIN_FUNCTION_NAME, environment.login, True),
        ("Migrator", values.MIGRATOR_NAME, environment.migrator, True),
    ):
        if settings is None:
            continue
        function = stack.read(value)
        dimensions = {"FunctionName": function}
        yield Threshold(
            f"{name}Errors",
            Metric("AWS/Lambda", "Errors", dimensions),
            "Sum",
            f"The {name.lower()} function raised or timed out: read its log group from the first ERROR.",
            above=0,
            datapoints=1,
        )
        yield Threshold(
            f"{name}Throttles",
            Metric("AWS/Lambda", "Throttles", dimensions),
            "Sum",
            "More at a time than it may serve: raise reserved_concurrency within the connection budget.",
            above=0,
            datapoints=1,
        )
        if name == "Migrator":
            continue
        yield Threshold(
            f"{name}Duration",
            Metric(
                "AWS/Lambda",
                "Duration",
                dimensions | ({"Resource": _qualified(function)} if has_alias else {}),
            ),
            "p99",
            "Near the function's own timeout: look for a slow statement or a slow neighbour.",
            above=percent(80, settings.timeout_seconds * 1000),
        )
        if settings.reserved_concurrency:
            yield Threshold(
                f"{name}Concurrency",
                Metric("AWS/Lambda", "ConcurrentExecutions", dimensions),
                "Maximum",
                "Four fifths of the reserved concurrency are in use: throttling is next.",
                above=percent(80, settings.reserved_concurrency),
            )


def _qualified(function: Any) -> Any:
    return Sub(f"${{Function}}:{LIVE}", Function=function)


def _database_alarms(stack: Stack) -> Iterator[Threshold]:
    settings = stack.environment.database
    memory = MEMORY_GIB[settings.instance_class] * GIB
    dimensions = {"DBInstanceIdentifier": stack.read(values.DATABASE_ID)}

    def watch(name: str, metric: str, statistic: str, then: str, **limit: Any) -> Threshold:
        return Threshold(f"Database{name}", Metric("AWS/RDS", metric, dimensions), statistic, then, **limit)

    yield watch(
        "Cpu",
        "CPUUtilization",
        "Average",
        "Look for a slow query in Database Insights.",
        above=80,
        minutes=10,
    )
    yield watch(
        "Memory",
        "FreeableMemory",
        "Minimum",
        "Too many connections or too small a class.",
        below=percent(5, memory),
    )
    yield watch(
        "Storage",
        "FreeStorageSpace",
        "Minimum",
        "Raise max_storage_gb before PostgreSQL stops for want of space.",
        below=percent(15, settings.storage_gb * GIB),
    )
    yield watch(
        "Queue", "DiskQueueDepth", "Average", "Storage can't keep up: look at the statements' I/O.", above=64
    )
    yield watch(
        "Swap",
        "SwapUsage",
        "Maximum",
        "Memory is short: fewer connections or a larger class.",
        above=256 * MIB,
    )
    yield watch(
        "Connections",
        "DatabaseConnections",
        "Maximum",
        "Four fifths of max_connections: lower the api's reserved_concurrency or take a larger class.",
        above=percent(80, max_connections(settings.instance_class)),
    )
    yield watch(
        "TransactionIds",
        "MaximumUsedTransactionIDs",
        "Maximum",
        "Autovacuum does not keep up; at 2 billion PostgreSQL refuses to write.",
        above=1_000_000_000,
    )
    if is_burstable(settings.instance_class):
        yield watch(
            "Credits",
            "CPUCreditBalance",
            "Minimum",
            "The CPU is about to be throttled or billed by the hour.",
            below=20,
            period=5 * MINUTE,
        )


def _edge_alarms(stack: Stack) -> Iterator[Threshold]:
    edge = stack.environment.edge
    assert edge is not None  # noqa: S101  (the caller asked)
    distribution = {"DistributionId": stack.read(values.DISTRIBUTION_ID), "Region": "Global"}
    yield Threshold(
        "EdgeServerErrors",
        Metric("AWS/CloudFront", "5xxErrorRate", distribution),
        "Average",
        "CloudFront answers with errors: see whether the API or the bucket does.",
        above=1,
        datapoints=3,
    )
    if edge.firewall:
        blocked = {"WebACL": stack.read(values.FIREWALL_NAME), "Rule": "ALL"}
        yield Threshold(
            "FirewallBlocks",
            Metric("AWS/WAFV2", "BlockedRequests", blocked),
            "Sum",
            "Many requests are blocked: an attack, or a rule that is wrong about our users.",
            above=edge.requests_per_5_minutes,
            period=5 * MINUTE,
        )


def add_alarm(stack: Stack, threshold: Threshold, topic: Any) -> cloudwatch.Alarm:
    """Turn a row of the table into an alarm that reports both trouble and its end."""
    limit, comparison = _limit(threshold)
    periods = threshold.minutes * MINUTE // threshold.period
    return stack.add(
        cloudwatch.Alarm(
            f"{threshold.name}Alarm",
            AlarmDescription=threshold.then,
            ComparisonOperator=comparison,
            Threshold=limit,
            EvaluationPeriods=periods,
            DatapointsToAlarm=threshold.datapoints or periods,
            TreatMissingData="breaching" if threshold.quiet_is_bad else "notBreaching",
            AlarmActions=[topic],
            OKActions=[topic],
            **(_share(threshold) if threshold.share_of else _plain(threshold)),
        )
    )


def _limit(threshold: Threshold) -> tuple[int, str]:
    if threshold.above is not None:
        return threshold.above, "GreaterThanThreshold"
    assert threshold.below is not None, threshold.name  # noqa: S101  (a mistake in the table above)
    return threshold.below, "LessThanThreshold"


def _plain(threshold: Threshold) -> dict[str, Any]:
    percentile = threshold.statistic.startswith("p")
    return {
        "Namespace": threshold.metric.namespace,
        "MetricName": threshold.metric.name,
        "Dimensions": _dimensions(threshold.metric),
        "Period": threshold.period,
        "ExtendedStatistic" if percentile else "Statistic": threshold.statistic,
    }


def _share(threshold: Threshold) -> dict[str, Any]:
    """100 x part / whole; no request at all is no error."""

    def query(name: str, metric: str) -> cloudwatch.MetricDataQuery:
        measured = cloudwatch.Metric(
            Namespace=threshold.metric.namespace, MetricName=metric, Dimensions=_dimensions(threshold.metric)
        )
        stat = cloudwatch.MetricStat(Metric=measured, Period=threshold.period, Stat=threshold.statistic)
        return cloudwatch.MetricDataQuery(Id=name, MetricStat=stat, ReturnData=False)

    share = cloudwatch.MetricDataQuery(
        Id="share",
        Label=f"{threshold.metric.name} in % of {threshold.share_of}",
        Expression="100 * part / whole",
    )
    return {
        "Metrics": [share, query("part", threshold.metric.name), query("whole", threshold.share_of or "")]
    }


def _dimensions(metric: Metric) -> list[cloudwatch.MetricDimension]:
    return [
        cloudwatch.MetricDimension(Name=name, Value=value)
        for name, value in sorted(metric.dimensions.items())
    ]

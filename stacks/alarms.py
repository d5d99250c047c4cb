"""The alarms, as a table: what is watched, from where on, and what to do then.

Thresholds that follow from a setting are computed from it, so that neither can change alone.
Practice behind the figures: AWS's guidance for serverless APIs (error and latency shares),
widdix's RDS templates (CPU, queue, swap), and the instance's own memory and connections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from troposphere import Sub

from stacks import values
from stacks.alarm import MINUTE, Metric, Threshold
from stacks.functions import LIVE
from stacks.postgresql import MEMORY_GIB, is_burstable, max_connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacks.sections import DatabaseSettings
    from stacks.stack import Stack

MIB = 2**20
GIB = 2**30
GATEWAY_TIMEOUT_MS = 30_000


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


@dataclass(frozen=True, slots=True)
class DatabaseWatch:
    """A row about the instance; a limit may follow from its settings."""

    name: str
    metric: str
    statistic: str
    then: str
    above: Callable[[DatabaseSettings], int] | None = None
    below: Callable[[DatabaseSettings], int] | None = None
    minutes: int = 5
    period: int = MINUTE


DATABASE_WATCHES = (
    DatabaseWatch(
        "Cpu",
        "CPUUtilization",
        "Average",
        "Look for a slow query in Database Insights.",
        above=lambda _: 80,
        minutes=10,
    ),
    DatabaseWatch(
        "Memory",
        "FreeableMemory",
        "Minimum",
        "Too many connections or too small a class.",
        below=lambda database: percent(5, MEMORY_GIB[database.instance_class] * GIB),
    ),
    DatabaseWatch(
        "Storage",
        "FreeStorageSpace",
        "Minimum",
        "Raise max_storage_gb before PostgreSQL stops for want of space.",
        below=lambda database: percent(15, database.storage_gb * GIB),
    ),
    DatabaseWatch(
        "Queue",
        "DiskQueueDepth",
        "Average",
        "Storage can't keep up: look at the statements' I/O.",
        above=lambda _: 64,
    ),
    DatabaseWatch(
        "Swap",
        "SwapUsage",
        "Maximum",
        "Memory is short: fewer connections or a larger class.",
        above=lambda _: 256 * MIB,
    ),
    DatabaseWatch(
        "Connections",
        "DatabaseConnections",
        "Maximum",
        "Four fifths of max_connections: lower the api's reserved_concurrency or take a larger class.",
        above=lambda database: percent(80, max_connections(database.instance_class)),
    ),
    DatabaseWatch(
        "TransactionIds",
        "MaximumUsedTransactionIDs",
        "Maximum",
        "Autovacuum does not keep up; at 2 billion PostgreSQL refuses to write.",
        above=lambda _: 1_000_000_000,
    ),
)
BURSTABLE_WATCHES = (
    DatabaseWatch(
        "Credits",
        "CPUCreditBalance",
        "Minimum",
        "The CPU is about to be throttled or billed by the hour.",
        below=lambda _: 20,
        period=5 * MINUTE,
    ),
)


def _database_alarms(stack: Stack) -> Iterator[Threshold]:
    settings = stack.environment.database
    dimensions = {"DBInstanceIdentifier": stack.read(values.DATABASE_ID)}
    burstable = BURSTABLE_WATCHES if is_burstable(settings.instance_class) else ()
    for watch in (*DATABASE_WATCHES, *burstable):
        yield Threshold(
            f"Database{watch.name}",
            Metric("AWS/RDS", watch.metric, dimensions),
            watch.statistic,
            watch.then,
            above=watch.above(settings) if watch.above else None,
            below=watch.below(settings) if watch.below else None,
            minutes=watch.minutes,
            period=watch.period,
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

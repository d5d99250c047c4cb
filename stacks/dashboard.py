"""The dashboard: a row for each component, so that a glance tells which one is in trouble."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from troposphere import Sub, cloudwatch

from stacks import values

if TYPE_CHECKING:
    from stacks.settings import Environment
    from stacks.stack import Stack
    from stacks.values import Value

COLUMNS = 24
HEIGHT = 6


@dataclass(frozen=True, slots=True)
class Graph:
    """One picture: metrics of one component, by statistic."""

    title: str
    namespace: str
    metrics: tuple[tuple[str, str], ...]
    """Metric name and statistic."""
    dimension: str
    value: Value
    extra: tuple[str, ...] = ()
    """Further dimensions, name and value in turn."""
    region: str = "${AWS::Region}"


def rows(environment: Environment) -> list[tuple[Graph, ...]]:
    """The dashboard's rows, from the caller's side to the database."""
    found = [_edge(environment)] if environment.edge else []
    found.append(_api())
    found.append(_function("api", values.API_FUNCTION_NAME))
    if environment.login:
        found.append(_function("login", values.LOGIN_FUNCTION_NAME))
    return [*found, *_database()]


def _edge(environment: Environment) -> tuple[Graph, ...]:
    everywhere = ("Region", "Global")
    cloudfront = [
        Graph(
            "CloudFront: requests",
            "AWS/CloudFront",
            (("Requests", "Sum"),),
            "DistributionId",
            values.DISTRIBUTION_ID,
            everywhere,
        ),
        Graph(
            "CloudFront: errors, %",
            "AWS/CloudFront",
            (("4xxErrorRate", "Average"), ("5xxErrorRate", "Average")),
            "DistributionId",
            values.DISTRIBUTION_ID,
            everywhere,
        ),
    ]
    if environment.edge and environment.edge.firewall:
        decided = (("AllowedRequests", "Sum"), ("BlockedRequests", "Sum"))
        cloudfront.append(
            Graph("Firewall", "AWS/WAFV2", decided, "WebACL", values.FIREWALL_NAME, ("Rule", "ALL"))
        )
    return tuple(cloudfront)


def _api() -> tuple[Graph, ...]:
    def graph(title: str, *metrics: tuple[str, str]) -> Graph:
        return Graph(f"API: {title}", "AWS/ApiGateway", metrics, "ApiId", values.API_ID)

    return (
        graph("requests", ("Count", "Sum")),
        graph("errors", ("4xx", "Sum"), ("5xx", "Sum")),
        graph("latency, ms", ("Latency", "p50"), ("Latency", "p99"), ("IntegrationLatency", "p99")),
    )


def _function(name: str, value: Value) -> tuple[Graph, ...]:
    def graph(title: str, *metrics: tuple[str, str]) -> Graph:
        return Graph(f"Function {name}: {title}", "AWS/Lambda", metrics, "FunctionName", value)

    return (
        graph("invocations and errors", ("Invocations", "Sum"), ("Errors", "Sum"), ("Throttles", "Sum")),
        graph("duration, ms", ("Duration", "p50"), ("Duration", "p99")),
        graph("concurrency", ("ConcurrentExecutions", "Maximum")),
    )


def _database() -> list[tuple[Graph, ...]]:
    def graph(title: str, *metrics: tuple[str, str]) -> Graph:
        return Graph(f"Database: {title}", "AWS/RDS", metrics, "DBInstanceIdentifier", values.DATABASE_ID)

    return [
        (
            graph("CPU, %", ("CPUUtilization", "Average")),
            graph("connections", ("DatabaseConnections", "Maximum")),
            graph("free memory, bytes", ("FreeableMemory", "Minimum")),
        ),
        (
            graph("free storage, bytes", ("FreeStorageSpace", "Minimum")),
            graph("latency, s", ("ReadLatency", "Average"), ("WriteLatency", "Average")),
            graph("queue", ("DiskQueueDepth", "Average")),
        ),
    ]


def add_dashboard(stack: Stack) -> None:
    """Add the dashboard; ids of other stacks are filled in when it is deployed."""
    body = {
        "widgets": [
            _widget(graph, row, column, len(graphs))
            for row, graphs in enumerate(rows(stack.environment))
            for column, graph in enumerate(graphs)
        ]
    }
    named = {graph.value for graphs in rows(stack.environment) for graph in graphs}
    variables = {value.title: stack.read(value) for value in sorted(named, key=lambda value: value.title)}
    stack.add(
        cloudwatch.Dashboard(
            "Dashboard",
            DashboardName=f"miyabi-{stack.environment.system}",
            DashboardBody=Sub(json.dumps(body, separators=(",", ":"), sort_keys=True), **variables),
        )
    )


def _widget(graph: Graph, row: int, column: int, columns: int) -> dict[str, Any]:
    width = COLUMNS // columns
    dimensions = [graph.dimension, f"${{{graph.value.title}}}", *graph.extra]
    return {
        "type": "metric",
        "x": column * width,
        "y": row * HEIGHT,
        "width": width,
        "height": HEIGHT,
        "properties": {
            "title": graph.title,
            "region": graph.region,
            "view": "timeSeries",
            "period": 300,
            "metrics": [
                [graph.namespace, name, *dimensions, {"stat": statistic}] for name, statistic in graph.metrics
            ],
        },
    }
